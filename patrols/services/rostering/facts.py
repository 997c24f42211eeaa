"""Reads what a roster is made from, in a constant number of queries."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import F, Q, QuerySet, Sum
from django.utils.timezone import make_aware

from patrols.models import (
    CoverRequirement,
    Duty,
    EmergencyException,
    HoursPeriod,
    Roster,
    RosterRule,
    RosterStatus,
    RuleKind,
    ShiftType,
    SwornOfficer,
    Wish,
    WorkingTimeLimits,
)
from personnel.models import DutyCertificate, Engagement, EngagementKind, Member, MemberSkill, Protection
from teams.models import CalendarDay
from teams.models.calendar import Day

# How far the border days reach: the longest run of days that a limit may speak of, and a week.
DAYS_BEFORE = 31
DAYS_AFTER = 7
_A_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Taken:
    """A span of a member's time that a roster must leave alone; `reason` is a code, such as `annual`."""

    member_id: int
    starts: dt.datetime
    ends: dt.datetime
    reason: str
    is_absence: bool


@dataclass(frozen=True)
class Elsewhere:
    """A published duty in another squadron's roster: what it asks of the person, not where and with whom."""

    member_id: int
    starts: dt.datetime
    ends: dt.datetime
    counted_minutes: int
    is_night: bool


class BorderDuty(NamedTuple):
    """A duty of the days before or after: a month of them as model instances would cost as much as the roster's own."""

    member_id: int
    day: dt.date
    shift_type_id: int
    beat_id: int | None


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
    around: list[BorderDuty]
    taken: dict[int, list[Taken]]
    elsewhere: dict[int, list[Elsewhere]]
    certificates: dict[int, list[DutyCertificate]]
    limits: list[WorkingTimeLimits]
    days_before: list[Day]  # the days of the month that lie before a roster which starts within it
    skills: dict[int, list[MemberSkill]]
    protections: dict[int, list[Protection]]
    officers: list[SwornOfficer]
    exceptions: list[EmergencyException]
    quarter_before: QuarterBefore
    rules: list[RosterRule]  # the squadron's own that bind on its days
    spoken_of: dict[int, tuple[str, int]]  # name and unit of those in the roster about whom a rule speaks
    wishes: dict[int, list[Wish]]  # by member, those that nobody declined

    @property
    def first_day(self) -> dt.date:
        return self.roster.first_day

    def index(self, day: dt.date) -> int:
        """The number of a day, 0 being the roster's first."""
        return (day - self.roster.first_day).days


def read(roster: Roster, *, members: Collection[int] | None = None) -> Facts:
    """Everything about a roster, or about some of its members only."""
    people = list(_members(roster, members))
    ids = [person.pk for person in people]
    duties = list(roster.duties.filter(member__in=ids).order_by("day", "starts", "pk"))
    around = _around(roster, ids)
    cover = list(_cover(roster))
    month = roster.first_day.replace(day=1)
    calendar = CalendarDay.objects.span(month, roster.last_day)
    limits = list(WorkingTimeLimits.objects.select_related("unit"))
    taken, elsewhere = _taken(roster, ids)
    rules = _rules(roster)
    return Facts(
        roster=roster,
        days=[day for day in calendar if day.date >= roster.first_day],
        members=people,
        shift_types=_shift_types(roster, cover, [*duties, *around]),
        cover=cover,
        duties=duties,
        around=around,
        taken=taken,
        elsewhere=elsewhere,
        certificates=_certificates(roster, ids),
        limits=limits,
        days_before=[day for day in calendar if day.date < roster.first_day],
        skills=_by_member(MemberSkill.objects.filter(member__in=ids).order_by()),
        protections=_by_member(
            Protection.objects.filter(member__in=ids).overlapping(roster.first_day, roster.last_day + _A_DAY).order_by()
        ),
        officers=_officers(roster, cover),
        exceptions=list(
            EmergencyException.objects.signed()
            .filter(unit=roster.unit_id)
            .overlapping(roster.first_day, roster.last_day)
            .select_related("signed_by")
        ),
        quarter_before=_quarter_before(roster, ids, limits),
        rules=rules,
        spoken_of=_spoken_of(roster, rules),
        wishes=_by_member(
            Wish.objects.filter(member__in=ids)
            .below(roster.unit)
            .standing()
            .within(roster.first_day, roster.last_day)
            .select_related("shift_type")
            .order_by("day")
        ),
    )


def _members(roster: Roster, members: Collection[int] | None) -> QuerySet[Member]:
    people = roster.members().select_related("unit")
    return people if members is None else people.filter(pk__in=members)


def _rules(roster: Roster) -> list[RosterRule]:
    rows = RosterRule.objects.filter(unit=roster.unit_id).exclude(kind=RuleKind.WISHES)
    return list(rows.binding(roster.first_day, roster.last_day).select_related("group").order_by("pk"))


def _spoken_of(roster: Roster, rules: list[RosterRule]) -> dict[int, tuple[str, int]]:
    """Everybody of the roster whom a rule about people concerns, also where only some members are read."""
    people = {pk for row in rules for pk in row.people}
    crews = {row.group_id for row in rules if row.kind == RuleKind.TOGETHER and row.group_id}
    if not people and not crews:
        return {}
    rows = roster.members().filter(Q(pk__in=people) | Q(unit__in=crews)).order_by()
    return {pk: (name, unit) for pk, name, unit in rows.values_list("pk", "name", "unit_id")}


def _around(roster: Roster, ids: list[int]) -> list[BorderDuty]:
    """The duties of the border days.

    Published ones count for everybody; a draft also heeds the drafts of its own squadron. A published roster does not:
    what is merely planned beside it cannot make it wrong.
    """
    before = Q(day__gte=roster.first_day - DAYS_BEFORE * _A_DAY, day__lt=roster.first_day)
    after = Q(day__gt=roster.last_day, day__lte=roster.last_day + DAYS_AFTER * _A_DAY)
    rows = Duty.objects.filter(before | after, member__in=ids)
    heeded = ~Q(roster__status=RosterStatus.DRAFT)
    rows = rows.filter(heeded | Q(roster__unit=roster.unit_id) if roster.is_draft else heeded)
    return [BorderDuty(*row) for row in rows.order_by("day", "starts", "pk").values_list(*BorderDuty._fields)]


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


def _shift_types(roster: Roster, cover: list[CoverRequirement], duties: list[Duty | BorderDuty]) -> list[ShiftType]:
    used = {row.shift_type_id for row in cover} | {duty.shift_type_id for duty in duties}
    return list(ShiftType.objects.filter(Q(unit=roster.unit_id, is_active=True) | Q(pk__in=used)))


def _taken(roster: Roster, ids: list[int]) -> tuple[dict[int, list[Taken]], dict[int, list[Elsewhere]]]:
    """Time that is taken by anything but the duties read already, and in the days around.

    Another squadron's roster is hidden from the viewer, but not the time that it takes of a member whom they see.
    """
    starts, ends = span(roster.first_day - DAYS_BEFORE * _A_DAY, roster.last_day + DAYS_AFTER * _A_DAY)
    rows = Engagement.objects.filter(member__in=ids).overlapping(starts, ends).order_by("starts")
    unread = Q(duty=None) | Q(duty__day__range=(roster.first_day, roster.last_day)) & ~Q(duty__roster=roster.pk)
    taken: dict[int, list[Taken]] = defaultdict(list)
    work: dict[int, tuple[int, dt.datetime, dt.datetime]] = {}
    for row in rows.filter(unread).values("pk", "member_id", "kind", "starts", "ends", "absence__kind"):
        if row["kind"] in (EngagementKind.DUTY, EngagementKind.STANDBY):
            work[row["pk"]] = row["member_id"], row["starts"], row["ends"]
        else:
            is_absence = row["absence__kind"] is not None
            reason = row["absence__kind"] or row["kind"]
            taken[row["member_id"]].append(Taken(row["member_id"], row["starts"], row["ends"], reason, is_absence))
    return taken, _elsewhere(work)


def _elsewhere(work: dict[int, tuple[int, dt.datetime, dt.datetime]]) -> dict[int, list[Elsewhere]]:
    """Duties elsewhere with how they count: a function tells that alone, for the rows are another squadron's."""
    found: dict[int, list[Elsewhere]] = defaultdict(list)
    if not work:
        return found
    with connection.cursor() as cursor:
        cursor.execute("SELECT engagement_id, counted_minutes, is_night FROM lf_duties_counted(%s)", [list(work)])
        counted = {pk: (minutes, is_night) for pk, minutes, is_night in cursor.fetchall()}
    for pk, (member_id, starts, ends) in work.items():
        minutes, is_night = counted.get(pk, (int((ends - starts).total_seconds() // 60), False))
        found[member_id].append(Elsewhere(member_id, starts, ends, minutes, is_night))
    return found


def _certificates(roster: Roster, ids: list[int]) -> dict[int, list[DutyCertificate]]:
    rows: dict[int, list[DutyCertificate]] = defaultdict(list)
    for row in DutyCertificate.objects.filter(member__in=ids).order_by("valid_from"):
        rows[row.member_id].append(row)
    return rows


def span(first: dt.date, last: dt.date) -> tuple[dt.datetime, dt.datetime]:
    """From the first day's midnight to the midnight after the last day, in the local zone."""
    after = last + dt.timedelta(days=1)
    return make_aware(dt.datetime.combine(first, dt.time())), make_aware(dt.datetime.combine(after, dt.time()))
