"""Today in a squadron: who is on duty where, who is away, whose certificate ends."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field

from django.utils import timezone

from lianfang.home.away import Away
from lianfang.home.certificates import Endings, endings
from lianfang.home.months import Month, RosterState, roster_states
from lianfang.home.waiting import rosters_of
from patrols.models import CoverRequirement, Duty, ShiftType
from patrols.services.rostering import sheet
from personnel.models import Absence, Member
from teams.models import CalendarDay, Unit, UnitKind, User
from teams.policy import Action
from teams.scope import scope_of


@dataclass
class Place:
    """A beat in a shift of today: who serves, and how many are needed at least."""

    beat: str
    people: list[str] = field(default_factory=list)
    minimum: int = 0

    @property
    def missing(self) -> int:
        return max(0, self.minimum - len(self.people))


@dataclass(frozen=True)
class ShiftToday:
    """A shift that begins or still runs today, with its beats."""

    shift_type: ShiftType
    starts: dt.datetime
    ends: dt.datetime
    places: list[Place]
    is_running: bool
    is_over: bool
    is_from_yesterday: bool


@dataclass(frozen=True)
class People:
    """How many serve, who is away in this week, whose certificate ends."""

    serving: int
    away_today: int
    absences: list[Away]
    certificates: Endings


@dataclass(frozen=True)
class SquadronToday:
    """Everything on the squadron's landing page; None stands for what the user's post does not show."""

    people: People | None
    on_duty_now: int
    this_month: RosterState | None
    next_month: RosterState | None
    open_places: int | None  # None while the next roster is not made
    shifts: list[ShiftToday]


def squadron_today(user: User, unit: Unit, now: dt.datetime) -> SquadronToday:
    """Read in a constant number of queries; the rows are the user's own scope."""
    today = timezone.localdate(now)
    shifts = shifts_of_day(user, today, now)
    running, coming = _rosters(user, unit, today)
    return SquadronToday(
        people=people_today(user, today) if scope_of(user, Action.MEMBER_VIEW).paths else None,
        on_duty_now=sum(len(p.people) for shift in shifts if shift.is_running for p in shift.places),
        this_month=running,
        next_month=coming,
        open_places=sheet(coming.roster).uncovered if coming and coming.roster else None,
        shifts=shifts,
    )


def _rosters(user: User, unit: Unit, today: dt.date) -> tuple[RosterState | None, RosterState | None]:
    """A patrol group has no roster of its own; its squadron's is not its leader's to see."""
    if unit.kind in (UnitKind.GROUP, UnitKind.SUB_TEAM):
        return None, None
    month = Month.of(today)
    return roster_states(rosters_of(user, month), unit.pk, month)


def people_today(user: User, today: dt.date) -> People:
    absences = absences_of_week(user, today)
    return People(
        serving=Member.objects.visible_to(user).serving(today).count(),
        away_today=sum(away.covers(today) for away in absences),
        absences=absences,
        certificates=endings(user, today),
    )


def absences_of_week(user: User, today: dt.date) -> list[Away]:
    """The absences that touch the week of `today`, the first to begin first."""
    monday = today - dt.timedelta(days=today.weekday())
    rows = Absence.objects.visible_to(user).overlapping(*_span(monday, monday + dt.timedelta(days=7)))
    rows = rows.select_related("engagement__member")
    rows = rows.order_by("engagement__starts", "engagement__member__name_pinyin")
    return [Away.of(row, row.engagement.member.name) for row in rows]


def shifts_of_day(user: User, today: dt.date, now: dt.datetime) -> list[ShiftToday]:
    """Published duties that begin today or still run into it, by shift and beat, and beats that nobody serves."""
    starts, ends = _span(today, today + dt.timedelta(days=1))
    # A published duty holds its member's time. The roster itself is not asked: a group leader may not see it.
    rows = Duty.objects.visible_to(user).filter(engagement__isnull=False, starts__lt=ends, ends__gt=starts)
    duties = rows.select_related("member", "beat", "shift_type").order_by("starts", "member__name_pinyin")
    shifts: dict[tuple[int, dt.date], dict[int | None, Place]] = defaultdict(dict)
    types: dict[int, ShiftType] = {}
    for need in _needs_of(user, today):
        types[need.shift_type_id] = need.shift_type
        place = shifts[need.shift_type_id, today].setdefault(need.beat_id, Place(need.beat.name))
        place.minimum = max(place.minimum, need.minimum)
    for duty in duties:
        types[duty.shift_type_id] = duty.shift_type
        places = shifts[duty.shift_type_id, duty.day]
        places.setdefault(duty.beat_id, Place(duty.beat.name if duty.beat else "")).people.append(duty.member.name)
    found = [_shift(types[key], day, list(places.values()), today, now) for (key, day), places in shifts.items()]
    return sorted(found, key=lambda shift: (shift.starts, shift.shift_type.position))


def _shift(row: ShiftType, day: dt.date, places: list[Place], today: dt.date, now: dt.datetime) -> ShiftToday:
    starts, ends = row.span_on(day)
    return ShiftToday(row, starts, ends, places, starts <= now < ends, ends <= now, day < today)


def _needs_of(user: User, today: dt.date) -> list[CoverRequirement]:
    day = CalendarDay.objects.span(today, today)[0]
    rows = CoverRequirement.objects.visible_to(user).filter(shift_type__is_active=True, beat__is_active=True)
    return [row for row in rows.select_related("beat", "shift_type") if row.applies_on(day)]


def _span(first: dt.date, after: dt.date) -> tuple[dt.datetime, dt.datetime]:
    """From the midnight that begins `first` to the one that begins `after`, in the local zone."""
    return (
        timezone.make_aware(dt.datetime.combine(first, dt.time())),
        timezone.make_aware(dt.datetime.combine(after, dt.time())),
    )
