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
from patrols.forms.wishes import WishForm
from patrols.models import Roster, ShiftType, Wish
from patrols.rule_wording import KIND_OF_CODE
from patrols.rules.wishes import terms_of
from patrols.services import rostering, wishes
from personnel.models import Member
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
        "wishes": Wish.objects.filter(member=member, day__gte=today).select_related("shift_type"),
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
    }
    return render(request, "patrols/wish/roster.html", context)


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
    squadron = wish.unit.squadron()
    roster = Roster.objects.filter(unit=squadron, first_day__lte=wish.day, last_day__gte=wish.day).first()
    return redirect(reverse("roster-wishes", args=[roster.pk]) if roster else "roster-list")


def _wishes() -> Any:
    return Wish.objects.select_related("member", "unit", "shift_type", "declined_by")
