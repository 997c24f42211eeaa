"""A small station to test with: three shifts round the clock, a few people, and random squadrons for hypothesis."""

from __future__ import annotations

import datetime

from hypothesis import strategies as st

from patrols.rostering import (
    Assignment,
    Day,
    Fixed,
    Need,
    Period,
    Person,
    Problem,
    ShiftType,
    SkillShare,
    Waiver,
    Wish,
    days_from,
)
from patrols.rostering import limits as all_limits
from patrols.rostering.limits import Limit

MONDAY = datetime.date(2026, 11, 30)
HOUR = 60
DAY = 1440
EARLY = ShiftType("early", "早", 8 * HOUR, 8 * HOUR)
LATE = ShiftType("late", "中", 16 * HOUR, 8 * HOUR)
NIGHT = ShiftType("night", "夜", 22 * HOUR, 10 * HOUR, is_night=True)
STANDBY = ShiftType("standby", "备", 18 * HOUR, 12 * HOUR, counting_factor=0.5)
DRILL = ShiftType("drill", "训", 9 * HOUR, 6 * HOUR, is_training=True)
WHOLE_DAY = ShiftType("24h", "全", 8 * HOUR, 24 * HOUR, is_night=True)
SHIFTS = (EARLY, LATE, NIGHT, STANDBY, DRILL, WHOLE_DAY)


def station(
    *limits: Limit,
    days: int = 14,
    people: tuple[Person, ...] | None = None,
    needs: tuple[Need, ...] = (),
    **more: object,
) -> Problem:
    """A fortnight from a Monday with Wang and Li, and the limits under test."""
    cast = people or (Person("wang"), Person("li"))
    return Problem(days_from(MONDAY, days), cast, SHIFTS, needs, limits, **more)  # type: ignore[arg-type]


def duties(person: str, *cells: tuple[int, ShiftType], beat: str | None = None) -> tuple[Assignment, ...]:
    return tuple(Assignment(person, day, shift.id, beat) for day, shift in cells)


def daily(person: str, shift: ShiftType, first: int, last: int) -> tuple[Assignment, ...]:
    return duties(person, *((day, shift) for day in range(first, last + 1)))


# --- random squadrons ------------------------------------------------------------------------------------------------

NAMES = ("wang", "li", "zhao")
SHIFT_IDS = [shift.id for shift in SHIFTS]


@st.composite
def periods(draw: st.DrawFn, days: int) -> Period:
    start = draw(st.integers(-1, days)) * DAY + draw(st.integers(0, 23)) * HOUR
    return Period(start, start + draw(st.integers(1, 60)) * HOUR, "leave")


@st.composite
def people(draw: st.DrawFn, days: int) -> tuple[Person, ...]:
    count = draw(st.integers(1, 3))
    some_periods = st.lists(periods(days), max_size=1).map(tuple)
    skills = st.sets(st.sampled_from(["dog", "driver"])).map(frozenset)
    wishes = st.builds(
        Wish, st.integers(0, days - 1), st.sampled_from([None, "early", "night"]), st.booleans(), st.integers(1, 5)
    )
    return tuple(
        Person(
            name,
            crew=draw(st.sampled_from(["", "a"])),
            skills=draw(skills),
            unavailable=draw(some_periods),
            certificates=draw(st.one_of(st.none(), st.just((Period(0, days * DAY),)), some_periods)),
            protected=draw(some_periods),
            wishes=tuple(draw(st.lists(wishes, max_size=2))),
        )
        for name in NAMES[:count]
    )


@st.composite
def needs(draw: st.DrawFn, days: int) -> tuple[Need, ...]:
    cells = st.tuples(st.integers(0, days - 1), st.sampled_from(SHIFT_IDS), st.sampled_from(["gate", "street"]))
    found = []
    for day, shift, beat in draw(st.lists(cells, min_size=1, max_size=9, unique=True)):
        minimum = draw(st.integers(0, 2))
        found.append(
            Need(
                f"{day}/{shift}/{beat}",
                beat,
                day,
                shift,
                minimum,
                minimum + draw(st.integers(0, 1)),
                skills=frozenset(draw(st.sets(st.sampled_from(["dog"]), max_size=1))),
                shares=(SkillShare("driver"),) if draw(st.booleans()) else (),
                officer_led=draw(st.booleans()),
                least_together=draw(st.integers(1, 2)),
                weight_minimum=draw(st.integers(20, 100)),
                weight_ideal=draw(st.integers(0, 20)),
                weight_over=draw(st.integers(0, 9)),
            )
        )
    return tuple(found)


def one_limit() -> st.SearchStrategy[Limit]:
    """Any limit with random numbers, hard or soft where it can be."""
    hard, weight = st.booleans(), st.integers(1, 9)
    few = st.integers(1, 3)
    kinds = all_limits
    shift = st.sampled_from(SHIFT_IDS)
    some = st.one_of(st.none(), st.sets(st.sampled_from(NAMES), min_size=1).map(frozenset))
    either = {"hard": hard, "weight": weight, "people": some}
    always = {"people": some}
    return st.one_of(
        st.builds(kinds.Overlap, **always),
        st.builds(kinds.Rest, minutes=st.integers(0, 30 * HOUR), **always),
        st.builds(kinds.HoursADay, most=st.integers(6 * HOUR, 12 * HOUR), **always),
        st.builds(
            kinds.HoursInSpan,
            span=st.sampled_from(["week", "month", "quarter", "whole"]),
            most=st.one_of(st.none(), st.integers(0, 40 * HOUR)),
            most_per_workday=st.sampled_from([0, 2 * HOUR]),
            least=st.one_of(st.none(), st.integers(0, 20 * HOUR)),
            already=st.dictionaries(st.sampled_from(NAMES), st.integers(-20 * HOUR, 20 * HOUR), max_size=2),
            **either,
        ),
        st.builds(kinds.ConsecutiveDays, most=st.one_of(st.none(), few), least=few, **either),
        st.builds(kinds.ConsecutiveNights, most=st.one_of(st.none(), few), least=few, **either),
        st.builds(kinds.DaysOff, least=few, **either),
        st.builds(kinds.WeeklyRest, days=st.integers(1, 6), **either),
        st.builds(kinds.Weekends, most=st.integers(0, 1), **either),
        st.builds(kinds.ForbiddenSuccession, before=shift, after=st.sets(shift, min_size=1).map(frozenset), **always),
        st.builds(kinds.ShiftCount, shift=shift, most=st.integers(0, 2), **either),
        st.builds(kinds.Absent, **always),
        st.builds(kinds.Certificate, **always),
        st.builds(kinds.Skilled, **always),
        st.builds(kinds.Protected, most=st.sampled_from([480, 360]), **always),
        st.builds(kinds.NotPaired, pair=st.sampled_from([("wang", "li"), ("li", "zhao")]), hard=hard, weight=weight),
        st.builds(kinds.CrewTogether, crew=st.just("a"), **either),
        st.builds(kinds.Wishes),
        st.builds(
            kinds.TrainingShare, percent=st.sampled_from([0, 50]), slack=st.integers(0, 1), weight=weight, people=some
        ),
        st.builds(kinds.OfficerLed, leads=st.just({})),
        st.builds(kinds.InPairs, hard=hard, weight=weight),
        st.builds(
            kinds.FairShare,
            measure=st.sampled_from(["nights", "weekends", "holidays"]),
            shares=st.dictionaries(st.sampled_from(NAMES), st.floats(0, 4), max_size=3),
            weight=weight,
        ),
        st.builds(
            kinds.FairShare,
            measure=st.just("minutes"),
            shares=st.dictionaries(st.sampled_from(NAMES), st.floats(0, 2000), max_size=3),
            step=st.sampled_from([60, 240, 350]),
            unit=st.integers(1, 8),
            weight=weight,
        ),
    )


def _known(limit: Limit, cast: tuple[Person, ...]) -> bool:
    names = {person.id for person in cast}
    return not isinstance(limit, all_limits.NotPaired) or set(limit.pair) <= names


@st.composite
def problems(draw: st.DrawFn, most_limits: int = 3, *, with_fixed: bool = False) -> Problem:
    """A random squadron: up to three people, up to nine days, a tail of last month, random limits."""
    days = draw(st.integers(2, 9))
    first = MONDAY + datetime.timedelta(days=draw(st.integers(0, 6)))
    calendar = tuple(
        Day(day.index, day.date, day.is_weekend, draw(st.booleans()), day.is_workday) for day in days_from(first, days)
    )
    cast = draw(people(days))
    tail = draw(st.integers(0, 3))
    outside = tuple(
        Assignment(person.id, -day, draw(st.sampled_from(SHIFT_IDS)))
        for person in cast
        for day in range(1, tail + 1)
        if draw(st.booleans())
    )
    waivers = st.builds(
        Waiver, st.sampled_from(["rest", "consecutive_days", "hours_week", "absence"]), st.just(1), st.just(2)
    )
    limits = [limit for limit in draw(st.lists(one_limit(), max_size=most_limits)) if _known(limit, cast)]
    return Problem(
        calendar,
        cast,
        SHIFTS,
        draw(needs(days)),
        tuple(limits),
        fixed=draw(fixed_cells(cast, days)) if with_fixed else (),
        outside=outside,
        waivers=tuple(draw(st.lists(waivers, max_size=1))),
        known_from=-tail,
    )


@st.composite
def fixed_cells(draw: st.DrawFn, cast: tuple[Person, ...], days: int) -> tuple[Fixed, ...]:
    cells = st.tuples(st.sampled_from([person.id for person in cast]), st.integers(0, days - 1))
    return tuple(
        Fixed(
            person,
            day,
            draw(st.one_of(st.none(), st.sampled_from(SHIFT_IDS))),
            draw(st.sampled_from([None, "gate", "street", "yard"])),
        )
        for person, day in draw(st.lists(cells, max_size=2, unique=True))
    )
