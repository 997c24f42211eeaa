"""Reads the published shift-scheduling instances (Curtois and Qu 2014) into the engine's own Problem.

Conventions at the edges: for maxima and successions the days outside count as off; minima are not judged for runs
that touch the first or last day. That is what ``known_from`` = 0 and ``known_until`` = the horizon say.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from patrols.rostering import Need, Period, Person, Problem, ShiftType, Wish, days_from
from patrols.rostering.limits import (
    Absent,
    ConsecutiveDays,
    DaysOff,
    ForbiddenSuccession,
    HoursInSpan,
    Limit,
    ShiftCount,
    Weekends,
    Wishes,
)

A_MONDAY = datetime.date(2026, 1, 5)
MINUTES_A_DAY = 1440
Rows = dict[str, list[list[str]]]


def read_instance(path: Path) -> Problem:
    """The problem in a file; raises ValueError on one without horizon, shifts or staff, or with a name unknown in it.

    A shift that no cover is given for on some day may be worked there, and costs nothing.
    """
    sections = _sections(path)
    for name in ("HORIZON", "SHIFTS", "STAFF"):
        if not sections.get(name):
            raise ValueError(f"{path.name}: section {name} is missing")
    days = int(sections["HORIZON"][0][0])
    shifts = tuple(ShiftType(row[0], row[0], 0, int(row[1])) for row in sections["SHIFTS"])
    return Problem(
        days_from(A_MONDAY, days),
        _people(sections, path.name),
        shifts,
        _needs(sections, days, shifts),
        (Absent(), Wishes(), *_successions(sections), *_staff_limits(sections, days)),
    )


def _sections(path: Path) -> Rows:
    sections: Rows = {}
    name = ""
    for line in path.read_text().splitlines():
        text = line.strip()
        if text.startswith("SECTION_"):
            name = text.removeprefix("SECTION_")
        elif text and not text.startswith("#"):
            sections.setdefault(name, []).append([part.strip() for part in text.split(",")])
    return sections


def _people(sections: Rows, file: str) -> tuple[Person, ...]:
    wishes: dict[str, list[Wish]] = defaultdict(list)
    for name, wants in (("SHIFT_ON_REQUESTS", True), ("SHIFT_OFF_REQUESTS", False)):
        for person, day, shift, weight in sections.get(name, ()):
            wishes[person].append(Wish(int(day), shift, wants, int(weight)))
    off: dict[str, list[Period]] = defaultdict(list)
    for person, *free_days in sections.get("DAYS_OFF", ()):
        midnights = [int(free_day) * MINUTES_A_DAY for free_day in free_days]
        off[person] += [Period(midnight, midnight + MINUTES_A_DAY, "day_off") for midnight in midnights]
    if unknown := {*wishes, *off} - {row[0] for row in sections["STAFF"]}:
        raise ValueError(f"{file}: {', '.join(sorted(unknown))} is not among the staff")
    return tuple(
        Person(row[0], unavailable=tuple(off[row[0]]), wishes=tuple(wishes[row[0]])) for row in sections["STAFF"]
    )


def _needs(sections: Rows, days: int, shifts: tuple[ShiftType, ...]) -> tuple[Need, ...]:
    found = {(int(day), shift): (int(c), int(u), int(o)) for day, shift, c, u, o in sections.get("COVER", ())}
    free = {(day, shift.id): (0, 0, 0) for day in range(days) for shift in shifts}
    return tuple(
        Need(f"{day}/{shift}", "", day, shift, count, count, weight_minimum=under, weight_ideal=under, weight_over=over)
        for (day, shift), (count, under, over) in (free | found).items()
    )


def _successions(sections: Rows) -> Iterator[Limit]:
    for row in sections["SHIFTS"]:
        after = frozenset(name for name in (row[2] if len(row) > 2 else "").split("|") if name)
        if after:
            yield ForbiddenSuccession(before=row[0], after=after)


def _staff_limits(sections: Rows, days: int) -> Iterator[Limit]:
    """One limit for all people who share its numbers."""
    groups: dict[tuple[object, ...], set[str]] = defaultdict(set)
    for name, counts, most, least, most_days, least_days, least_off, weekends in sections["STAFF"]:
        groups["hours", int(most), int(least)].add(name)
        groups["days", int(most_days), int(least_days)].add(name)
        groups["off", int(least_off)].add(name)
        groups["weekends", int(weekends)].add(name)
        for part in filter(None, counts.split("|")):
            shift, count = part.split("=")
            if int(count) < days:
                groups["count", shift, int(count)].add(name)
    for key, names in groups.items():
        yield _limit(key, frozenset(names))


def _limit(key: tuple[object, ...], people: frozenset[str]) -> Limit:
    match key:
        case ("hours", int(most), int(least)):
            return HoursInSpan(span="whole", most=most, least=least, people=people)
        case ("days", int(most), int(least)):
            return ConsecutiveDays(most=most, least=least, people=people)
        case ("off", int(least)):
            return DaysOff(least=least, people=people)
        case ("weekends", int(most)):
            return Weekends(most=most, people=people)
        case ("count", str(shift), int(most)):
            return ShiftCount(shift=shift, most=most, people=people)
    raise ValueError(f"no limit for {key}")
