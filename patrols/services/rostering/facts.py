"""Reads what a roster is made from, in a constant number of queries."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, QuerySet, Sum
from django.utils.timezone import make_aware

from patrols.models import (
    CoverRequirement,
    Duty,
    EmergencyException,
    HoursPeriod,
    Roster,
    RosterStatus,
    ShiftType,
    SwornOfficer,
    WorkingTimeLimits,
)
from personnel.models import DutyCertificate, Engagement, EngagementKind, Member, MemberSkill, Protection
from teams.models import CalendarDay
from teams.models.calendar import Day

# How far the border days reach: the longest run of days that a limit may speak of, and a week.
DAYS_BEFORE = 31
DAYS_AFTER = 7
_A_DAY = dt.timedelta(days=1)
LONGEST_REST = dt.timedelta(days=2)  # between two shifts, as limits may ask for


@dataclass(frozen=True)
class Taken:
    """A span of a member's time that a roster must leave alone; `reason` is a code, such as `annual`."""

    member_id: int
    starts: dt.datetime
    ends: dt.datetime
    reason: str
    is_absence: bool
    is_work: bool = False  # a duty in another squadron's roster: it asks for rest around it


@dataclass(frozen=True)
class QuarterBefore:
    """What was worked since the quarter began: minutes by member, and the workdays of the rosters published in it."""

    minutes: dict[int, int]
    workdays: int


@dataclass(frozen=True)
class Facts:
    """A roster and all that bears on it. `duties` are its own, `around` those of the days before and after."""

    roster: Roster
    days: list[Day]
    members: list[Member]
    shift_types: list[ShiftType]
    cover: list[CoverRequirement]
    duties: list[Duty]
    around: list[Duty]
    taken: dict[int, list[Taken]]
    certificates: dict[int, list[DutyCertificate]]
    limits: list[WorkingTimeLimits]
    days_before: list[Day]  # the days of the month that lie before a roster which starts within it
    skills: dict[int, list[MemberSkill]]
    protections: dict[int, list[Protection]]
    officers: list[SwornOfficer]
    exceptions: list[EmergencyException]
    quarter_before: QuarterBefore

    @property
    def first_day(self) -> dt.date:
        return self.roster.first_day

    def index(self, day: dt.date) -> int:
        """The number of a day, 0 being the roster's first."""
        return (day - self.first_day).days


def read(roster: Roster, *, members: Collection[int] | None = None) -> Facts:
    """Everything about a roster, or about some of its members only."""
    people = list(_members(roster, members))
    ids = [person.pk for person in people]
    duties, around = _duties(roster, ids)
    cover = list(_cover(roster))
    month = roster.first_day.replace(day=1)
    calendar = CalendarDay.objects.span(month, roster.last_day)
    limits = list(WorkingTimeLimits.objects.select_related("unit"))
    return Facts(
        roster=roster,
        days=[day for day in calendar if day.date >= roster.first_day],
        members=people,
        shift_types=_shift_types(roster, cover, [*duties, *around]),
        cover=cover,
        duties=duties,
        around=around,
        taken=_taken(roster, ids, {duty.pk for duty in (*duties, *around)}),
        certificates=_certificates(roster, ids),
        limits=limits,
        days_before=[day for day in calendar if day.date < roster.first_day],
        skills=_by_member(MemberSkill.objects.filter(member__in=ids)),
        protections=_by_member(
            Protection.objects.filter(member__in=ids).overlapping(roster.first_day, roster.last_day + _A_DAY)
        ),
        officers=_officers(roster, cover),
        exceptions=list(
            EmergencyException.objects.signed()
            .filter(unit=roster.unit_id)
            .overlapping(roster.first_day, roster.last_day)
            .select_related("signed_by")
        ),
        quarter_before=_quarter_before(roster, ids, limits),
    )


def _members(roster: Roster, members: Collection[int] | None) -> QuerySet[Member]:
    people = roster.members().select_related("unit")
    return people if members is None else people.filter(pk__in=members)


def _duties(roster: Roster, ids: list[int]) -> tuple[list[Duty], list[Duty]]:
    """The roster's own duties, and those of the border days.

    Published ones count for everybody; a draft also heeds the drafts of its own squadron. A published roster does not:
    what is merely planned beside it cannot make it wrong.
    """
    first = roster.first_day - dt.timedelta(days=DAYS_BEFORE)
    last = roster.last_day + dt.timedelta(days=DAYS_AFTER)
    heeded = Q(roster__unit=roster.unit_id) if roster.is_draft else Q(roster=roster.pk)
    rows = Duty.objects.filter(member__in=ids, day__range=(first, last)).filter(
        ~Q(roster__status=RosterStatus.DRAFT) | heeded
    )
    found = list(rows.order_by("day", "starts", "pk"))
    outside = [
        duty for duty in found if duty.roster_id != roster.pk and not roster.first_day <= duty.day <= roster.last_day
    ]
    return [duty for duty in found if duty.roster_id == roster.pk], outside


def _cover(roster: Roster) -> QuerySet[CoverRequirement]:
    rows = CoverRequirement.objects.filter(beat__unit__path__startswith=roster.unit.path, beat__is_active=True)
    return rows.select_related("beat", "shift_type").prefetch_related("skills")


def _by_member(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.member_id].append(row)
    return found


def _officers(roster: Roster, cover: list[CoverRequirement]) -> list[SwornOfficer]:
    """Those who can lead; asked for only where a need is police-led."""
    if not any(row.officer_led for row in cover):
        return []
    rows = SwornOfficer.objects.filter(unit__path__startswith=roster.unit.path, is_active=True)
    return list(rows.order_by("pk").prefetch_related("beats", "availability"))


def _quarter_before(roster: Roster, ids: list[int], limits: list[WorkingTimeLimits]) -> QuarterBefore:
    """Published duties since the quarter began (综合工时), read only where limits count by quarter.

    Days for which the squadron published no roster are left out: what is not known is not held for idle.
    """
    if not any(row.counted_over == HoursPeriod.QUARTER for row in limits):
        return QuarterBefore({}, 0)
    first = roster.first_day.replace(month=(roster.first_day.month - 1) // 3 * 3 + 1, day=1)
    spans = list(
        Roster.objects.filter(unit=roster.unit_id, last_day__gte=first, first_day__lt=roster.first_day)
        .exclude(status=RosterStatus.DRAFT)
        .values_list("first_day", "last_day")
    )
    if first == roster.first_day or not spans:
        return QuarterBefore({}, 0)
    days = [day for day in CalendarDay.objects.span(first, roster.first_day - _A_DAY) if day.is_workday]
    workdays = sum(any(start <= day.date <= end for start, end in spans) for day in days)
    duties = Duty.objects.published().filter(member__in=ids, day__gte=first, day__lt=roster.first_day)
    counted = dict(
        duties.order_by()
        .values("member_id")
        .annotate(minutes=Sum(F("shift_type__minutes") * F("shift_type__counting_factor")))
        .values_list("member_id", "minutes")
    )
    return QuarterBefore({pk: int(minutes or 0) for pk, minutes in counted.items()}, workdays)


def _shift_types(roster: Roster, cover: list[CoverRequirement], duties: list[Duty]) -> list[ShiftType]:
    used = {row.shift_type_id for row in cover} | {duty.shift_type_id for duty in duties}
    return list(ShiftType.objects.filter(Q(unit=roster.unit_id, is_active=True) | Q(pk__in=used)))


def _taken(roster: Roster, ids: list[int], known: set[int]) -> dict[int, list[Taken]]:
    """Time that is taken by anything but the duties read already, and in the days around, whose rest reaches in.

    Another squadron's roster is hidden from the viewer, but not the time that it takes of a member whom they see.
    """
    starts, ends = span(roster.first_day - LONGEST_REST, roster.last_day + _A_DAY + LONGEST_REST)
    rows = Engagement.objects.filter(member__in=ids).overlapping(starts, ends).order_by("starts")
    taken: dict[int, list[Taken]] = defaultdict(list)
    for row in rows.values("member_id", "kind", "starts", "ends", "absence__kind", "duty__id"):
        if row["duty__id"] not in known:
            reason = row["absence__kind"] or row["kind"]
            is_absence = row["absence__kind"] is not None
            is_work = row["kind"] in (EngagementKind.DUTY, EngagementKind.STANDBY)
            found = Taken(row["member_id"], row["starts"], row["ends"], reason, is_absence, is_work)
            taken[row["member_id"]].append(found)
    return taken


def _certificates(roster: Roster, ids: list[int]) -> dict[int, list[DutyCertificate]]:
    rows: dict[int, list[DutyCertificate]] = defaultdict(list)
    for row in DutyCertificate.objects.filter(member__in=ids).order_by("valid_from"):
        rows[row.member_id].append(row)
    return rows


def span(first: dt.date, last: dt.date) -> tuple[dt.datetime, dt.datetime]:
    """From the first day's midnight to the midnight after the last day, in the local zone."""
    after = last + dt.timedelta(days=1)
    return make_aware(dt.datetime.combine(first, dt.time())), make_aware(dt.datetime.combine(after, dt.time()))
