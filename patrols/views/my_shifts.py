"""A member's own next shifts, made for a phone (handbook D19)."""

from __future__ import annotations

import datetime as dt
from itertools import groupby

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from patrols.models import Duty
from personnel.models import Absence, Member
from teams.gate import SignedInRequest, gate
from teams.policy import Action

WEEKS_AHEAD = 10
WEEKS_BACK = 1  # yesterday's night shift may still be asked about


@require_GET
@gate(Action.ROSTER_VIEW)
def my_shifts(request: SignedInRequest) -> HttpResponse:
    """The signed-in member's published duties and absences from last week on."""
    member = Member.objects.filter(user=request.user).first()
    today = timezone.localdate()
    duties = list(_duties(member, today)) if member else []
    coming = [duty for duty in duties if duty.ends > timezone.now()]
    context = {
        "member": member,
        "today": today,
        "tomorrow": today + dt.timedelta(days=1),
        "next": coming[0] if coming else None,
        "months": [(month, list(found)) for month, found in groupby(coming, key=lambda duty: duty.day.replace(day=1))],
        "past": [duty for duty in duties if duty.ends <= timezone.now()],
        "absences": list(_absences(member, today)) if member else [],
    }
    return render(request, "patrols/my_shifts.html", context)


def _duties(member: Member, today: dt.date) -> list[Duty]:
    span = (today - dt.timedelta(weeks=WEEKS_BACK), today + dt.timedelta(weeks=WEEKS_AHEAD))
    rows = Duty.objects.filter(member=member, day__range=span).published()
    return list(rows.select_related("shift_type", "beat").order_by("starts"))


def _absences(member: Member, today: dt.date) -> list[Absence]:
    rows = Absence.objects.filter(engagement__member=member, engagement__ends__date__gte=today)
    return list(rows.select_related("engagement").order_by("engagement__starts"))
