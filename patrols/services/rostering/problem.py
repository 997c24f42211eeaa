"""From facts to the engine's problem: ids become text, dates become day numbers, times become minutes."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

from django.utils import timezone

from patrols import rostering as engine
from patrols.models import (
    CoverRequirement,
    Duty,
    HoursPeriod,
    Risk,
    Roster,
    ShiftType,
    SwornOfficer,
    WorkingTimeLimits,
)
from patrols.models.task import LEAST_TOGETHER
from patrols.rostering import limits
from patrols.services.rostering.elsewhere import duties_elsewhere
from patrols.services.rostering.facts import DAYS_BEFORE, BorderDuty, Facts, read
from patrols.services.rostering.history import carried
from patrols.services.rostering.roster_rules import own_limits, wishes_of
from personnel.models import Member, MemberSkill, MemberStatus
from teams.models.calendar import Day, DayKind

MINUTES_A_DAY = 24 * 60
REST = "rest_elsewhere"  # the reason of time kept free around a second duty elsewhere on a day
MONTHS_A_QUARTER = 3


def build_problem(
    roster: Roster,
    *,
    members: Collection[int] | None = None,
    with_fixed: bool = True,
    with_fairness: bool = False,
) -> engine.Problem:
    """The roster as the engine sees it; its own duties are in it only where they are fixed.

    `members` limits it to some people, for judging a changed row. `with_fixed=False` is for judging, where a fixed cell
    may well be changed by hand. `with_fairness` adds fair shares from twelve months of published duties (handbook D9).
    """
    facts = read(roster, members=members)
    return problem_of(facts, with_fixed=with_fixed, with_fairness=with_fairness)


def problem_of(
    facts: Facts, *, with_fixed: bool, with_fairness: bool = False, days: Collection[dt.date] | None = None
) -> engine.Problem:
    """Duties in other squadrons' rosters are among the fixed cells; without these, whoever judges adds them.

    `days`: the needs of these days suffice. Where one is police-led all stay, for leads bind a person on every day.
    """
    histories = carried(facts) if with_fairness else {}
    away = duties_elsewhere(facts)
    fixed = {(str(d.member_id), facts.index(d.day)): _fixed(facts, d) for d in facts.duties if d.is_fixed}
    shifts = (*(_shift(row) for row in facts.shift_types), *away.shift_types)
    around: list[engine.Assignment] = [*(assignment(facts, duty) for duty in facts.around), *away.around]
    beside: list[engine.Assignment] = []
    if with_fixed:  # who judges needs all of them as they are
        fixed, around, beside = _one_a_cell(facts, fixed, [*away.inside, *around])
    people = tuple(_person(facts, member, histories) for member in facts.members)
    wanted = None if any(row.officer_led for row in facts.cover) else days
    asked = tuple(needs(facts, wanted))
    problem = engine.Problem(
        days=tuple(_day(number, day) for number, day in enumerate(facts.days)),
        people=_with_taken(facts, people, beside, shifts),
        shift_types=shifts,
        needs=asked,
        limits=(*working_time(facts), *_authority(asked, people), *own_limits(facts)),
        fixed=tuple(fixed.values()) if with_fixed else (),
        outside=tuple(around),
        officers=tuple(_officer(facts, row) for row in facts.officers),
        waivers=tuple(_waivers(facts)),
        known_from=-DAYS_BEFORE if facts.around or away.around else 0,
    )
    if any(need.officer_led for need in asked):
        led = limits.OfficerLed(leads=engine.choose_leads(problem))
        problem = dataclasses.replace(problem, limits=(*problem.limits, led))
    if not with_fairness:
        return problem
    return dataclasses.replace(problem, limits=(*problem.limits, *engine.fair_shares(problem)))


def _one_a_cell(
    facts: Facts, fixed: dict[tuple[str, int], engine.Fixed], duties: Iterable[engine.Assignment]
) -> tuple[dict[tuple[str, int], engine.Fixed], list[engine.Assignment], list[engine.Assignment]]:
    """Fixed cells, duties of the days around, and those beside them: a cell holds one duty, so a second one on a day is
    to be kept free as time that is taken."""
    inside, around, beside = dict(fixed), {}, []
    for item in duties:
        cell = item.person, item.day
        if cell in inside or cell in around:
            beside.append(item)
        elif 0 <= item.day < len(facts.days):
            inside[cell] = engine.Fixed(*item)
        else:
            around[cell] = item
    return inside, list(around.values()), beside


def assignments(roster: Roster, *, members: Collection[int] | None = None) -> list[engine.Assignment]:
    """The duties that stand in the roster now."""
    rows = roster.duties.all() if members is None else roster.duties.filter(member__in=members)
    return [
        engine.Assignment(str(row.member_id), (row.day - roster.first_day).days, str(row.shift_type_id), beat_id(row))
        for row in rows
    ]


def assignment(facts: Facts, duty: Duty | BorderDuty) -> engine.Assignment:
    return engine.Assignment(str(duty.member_id), facts.index(duty.day), str(duty.shift_type_id), beat_id(duty))


def beat_id(duty: Duty | BorderDuty) -> str | None:
    return str(duty.beat_id) if duty.beat_id else None


def _fixed(facts: Facts, duty: Duty) -> engine.Fixed:
    return engine.Fixed(*assignment(facts, duty))


def _day(number: int, day: Day) -> engine.Day:
    return engine.Day(
        index=number,
        date=day.date,
        is_weekend=day.is_weekend and day.kind != DayKind.WORKDAY,
        is_holiday=day.is_holiday,
        is_workday=day.is_workday,
    )


def _shift(row: ShiftType) -> engine.ShiftType:
    """Its code is the name that sentences call it by."""
    return engine.ShiftType(
        id=str(row.pk),
        code=row.name,
        start_minute=row.starts_at.hour * 60 + row.starts_at.minute,
        minutes=row.minutes,
        is_night=row.is_night,
        counting_factor=float(row.counting_factor),
        is_training=row.is_training,
    )


# --- people ----------------------------------------------------------------------------------------------------------


def _person(facts: Facts, member: Member, histories: dict[int, engine.History]) -> engine.Person:
    return engine.Person(
        id=str(member.pk),
        name=member.name,
        crew=str(member.unit_id),
        category=member.staff_category,
        unavailable=(*_taken(facts, member), *_not_serving(facts, member)),
        certificates=tuple(_certified(facts, member)),
        skills=skills_of(facts.roster, facts.skills.get(member.pk, ())),
        protected=tuple(
            engine.Period(
                facts.index(row.first_day) * MINUTES_A_DAY, (facts.index(row.last_day) + 1) * MINUTES_A_DAY, row.kind
            )
            for row in facts.protections.get(member.pk, ())
        ),
        wishes=wishes_of(facts, member.pk),
        history=histories.get(member.pk, engine.History()),
    )


def skills_of(roster: Roster, rows: Iterable[MemberSkill]) -> frozenset[str]:
    """One that runs out within the roster may not be relied on."""
    return frozenset(row.skill for row in rows if row.valid_until is None or row.valid_until >= roster.last_day)


def _taken(facts: Facts, member: Member) -> Iterator[engine.Period]:
    for row in facts.taken.get(member.pk, ()):
        yield engine.Period(minute(facts, row.starts), minute(facts, row.ends), row.reason)


def _with_taken(
    facts: Facts,
    people: tuple[engine.Person, ...],
    beside: list[engine.Assignment],
    shifts: tuple[engine.ShiftType, ...],
) -> tuple[engine.Person, ...]:
    """The people with the time of these duties, and the rest around it, kept free."""
    if not beside:
        return people
    rests = {str(row.pk): int(limits_of(row, facts.limits).rest_between_shifts * 60) for row in facts.members}
    kinds = {shift.id: shift for shift in shifts}
    periods: dict[str, list[engine.Period]] = defaultdict(list)
    for item in beside:
        start, end, rest = kinds[item.shift].start_on(item.day), kinds[item.shift].end_on(item.day), rests[item.person]
        periods[item.person] += [engine.Period(start, end, "duty")]
        periods[item.person] += [engine.Period(start - rest, start, REST), engine.Period(end, end + rest, REST)]
    return tuple(
        dataclasses.replace(person, unavailable=(*person.unavailable, *periods[person.id]))
        if person.id in periods
        else person
        for person in people
    )


def _not_serving(facts: Facts, member: Member) -> Iterator[engine.Period]:
    """The days before the hire and after the exit; all days of one who has no place in a draft any more."""
    end = (len(facts.days) + 1) * MINUTES_A_DAY
    if member.hired_on and member.hired_on > facts.first_day:
        yield engine.Period(-end, facts.index(member.hired_on) * MINUTES_A_DAY, "not_hired")
    if member.left_on and member.left_on <= facts.roster.last_day:
        yield engine.Period(facts.index(member.left_on) * MINUTES_A_DAY, end, "left")
    if facts.roster.is_draft and member.status == MemberStatus.SUSPENDED:
        yield engine.Period(0, end, "suspended")
    elif facts.roster.is_draft and not member.unit.path.startswith(facts.roster.unit.path):
        yield engine.Period(0, end, "transferred")


def _certified(facts: Facts, member: Member) -> Iterator[engine.Period]:
    """Whole days; a certificate that follows another without a gap makes one period, so a night may cross from one to
    the next."""
    start = end = None
    for row in facts.certificates.get(member.pk, ()):
        until = row.valid_until + dt.timedelta(days=1)
        until = min(until, row.withdrawn_on) if row.withdrawn_on else until
        first, last = facts.index(row.valid_from) * MINUTES_A_DAY, facts.index(until) * MINUTES_A_DAY
        if start is not None and end is not None and first > end:
            yield engine.Period(start, end)
            start = end = None
        if last > first:
            start, end = (first if start is None else start), max(last, end or last)
    if start is not None and end is not None:
        yield engine.Period(start, end)


def minute(facts: Facts, at: dt.datetime) -> int:
    """Minutes from the first day's midnight, local time."""
    local = timezone.localtime(at).replace(tzinfo=None)
    return int((local - dt.datetime.combine(facts.first_day, dt.time())).total_seconds() // 60)


# --- needs -----------------------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class _Asked:
    """What the requirements that meet on one need ask for together: the highest figures count."""

    minimum: int
    ideal: int
    shares: tuple[engine.SkillShare, ...]
    officer_led: bool
    least_together: int
    is_hard: bool


def needs(facts: Facts, days: Collection[dt.date] | None = None) -> Iterator[engine.Need]:
    """One for each day (or each of `days`), shift type and beat that a requirement speaks of."""
    rows: dict[tuple[int, int], list[CoverRequirement]] = defaultdict(list)
    for row in facts.cover:
        if row.shift_type.is_active:
            rows[row.shift_type_id, row.beat_id].append(row)
    merged: dict[tuple[int, ...], _Asked] = {}
    for number, day in enumerate(facts.days):
        if days is not None and day.date not in days:
            continue
        for (shift, beat), found in rows.items():
            asked = [row for row in found if row.applies_on(day)]
            if not asked:
                continue
            key = tuple(row.pk for row in asked)
            if key not in merged:
                merged[key] = _together(asked)
            yield engine.Need(
                id=f"{number}:{shift}:{beat}",
                beat=str(beat),
                day=number,
                shift=str(shift),
                minimum=merged[key].minimum,
                ideal=merged[key].ideal,
                shares=merged[key].shares,
                officer_led=merged[key].officer_led,
                least_together=merged[key].least_together,
                is_hard=merged[key].is_hard,
            )


def _together(rows: list[CoverRequirement]) -> _Asked:
    return _Asked(
        minimum=max(row.minimum for row in rows),
        ideal=max(row.ideal for row in rows),
        shares=_shares(rows),
        officer_led=any(row.officer_led for row in rows),
        least_together=LEAST_TOGETHER if _patrols_alone(rows) else 1,
        is_hard=any(row.beat.risk == Risk.HIGH for row in rows),
    )


def _shares(rows: list[CoverRequirement]) -> tuple[engine.SkillShare, ...]:
    counts: dict[str, int] = {}
    for row in rows:
        for wanted in row.skills.all():
            counts[wanted.skill] = max(wanted.count, counts.get(wanted.skill, 0))
    return tuple(engine.SkillShare(skill, count) for skill, count in sorted(counts.items()))


def _patrols_alone(rows: list[CoverRequirement]) -> bool:
    return any(row.goes_in_pairs for row in rows) and not any(row.officer_led for row in rows)


# --- officers --------------------------------------------------------------------------------------------------------


def _officer(facts: Facts, row: SwornOfficer) -> engine.Officer:
    """With the beats whose police-led tasks the officer may all lead."""
    kinds: dict[int, set[str]] = defaultdict(set)
    for need in facts.cover:
        if need.officer_led:
            kinds[need.beat_id].add(need.task_kind)
    own = {beat.pk for beat in row.beats.all()} or kinds.keys()
    beats = frozenset(str(beat) for beat, asked in kinds.items() if beat in own and row.may_lead(asked))
    return engine.Officer(id=str(row.pk), name=row.name, beats=beats, available=_available(facts, row))


def _available(facts: Facts, row: SwornOfficer) -> tuple[engine.Period, ...] | None:
    """None: always. Spans that meet become one, so that a night's lead may cross midnight."""
    patterns = list(row.availability.all())
    if not patterns:
        return None
    spans = []
    for number in range(-1, len(facts.days) + 1):
        day = facts.first_day + dt.timedelta(days=number)
        found = (pattern.minutes_on(day) for pattern in patterns)
        spans += [(number * MINUTES_A_DAY + span[0], number * MINUTES_A_DAY + span[1]) for span in found if span]
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return tuple(engine.Period(start, end) for start, end in merged)


# --- limits ----------------------------------------------------------------------------------------------------------


def working_time(facts: Facts) -> Iterator[limits.Limit]:
    """What the law and the squadron's own figures forbid, each for the people whom its row concerns."""
    yield limits.Overlap()
    yield limits.Certificate()
    yield limits.Absent()
    groups: dict[int | None, list[Member]] = defaultdict(list)
    rows: dict[int | None, WorkingTimeLimits] = {}
    for member in facts.members:
        row = limits_of(member, facts.limits)
        rows[row.pk] = row
        groups[row.pk].append(member)
    for key, people in groups.items():
        yield from _limits_in(facts, rows[key], people)


def _authority(asked: Iterable[engine.Need], people: Iterable[engine.Person]) -> Iterator[limits.Limit]:
    """The limits of authority (handbook D4) and of protection, where something in the problem meets them."""
    if any(need.least_together > 1 for need in asked):
        yield limits.InPairs()
    if any(person.protected for person in people):
        yield limits.Protected()


def _waivers(facts: Facts) -> Iterator[engine.Waiver]:
    """Signed emergency exceptions (劳动法 42), one for each limit that they lift."""
    for row in facts.exceptions:
        first, last = facts.index(row.first_day), facts.index(row.last_day)
        people = frozenset(map(str, row.people)) if row.people else None
        for code in row.limits:
            yield engine.Waiver(code=code, first_day=first, last_day=last, people=people, reference=str(row.pk))


def _limits_in(facts: Facts, row: WorkingTimeLimits, people: list[Member]) -> Iterator[limits.Limit]:
    who = frozenset(str(member.pk) for member in people)
    yield limits.Rest(minutes=int(row.rest_between_shifts * 60), people=who)
    yield limits.HoursADay(most=int(row.hours_a_day * 60), people=who)
    yield limits.HoursInSpan(span="week", most=int(row.hours_a_week * 60), people=who)
    yield _overtime(facts, row, people, who)
    yield limits.ConsecutiveDays(most=row.consecutive_days, least=row.least_days_in_a_row, people=who)
    yield limits.ConsecutiveNights(most=row.consecutive_nights, least=row.least_nights_in_a_row, people=who)
    yield limits.WeeklyRest(days=row.days_off_a_week, people=who)


def _overtime(facts: Facts, row: WorkingTimeLimits, people: list[Member], who: frozenset[str]) -> limits.HoursInSpan:
    """What exceeds the norm of a month, or of a quarter where working hours are counted comprehensively (综合工时)."""
    standard = int(row.standard_hours_a_day * 60)
    by_quarter = row.counted_over == HoursPeriod.QUARTER
    before = counted_in_quarter if by_quarter else counted_already
    return limits.HoursInSpan(
        span="quarter" if by_quarter else "month",
        most=int(row.overtime_a_month * 60) * (MONTHS_A_QUARTER if by_quarter else 1),
        most_per_workday=standard,
        already={str(member.pk): before(facts, member, standard) for member in people},
        people=who,
    )


def limits_of(member: Member, rows: Iterable[WorkingTimeLimits]) -> WorkingTimeLimits:
    """The nearest row: own unit before those above, own category before any; the law's own figures without one."""
    near = [
        row
        for row in rows
        if (row.unit is None or member.unit.path.startswith(row.unit.path))
        and row.staff_category in ("", member.staff_category)
    ]
    if not near:
        return WorkingTimeLimits()
    return max(near, key=lambda row: (len(row.unit.path) if row.unit else 0, bool(row.staff_category)))


def counted_already(facts: Facts, member: Member, standard: int) -> int:
    """Minutes that count in the first month besides its duties, so that overtime is what exceeds the norm.

    A workday of leave or training counts as worked. Of the days before a roster that begins within a month, only what
    was worked beyond their own norm counts, because the norm is taken from the roster's days alone.
    """
    credit = standard * len(absent_workdays(facts, member))
    if not facts.days_before:
        return credit
    month = facts.first_day.replace(day=1)
    minutes = {row.pk: row.counted_minutes for row in facts.shift_types}
    worked = sum(
        minutes[duty.shift_type_id]
        for duty in facts.around
        if duty.member_id == member.pk and month <= duty.day < facts.first_day
    )
    worked += sum(
        row.counted_minutes
        for row in facts.elsewhere.get(member.pk, ())
        if month <= timezone.localtime(row.starts).date() < facts.first_day
    )
    return credit + worked - standard * sum(day.is_workday for day in facts.days_before)


def counted_in_quarter(facts: Facts, member: Member, standard: int) -> int:
    """As `counted_already`, from the quarter's first day: quiet weeks before make room for busy ones."""
    before = facts.quarter_before
    worked = before.minutes.get(member.pk, 0) - standard * before.workdays
    return worked + standard * len(absent_workdays(facts, member))


def absent_workdays(facts: Facts, member: Member) -> set[dt.date]:
    """Workdays of the roster's first month on which leave or training takes the whole of the usual working day."""
    found = set()
    for row in facts.taken.get(member.pk, ()):
        starts, ends = timezone.localtime(row.starts), timezone.localtime(row.ends)
        for day in facts.days if row.is_absence else ():
            noon = dt.datetime.combine(day.date, dt.time(12), tzinfo=starts.tzinfo)
            same_month = (day.date.year, day.date.month) == (facts.first_day.year, facts.first_day.month)
            if day.is_workday and same_month and starts < noon < ends:
                found.add(day.date)
    return found
