"""Wishes: asked for on the phone, read and answered beside the roster (handbook D6, D19)."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianfang.platform.problems import Refused
from patrols.forms.wishes import EnteredWishForm, WishForm
from patrols.models import Roster, ShiftType, Wish
from patrols.rule_wording import KIND_OF_CODE
from patrols.rules.wishes import change_problems, terms_of
from patrols.services import rostering, wishes
from personnel.models import Member, MemberStatus
from teams.gate import SignedInRequest, gate, manageable, visible
from teams.policy import Action


@require_http_methods(["GET", "POST"])
@gate(Action.ROSTER_VIEW)
def my_wishes(request: SignedInRequest) -> HttpResponse:
    """The signed-in member's wishes for the coming months, and the form for one more."""
    member = Member.objects.filter(user=request.user).select_related("unit").first()
    if member is None:
        return render(request, "patrols/wish/mine.html", {"member": None})
    today, squadron = timezone.localdate(), member.unit.squadron()
    terms = terms_of(squadron)
    form = WishForm(
        request.POST or None,
        instance=Wish(member=member, unit=member.unit),
        shifts=list(ShiftType.objects.filter(unit=squadron, is_active=True)),
        terms=terms,
        today=today,
    )
    if request.method == "POST" and form.is_valid():
        try:
            wishes.ask_wish(by=request.user, wish=form.save(commit=False), today=today)
        except Refused as refusal:
            form.add_error(None, [str(problem.message) for problem in refusal.problems])
        else:
            messages.success(request, _("Your leader sees the wish when the roster is made."))
            return redirect("my-wishes")
    first = terms.first_open(today)
    context = {
        "member": member,
        "form": form,
        "terms": terms,
        "month": first,
        "until": terms.open_until(first),
        "wishes": Wish.objects.filter(member=member, day__gte=today).select_related("shift_type", "entered_by"),
    }
    return render(request, "patrols/wish/mine.html", context)


@require_POST
@gate(Action.ROSTER_VIEW)
def wish_withdraw(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take an own wish back."""
    wish = visible(_wishes(), request.user, pk=pk)
    try:
        wishes.withdraw_wish(by=request.user, wish=wish)
    except Refused as refusal:
        messages.warning(request, str(refusal.problems[0].message))
    return redirect("my-wishes")


@require_GET
@gate(Action.ROSTER_EDIT)
def roster_wishes(request: SignedInRequest, pk: int) -> HttpResponse:
    """What people asked for in a roster's days, what of it the roster meets, and which soft rules it does not keep."""
    roster = manageable(Roster.objects.select_related("unit"), request.user, Action.ROSTER_EDIT, pk=pk)
    sheet = rostering.sheet(roster)
    met = {wish.pk: is_met for wish, is_met in sheet.wishes()}
    rows = _wishes().visible_to(request.user).below(roster.unit).within(roster.first_day, roster.last_day)
    context = {
        "roster": roster,
        "wishes": [(wish, met.get(wish.pk)) for wish in rows],
        "heeded": len(met),
        "met": sum(met.values()),
        "advice": _by_kind(sheet.advice()),
        "has_duties": bool(sheet.duties),
        "may_enter": roster.is_draft and roster.last_day > timezone.localdate(),
        "until": terms_of(roster.unit).open_until(roster.first_day.replace(day=1)),
    }
    return render(request, "patrols/wish/roster.html", context)


@require_http_methods(["GET", "POST"])
@gate(Action.ROSTER_EDIT)
def wish_enter(request: SignedInRequest, pk: int) -> HttpResponse:
    """A leader enters a wish for somebody of the roster who asked on paper or by word."""
    roster = manageable(Roster.objects.select_related("unit"), request.user, Action.ROSTER_EDIT, pk=pk)
    return _entry(request, roster, Wish())


@require_http_methods(["GET", "POST"])
@gate(Action.ROSTER_EDIT)
def wish_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """A wish that a leader entered; a member's own is not for others to change."""
    wish = manageable(_wishes(), request.user, Action.ROSTER_EDIT, pk=pk)
    roster = _roster_of(wish)
    problems = change_problems(wish)
    if roster is None or problems:
        messages.warning(request, str(problems[0].message) if problems else _("There is no roster for that day."))
        return _to_roster(wish)
    return _entry(request, roster, wish)


@require_POST
@gate(Action.ROSTER_EDIT)
def wish_remove(request: SignedInRequest, pk: int) -> HttpResponse:
    """Withdraw a wish that a leader entered."""
    wish = manageable(_wishes(), request.user, Action.ROSTER_EDIT, pk=pk)
    try:
        wishes.remove_wish(by=request.user, wish=wish)
    except Refused as refusal:
        messages.warning(request, str(refusal.problems[0].message))
    else:
        messages.success(request, _("The wish is withdrawn."))
    return _to_roster(wish)


def _entry(request: SignedInRequest, roster: Roster, wish: Wish) -> HttpResponse:
    back = reverse("roster-wishes", args=[roster.pk])
    if not roster.is_draft:
        messages.warning(request, _("The roster is published: change the duty itself."))
        return redirect(back)
    today = timezone.localdate()
    form = EnteredWishForm(
        request.POST or None,
        instance=wish,
        roster=roster,
        members=_serving(request, roster),
        shifts=list(ShiftType.objects.filter(unit=roster.unit, is_active=True)),
        terms=terms_of(roster.unit),
        today=today,
    )
    if request.method == "POST" and form.is_valid():
        try:
            saved = wishes.enter_wish(by=request.user, wish=form.save(commit=False), today=today)
        except Refused as refusal:
            form.add_error(None, [str(problem.message) for problem in refusal.problems])
        else:
            name = {"name": saved.member.name}
            late = _("Saved for %(name)s, after the deadline.") % name
            messages.success(request, late if saved.is_late else _("Saved for %(name)s.") % name)
            return redirect(back)
    return render(request, "patrols/wish/form.html", {"form": form, "roster": roster, "wish": wish, "back": back})


def _serving(request: SignedInRequest, roster: Roster) -> Any:
    rows = Member.objects.visible_to(request.user).filter(unit__path__startswith=roster.unit.path)
    return rows.exclude(status=MemberStatus.LEFT).select_related("unit").order_by("name_pinyin", "pk")


def _by_kind(found: list[rostering.Finding]) -> list[tuple[str, list[rostering.Finding]]]:
    """The soft rules that are not kept, by kind; the one with the fewest breaches first."""
    kinds: dict[str, list[rostering.Finding]] = defaultdict(list)
    for finding in found:
        kinds[str(KIND_OF_CODE[finding.code].label)].append(finding)
    return sorted(kinds.items(), key=lambda item: len(item[1]))


@require_POST
@gate(Action.ROSTER_EDIT)
def wish_decline(request: SignedInRequest, pk: int) -> HttpResponse:
    """Decline a wish with a word, or with `restore` take the refusal back."""
    wish = manageable(_wishes(), request.user, Action.ROSTER_EDIT, pk=pk)
    try:
        if "restore" in request.POST:
            wishes.restore_wish(by=request.user, wish=wish)
        else:
            wishes.decline_wish(by=request.user, wish=wish, answer=request.POST.get("answer", "")[:80])
    except Refused as refusal:
        messages.warning(request, str(refusal.problems[0].message))
    return _to_roster(wish)


def _to_roster(wish: Wish) -> HttpResponse:
    """Back to the roster of that day, where there is one."""
    roster = _roster_of(wish)
    return redirect(reverse("roster-wishes", args=[roster.pk]) if roster else "roster-list")


def _roster_of(wish: Wish) -> Roster | None:
    rows = Roster.objects.filter(unit=wish.unit.squadron(), first_day__lte=wish.day, last_day__gte=wish.day)
    return rows.select_related("unit").first()


def _wishes() -> Any:
    return Wish.objects.select_related("member__unit", "unit", "shift_type", "declined_by", "entered_by")
