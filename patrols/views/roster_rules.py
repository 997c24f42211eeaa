"""A squadron's own roster rules: one table of sentences, one form for every kind (handbook D6, D7)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianfang.platform.problems import Refused
from patrols.forms.roster_rules import RosterRuleForm, RuleEndForm
from patrols.models import RosterRule, RuleKind
from patrols.models.roster_rule import ABOUT_PEOPLE, JUDGING
from patrols.rule_wording import rule_sentence, terms_sentence
from patrols.rules.roster_rules import resting
from patrols.rules.rule_dates import first_open_day
from patrols.rules.wishes import terms_of
from patrols.services import roster_rules
from patrols.views.cover import address, chosen_squadron, squadrons
from personnel.models import Member, MemberStatus
from teams.gate import SignedInRequest, gate, manageable
from teams.policy import Action
from teams.scope import scope_of


@require_GET
@gate(Action.COVER_VIEW)
def rule_list(request: SignedInRequest) -> HttpResponse:
    """The squadron's own rules as sentences; those about people only for who sets them."""
    unit = chosen_squadron(request)
    may_edit = unit is not None and scope_of(request.user, Action.ROSTER_RULE_MANAGE).covers(unit.path)
    today = timezone.localdate()
    rows = list(_rules().visible_to(request.user).filter(unit=unit))
    known = [row for row in rows if may_edit or row.kind not in ABOUT_PEOPLE]
    people = roster_rules.spoken_of(known)
    told = [
        (row, rule_sentence(row, people[row.pk].names), resting(row, people[row.pk].serving, today)) for row in known
    ]
    listed = [item for item in told if not item[0].is_over(today)]
    context = {
        "unit": unit,
        "units": squadrons(request),
        "may_edit": may_edit,
        "rules": [item for item in listed if item[0].kind not in ABOUT_PEOPLE],
        "about_people": [item for item in listed if item[0].kind in ABOUT_PEOPLE],
        "past": sorted(
            (item for item in told if item[0].is_over(today)), key=lambda item: item[0].binds_until, reverse=True
        ),
        "today": today,
        "kinds": RuleKind.choices,
        "usual_terms": _usual_terms(unit, rows),
    }
    return render(request, "patrols/roster_rule/list.html", context)


@require_http_methods(["GET", "POST"])
@gate(Action.ROSTER_RULE_MANAGE)
def rule_new(request: SignedInRequest, kind: str) -> HttpResponse:
    unit = chosen_squadron(request, Action.ROSTER_RULE_MANAGE)
    if unit is None or kind not in RuleKind.values:
        raise Http404
    return _rule_form(request, RosterRule(unit=unit, kind=kind))


@require_http_methods(["GET", "POST"])
@gate(Action.ROSTER_RULE_MANAGE)
def rule_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    return _rule_form(request, _row(request, pk))


@require_POST
@gate(Action.ROSTER_RULE_MANAGE)
def rule_end(request: SignedInRequest, pk: int) -> HttpResponse:
    """From a day on, a rule binds no longer."""
    row, form = _row(request, pk), RuleEndForm(request.POST)
    day = form.cleaned_data["day"] if form.is_valid() else None
    if day is None and row.kind in JUDGING:
        messages.warning(request, _("Say from which day the rule no longer binds."))
        return redirect("rule-edit", row.pk)
    try:
        roster_rules.end_rule(by=request.user, rule=row, today=timezone.localdate(), day=day)
    except Refused as refusal:
        messages.warning(request, str(refusal.problems[0].message))
    else:
        messages.success(request, _("The rule is ended."))
    return redirect(address("rule-list", row.unit))


def _rules() -> Any:
    return RosterRule.objects.select_related("unit", "group", "shift_type", "next_shift_type")


def _usual_terms(unit: Any, rows: list[RosterRule]) -> str:
    """The terms of wishes where the squadron has set none."""
    if unit is None or any(row.kind == RuleKind.WISHES for row in rows):
        return ""
    return terms_sentence(terms_of(unit))


def _row(request: SignedInRequest, pk: int) -> Any:
    """A rule that has an end already is no longer anybody's to change."""
    return manageable(_rules().filter(binds_until=None), request.user, Action.ROSTER_RULE_MANAGE, pk=pk)


def _rule_form(request: SignedInRequest, row: RosterRule) -> HttpResponse:
    today = timezone.localdate()
    form = RosterRuleForm(request.POST or None, instance=row, members=_members(request, row), today=today)
    if request.method == "POST" and form.is_valid():
        try:
            saved = roster_rules.save_rule(
                by=request.user, rule=form.save(commit=False), today=today, seen=form.cleaned_data.get("seen", "")
            )
        except Refused as refusal:  # somebody else was quicker
            form.add_error(None, [str(problem.message) for problem in refusal.problems])
        else:
            messages.success(request, _saved_text(saved))
            return redirect(address("rule-list", row.unit))
    context = {
        "form": form,
        "row": row,
        "back": address("rule-list", row.unit),
        "judges": row.kind in JUDGING,
        "end": first_open_day(row.unit, today),
    }
    return render(request, "patrols/roster_rule/form.html", context)


def _saved_text(row: RosterRule) -> str:
    if row.kind not in JUDGING:
        return _("Saved.")
    return _("Saved. The rule binds from %(day)s.") % {"day": date_format(row.binds_from, "DATE_FORMAT")}


def _members(request: SignedInRequest, row: RosterRule) -> Any:
    rows = Member.objects.visible_to(request.user).filter(unit__path__startswith=row.unit.path)
    return rows.exclude(status=MemberStatus.LEFT).order_by("name_pinyin", "pk")
