"""Emergency exceptions: asking, signing, taking back (handbook D7)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianfang.platform.problems import Refused
from patrols.forms.exceptions import ExceptionForm
from patrols.models import EmergencyException
from patrols.services import exceptions
from personnel.models import Member, MemberStatus
from teams.gate import SignedInRequest, gate, manageable
from teams.models import Unit
from teams.policy import Action
from teams.scope import scope_of

PER_PAGE = 100


@require_GET
@gate(Action.COVER_VIEW)
def exception_list(request: SignedInRequest) -> HttpResponse:
    """The exceptions of the user's units, the latest first; what waits to be signed stands out."""
    rows = EmergencyException.objects.visible_to(request.user).select_related("unit", "asked_by", "signed_by")
    signing, asking = (scope_of(request.user, action) for action in (Action.LIMITS_MANAGE, Action.ROSTER_PUBLISH))
    shown = list(rows[:PER_PAGE])
    names = exceptions.names_of(shown)
    listed = [
        {
            "row": row,
            "names": names[row.pk],
            "may_sign": not row.signed_at and row.asked_by_id != request.user.pk and signing.covers(row.unit.path),
            "may_withdraw": not row.signed_at and asking.covers(row.unit.path),
        }
        for row in shown
    ]
    context = {"exceptions": listed, "may_ask": bool(scope_of(request.user, Action.ROSTER_PUBLISH))}
    return render(request, "patrols/exception/list.html", context)


@require_http_methods(["GET", "POST"])
@gate(Action.ROSTER_PUBLISH)
def exception_new(request: SignedInRequest) -> HttpResponse:
    """Ask for an exception."""
    units = Unit.objects.manageable_by(request.user, Action.ROSTER_PUBLISH).squadrons().open(timezone.localdate())
    form = ExceptionForm(request.POST or None, units=units, members=_people(request, units))
    if request.method == "POST" and form.is_valid():
        exceptions.ask_exception(by=request.user, exception=form.save(commit=False))
        messages.success(request, _("Asked for. It holds once the brigade has signed it."))
        return redirect("exception-list")
    return render(request, "patrols/exception/form.html", {"form": form, "back": reverse("exception-list")})


@require_POST
@gate(Action.COVER_VIEW)
def exception_sign(request: SignedInRequest, pk: int) -> HttpResponse:
    """Sign what somebody else asked for."""
    row = _row(request, Action.LIMITS_MANAGE, pk)
    try:
        exceptions.sign_exception(by=request.user, exception=row)
    except Refused as refusal:
        messages.warning(request, str(refusal.problems[0].message))
    else:
        messages.success(request, _("Signed: the limits are lifted in these days."))
    return redirect("exception-list")


@require_POST
@gate(Action.COVER_VIEW)
def exception_withdraw(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take back a request that nobody signed."""
    row = _row(request, Action.ROSTER_PUBLISH, pk)
    try:
        exceptions.withdraw_exception(by=request.user, exception=row)
    except Refused as refusal:
        messages.warning(request, str(refusal.problems[0].message))
    return redirect("exception-list")


def _people(request: SignedInRequest, units: Any) -> Any:
    """The serving members of the squadrons, by name."""
    within = Q(pk__in=[])
    for path in units.values_list("path", flat=True):
        within |= Q(unit__path__startswith=path)
    rows = Member.objects.manageable_by(request.user, Action.MEMBER_VIEW).filter(within)
    return rows.exclude(status=MemberStatus.LEFT).order_by("name_pinyin", "pk")


def _row(request: SignedInRequest, action: Action, pk: int) -> Any:
    return manageable(EmergencyException.objects.select_related("unit"), request.user, action, pk=pk)
