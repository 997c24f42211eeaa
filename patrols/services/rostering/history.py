"""What each member carried over the twelve months before a roster: the ground of fair shares (handbook D9)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Count, F, Min, Q, Sum

from patrols import rostering as engine
from patrols.models import Duty, Risk
from patrols.services.rostering.facts import Facts
from personnel.models import Member
from teams.models import CalendarDay, DayKind

MONTHS = 12
MEASURES = ("nights", "weekends", "holidays", "minutes", "hard_beats")
SATURDAY, SUNDAY = 7, 1  # as PostgreSQL's week_day lookup counts


def carried(facts: Facts) -> dict[int, engine.History]:
    """Published duties of the last twelve months, by member.

    Who has served for a part of that time only is taken to have carried the others' average in the rest of it, so
    that a newcomer does not get everyone's nights.
    """
    since = _months_before(facts.first_day, MONTHS)
    sums = {row["member_id"]: row for row in _sums(facts, since)}
    if not sums:
        return {}
    begun = min(row["begun"] for row in sums.values())
    served = {member.pk: _served(member, begun, facts.first_day) for member in facts.members}
    everyone = sum(served.values()) or 1
    rates = {name: sum(float(row[name] or 0) for row in sums.values()) / everyone for name in MEASURES}
    whole = (facts.first_day - begun).days
    return {member.pk: _history(sums.get(member.pk, {}), rates, whole - served[member.pk]) for member in facts.members}


def _history(sums: dict[str, Any], rates: dict[str, float], missing_days: int) -> engine.History:
    values = {name: round(float(sums.get(name) or 0) + rates[name] * missing_days) for name in MEASURES}
    return engine.History(**values)


def _served(member: Member, since: dt.date, until: dt.date) -> int:
    """Days of service between the two days."""
    return max(0, (until - max(since, member.hired_on or since)).days)


def _sums(facts: Facts, since: dt.date) -> Any:
    special = dict(CalendarDay.objects.filter(date__range=(since, facts.first_day)).values_list("date", "kind"))
    holidays = [day for day, kind in special.items() if kind == DayKind.HOLIDAY]
    worked_weekends = [day for day, kind in special.items() if kind == DayKind.WORKDAY]
    weekend = Q(day__week_day__in=(SATURDAY, SUNDAY)) & ~Q(day__in=worked_weekends)
    rows = Duty.objects.published().filter(
        member__in=[member.pk for member in facts.members], day__gte=since, day__lt=facts.first_day
    )
    return (
        rows.order_by()
        .values("member_id")
        .annotate(
            begun=Min("day"),
            nights=Count("pk", filter=Q(shift_type__is_night=True)),
            weekends=Count("pk", filter=weekend),
            holidays=Count("pk", filter=Q(day__in=holidays)),
            hard_beats=Count("pk", filter=Q(beat__risk=Risk.HIGH)),
            minutes=Sum(F("shift_type__minutes") * F("shift_type__counting_factor")),
        )
    )


def _months_before(day: dt.date, months: int) -> dt.date:
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return dt.date(year, month + 1, 1)
