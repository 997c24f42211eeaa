"""Invented squadrons of real size to measure the engine on: needs, people, limits as a station has them."""

from __future__ import annotations

import dataclasses
import datetime
import random

from patrols.rostering import (
    Assignment,
    History,
    Need,
    Period,
    Person,
    Problem,
    ShiftType,
    Wish,
    days_from,
    fair_shares,
)
from patrols.rostering.limits import (
    Absent,
    Certificate,
    ConsecutiveDays,
    ConsecutiveNights,
    HoursADay,
    HoursInSpan,
    InPairs,
    Limit,
    Overlap,
    Protected,
    Rest,
    Skilled,
    WeeklyRest,
    Wishes,
)

FIRST_DAY = datetime.date(2026, 12, 1)
HOUR = 60
DAY = 24 * HOUR
THREE_SHIFTS = (
    ShiftType("early", "早", 8 * HOUR, 8 * HOUR),
    ShiftType("late", "中", 16 * HOUR, 8 * HOUR),
    ShiftType("night", "夜", 0, 8 * HOUR, is_night=True),
)
FIVE_SHIFTS = (
    *THREE_SHIFTS,
    ShiftType("day", "白", 8 * HOUR, 10 * HOUR),
    ShiftType("standby", "备", 18 * HOUR, 12 * HOUR, is_night=True, counting_factor=0.5),
)


def labour_limits() -> tuple[Limit, ...]:
    """The limits of D7 as labour law and usual practice set them."""
    return (
        Overlap(),
        Rest(minutes=11 * HOUR),
        HoursADay(most=11 * HOUR),
        HoursInSpan(span="week", most=48 * HOUR),
        HoursInSpan(span="month", most=36 * HOUR, most_per_workday=8 * HOUR),
        ConsecutiveDays(most=6),
        ConsecutiveNights(most=3),
        WeeklyRest(),
        Absent(),
        Certificate(),
        Protected(),
        Skilled(),
        InPairs(),
        Wishes(),
    )


def squadron(
    people: int = 30,
    days: int = 31,
    beats: int = 6,
    shifts: tuple[ShiftType, ...] = THREE_SHIFTS,
    *,
    load: float = 0.62,
    seed: int = 1,
) -> Problem:
    """A squadron whose minima ask for about ``load`` of the duties that its people could do at five a week."""
    rng = random.Random(seed)
    calendar = days_from(FIRST_DAY, days)
    cast = tuple(_person(rng, number, days) for number in range(people))
    needs = _needs(rng, days, beats, shifts, budget=load * people * 5 / 7)
    outside = _tail(rng, cast)
    bare = Problem(calendar, cast, shifts, needs, labour_limits(), outside=outside, known_from=-3)
    return dataclasses.replace(bare, limits=(*bare.limits, *fair_shares(bare)))


def county(seed: int = 1) -> list[Problem]:
    """468 people: the urban special squadron of 120 and a dozen town squadrons of 29."""
    towns = [squadron(29, 31, 5, seed=seed + number) for number in range(12)]
    return [squadron(120, 31, 20, FIVE_SHIFTS, seed=seed), *towns]


def _person(rng: random.Random, number: int, days: int) -> Person:
    leave: tuple[Period, ...] = ()
    if rng.random() < 0.2:
        first = rng.randrange(days)
        leave = (Period(first * DAY, (first + rng.randint(1, 7)) * DAY, "leave"),)
    end = rng.choice([days + 30] * 9 + [days // 2])
    return Person(
        f"{number:03}",
        crew=f"{number % 4 + 1}",
        skills=frozenset({"driver"} if rng.random() < 0.5 else ()),
        unavailable=leave,
        certificates=(Period(-400 * DAY, end * DAY),),
        wishes=tuple(Wish(rng.randrange(days), weight=10 * rng.randint(1, 3)) for _ in range(rng.choice((0, 0, 1, 2)))),
        history=History(rng.randint(40, 60), rng.randint(35, 50), rng.randint(2, 6), rng.randint(1900, 2100) * HOUR),
    )


def _needs(rng: random.Random, days: int, beats: int, shifts: tuple[ShiftType, ...], budget: float) -> tuple[Need, ...]:
    """Each beat wants some of the shifts each day, one or two people; as many as the budget of a day allows."""
    wanted = [(beat, shift) for beat in range(beats) for shift in shifts]
    rng.shuffle(wanted)
    sizes = {key: 2 if rng.random() < 0.3 else 1 for key in wanted}
    while sum(sizes.values()) > budget and len(sizes) > 1:
        sizes.pop(rng.choice(list(sizes)))
    found = []
    for (beat, shift), least in sizes.items():
        driver = frozenset({"driver"}) if rng.random() < 0.2 else frozenset[str]()
        extra = rng.random() < 0.4
        found += [
            Need(
                f"{day}/{shift.id}/{beat}", f"{beat}", day, shift.id, least, least + extra, driver, least_together=least
            )
            for day in range(days)
        ]
    return tuple(found)


def _tail(rng: random.Random, cast: tuple[Person, ...]) -> tuple[Assignment, ...]:
    return tuple(Assignment(person.id, day, "early") for person in cast for day in (-3, -2, -1) if rng.random() < 0.5)
