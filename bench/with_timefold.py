"""The same squadrons given to Timefold (PyPI ``timefold``, needs Java 17): a benchmark dependency only.

Timefold runs in a process of its own (``bench.timefold_child``), beside no other native library. It takes each number
over one by one, so what it is told is small: a first model with a cost for each of 44,640 minutes and person never
got that far. Its model holds the limits of ``bench.squadrons``; who judges what comes out is our independent checker,
not Timefold's own score. The community edition searches with one thread.
"""

from __future__ import annotations

import json
import math
import shutil
import subprocess
import sys
from importlib.util import find_spec
from typing import Any

from patrols.rostering import Assignment, Need, Problem, Roster
from patrols.rostering.frame import Frame
from patrols.rostering.limits import (
    Absent,
    Certificate,
    ConsecutiveDays,
    ConsecutiveNights,
    FairShare,
    HoursADay,
    HoursInSpan,
    InPairs,
    Overlap,
    Protected,
    Rest,
    Skilled,
    WeeklyRest,
    Wishes,
)
from patrols.rostering.limits.fairness import Measure, amount

KNOWN = (
    Absent, Certificate, ConsecutiveDays, ConsecutiveNights, FairShare, HoursADay, HoursInSpan, InPairs, Overlap,
    Protected, Rest, Skilled, WeeklyRest, Wishes,
)  # fmt: skip
MEASURES: tuple[Measure, ...] = ("nights", "weekends", "holidays", "minutes")
STARTING = 300  # seconds beyond the search: the virtual machine, translating the model, reading the answer
Row = dict[str, Any]


def why_not() -> str:
    """Why Timefold cannot run here; empty where it can."""
    if find_spec("timefold") is None:
        return "the package timefold is not installed (dependency group bench)"
    return "" if shutil.which("java") else "there is no Java (17 or later)"


def solve_with_timefold(problem: Problem, seconds: float) -> Roster:
    """The roster that Timefold finds in the time; ``why_not`` must be empty.

    Raises ValueError for a problem that its model cannot hold, RuntimeError when the process fails.
    """
    data = Translation(problem).data(seconds)
    command = [sys.executable, "-m", "bench.timefold_child"]
    done = subprocess.run(
        command, input=json.dumps(data), capture_output=True, text=True, timeout=2 * seconds + STARTING, check=False
    )
    if done.returncode:
        raise RuntimeError(f"Timefold ended with {done.returncode}: {done.stderr[-2000:]}")
    people = json.loads(done.stdout.splitlines()[-1])["people"]
    return _roster(problem, data, people)


def _roster(problem: Problem, data: Row, people: list[int | None]) -> Roster:
    found = []
    for place, person in zip(data["places"], people, strict=True):
        if person is not None and place["inside"]:
            need = problem.needs[place["need"]]
            found.append(Assignment(problem.people[person].id, need.day, need.shift, need.beat))
    return tuple(found)


class Translation:
    """A problem in plain numbers, as ``bench.timefold_child`` reads it."""

    def __init__(self, problem: Problem) -> None:
        unknown = {type(limit).__name__ for limit in problem.limits if not isinstance(limit, KNOWN)}
        if unknown or problem.fixed or problem.waivers or any(need.shares for need in problem.needs):
            raise ValueError(f"not in the model for Timefold: {sorted(unknown) or 'fixed cells, waivers, shares'}")
        self.problem = problem
        self.frame = Frame(problem)
        self.rest = max((limit.minutes for limit in self._all(Rest)), default=0)
        self.first_known = min([0, *(duty.day for duty in problem.outside)])
        self.unit = math.gcd(*(shift.counted_minutes for shift in problem.shift_types))
        self.groups: dict[tuple[int, ...], int] = {}

    def _all(self, kind: type[Any]) -> list[Any]:
        return [limit for limit in self.problem.limits if isinstance(limit, kind)]

    def data(self, seconds: float) -> Row:
        members = [self._member(index) for index in range(len(self.problem.people))]
        places = [*self._places(), *self._before()]
        return {"seconds": seconds, "members": members, "places": places, "groups": list(self.groups)}

    # --- people --------------------------------------------------------------------------------------------------

    def _member(self, index: int) -> Row:
        weeks = self.problem.calendar_spans["week"]
        return {
            "week_minutes": [self._cap("week", week) for week in weeks],
            "week_days": [7 - max((limit.days for limit in self._all(WeeklyRest)), default=0)] * len(weeks),
            "month_units": min(self._cap("month", month) for month in self.problem.calendar_spans["month"])
            // self.unit,
            "most_days": min((limit.most for limit in self._all(ConsecutiveDays) if limit.most), default=99),
            "most_nights": min((limit.most for limit in self._all(ConsecutiveNights) if limit.most), default=99),
            "off": self._wishes(index),
            **{measure: self._costs(measure, index) for measure in MEASURES},
        }

    def _cap(self, span: str, days: list[int]) -> int:
        caps = [limit.cap(self.problem, days) for limit in self._all(HoursInSpan) if limit.span == span]
        return min((cap for cap in caps if cap is not None), default=1_000_000)

    def _wishes(self, index: int) -> list[int]:
        costs = [0] * len(self.problem.days)
        for wish in self.problem.people[index].wishes:
            if wish.wants or wish.shift is not None:
                raise ValueError("not in the model for Timefold: wishes to work, wishes for one shift")
            costs[wish.day] += wish.weight
        return costs

    def _costs(self, measure: Measure, index: int) -> list[int]:
        """What 0, 1, 2 … duties (units of minutes) cost, less what none costs; all that the month can hold."""
        limit = next((limit for limit in self._all(FairShare) if limit.measure == measure), None)
        unit, most = 1, len(self.problem.days)
        if measure == "minutes":
            unit, most = self.unit, most * max(shift.counted_minutes for shift in self.problem.shift_types)
        name = self.problem.people[index].id
        if limit is None or name not in limit.shares:
            return [0] * (most // unit + 1)
        costs = limit.costs(limit.shares[name], most // limit.step)
        return [costs[number * unit // limit.step] - costs[0] for number in range(most // unit + 1)]

    # --- places --------------------------------------------------------------------------------------------------

    def _places(self) -> list[Row]:
        return [
            self._place(index, need, position)
            for index, need in enumerate(self.problem.needs)
            for position in range(need.ideal)
        ]

    def _place(self, index: int, need: Need, position: int) -> Row:
        return {
            **self._time(need.day, need.shift),
            "carried": self._carried(need),
            "pinned": False,
            "person": None,
            "group": self._group(index),
            "need": index,
            "inside": 1,
            "cost": need.weight_minimum if position < need.minimum else need.weight_ideal,
            "least": need.least_together if self._all(InPairs) else 1,
            "alone": need.weight_minimum - 1,
        }

    def _before(self) -> list[Row]:
        """The known duties before the month: they count for rest, runs and their week."""
        everyone = self.groups.setdefault(tuple(range(len(self.problem.people))), len(self.groups))
        rest = {"need": -1, "inside": 0, "carried": 0, "cost": 0, "least": 1, "alone": 0}
        return [
            {
                **self._time(duty.day, duty.shift),
                **rest,
                "pinned": True,
                "person": self.frame.person_index[duty.person],
                "group": everyone,
            }
            for duty in self.problem.outside
        ]

    def _time(self, day: int, name: str) -> Row:
        shift = self.problem.shift[name]
        early, late = divmod(1 << (day - self.first_known), 1 << 17)[::-1]
        return {
            "day": day,
            "week": max(-1, self.problem.week_of(day)),
            "starts": shift.start_on(day),
            "rested": shift.end_on(day) + self.rest,
            "a_week": shift.counted_minutes + (1 << 20),
            "early_bit": early,
            "late_bit": late,
            "night": int(shift.is_night),
        }

    def _carried(self, need: Need) -> int:
        """What one duty adds to the month's minutes and to each measure, in bits that the child takes apart."""
        problem, shift = self.problem, self.problem.shift[need.shift]
        nights, weekends, holidays = (amount(problem, measure, need.day, shift) for measure in MEASURES[:3])
        return shift.counted_minutes // self.unit + (nights << 10) + (weekends << 16) + (holidays << 22)

    def _group(self, index: int) -> int:
        """The people whom nothing but their other duties keeps from the need."""
        need = self.problem.needs[index]
        shift = self.frame.shift_index[need.shift]
        able = tuple(
            person
            for person in range(len(self.problem.people))
            if self.frame.serves(person, index) and shift in self.frame.allowed[person][need.day]
        )
        return self.groups.setdefault(able, len(self.groups))
