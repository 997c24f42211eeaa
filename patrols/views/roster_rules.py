"""A squadron's own roster rules: one table of sentences, one form for every kind (handbook D6, D7)."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianfang.platform.problems import Refused
from patrols.forms.roster_rules import RosterRuleForm
from patrols.models import RosterRule, RuleKind
from patrols.models.roster_rule import ABOUT_PEOPLE
from patrols.rule_wording import rule_sentence, terms_sentence
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
    rows = list(_rules().visible_to(request.user).filter(unit=unit))
    names = roster_rules.names_of(rows) if may_edit else {}
    listed = [(row, rule_sentence(row, names.get(row.pk, ()))) for row in rows]
    context = {
        "unit": unit,
        "units": squadrons(request),
        "may_edit": may_edit,
        "rules": [item for item in listed if item[0].kind not in ABOUT_PEOPLE],
        "about_people": [item for item in listed if item[0].kind in ABOUT_PEOPLE] if may_edit else [],
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
def rule_delete(request: SignedInRequest, pk: int) -> HttpResponse:
    row = _row(request, pk)
    roster_rules.delete_rule(by=request.user, rule=row)
    return redirect(address("rule-list", row.unit))


def _rules() -> Any:
    return RosterRule.objects.select_related("unit", "group", "shift_type", "next_shift_type")


def _usual_terms(unit: Any, rows: list[RosterRule]) -> str:
    """The terms of wishes where the squadron has set none."""
    if unit is None or any(row.kind == RuleKind.WISHES for row in rows):
        return ""
    return terms_sentence(terms_of(unit))


def _row(request: SignedInRequest, pk: int) -> Any:
    return manageable(_rules(), request.user, Action.ROSTER_RULE_MANAGE, pk=pk)


def _rule_form(request: SignedInRequest, row: RosterRule) -> HttpResponse:
    form = RosterRuleForm(request.POST or None, instance=row, members=_members(request, row))
    if request.method == "POST" and form.is_valid():
        try:
            roster_rules.save_rule(by=request.user, rule=form.save(commit=False))
        except Refused as refusal:  # somebody else was quicker
            form.add_error(None, [str(problem.message) for problem in refusal.problems])
        else:
            return redirect(address("rule-list", row.unit))
    context = {"form": form, "row": row, "back": address("rule-list", row.unit)}
    return render(request, "patrols/roster_rule/form.html", context)


def _members(request: SignedInRequest, row: RosterRule) -> Any:
    rows = Member.objects.visible_to(request.user).filter(unit__path__startswith=row.unit.path)
    return rows.exclude(status=MemberStatus.LEFT).order_by("name_pinyin", "pk")
