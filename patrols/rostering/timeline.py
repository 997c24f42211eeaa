"""A person's duties in order of time: the facts that the checker judges. The model does not use this."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from patrols.rostering.problem import Assignment, Need, Person, Problem, ShiftType


@dataclass(frozen=True, slots=True)
class Duty:
    """One duty with its real start and end in minutes, and the need that it serves, if any."""

    day: int
    start: int
    end: int
    shift: ShiftType
    beat: str | None
    need: Need | None


class Timeline:
    """All duties of one person, those outside the problem's days included, ordered by start."""

    def __init__(self, problem: Problem, person: Person, assignments: Iterable[Assignment]) -> None:
        self.problem = problem
        self.person = person
        self.duties = sorted((duty_of(problem, item) for item in assignments), key=_when)

    def having(self, item: Assignment) -> Timeline:
        """The same with one more duty."""
        other = Timeline(self.problem, self.person, ())
        other.duties = self.duties.copy()
        insort(other.duties, duty_of(self.problem, item), key=_when)
        return other

    @cached_property
    def by_day(self) -> dict[int, list[Duty]]:
        days: dict[int, list[Duty]] = {}
        for duty in self.duties:
            days.setdefault(duty.day, []).append(duty)
        return days

    @property
    def inside(self) -> list[Duty]:
        """The duties that start on the problem's own days."""
        last = len(self.problem.days)
        return [duty for duty in self.duties if 0 <= duty.day < last]

    def is_inside(self, day: int) -> bool:
        return 0 <= day < len(self.problem.days)

    def runs(self, worked: Iterable[int]) -> list[tuple[int, int]]:
        """Maximal runs of consecutive days among ``worked``, as (first, last)."""
        found: list[tuple[int, int]] = []
        for day in sorted(set(worked)):
            if found and found[-1][1] == day - 1:
                found[-1] = (found[-1][0], day)
            else:
                found.append((day, day))
        return found


def _when(duty: Duty) -> tuple[int, int]:
    return duty.start, duty.end


def duty_of(problem: Problem, item: Assignment) -> Duty:
    shift = problem.shift[item.shift]
    need = problem.need_at.get((item.day, item.shift, item.beat))
    return Duty(item.day, shift.start_on(item.day), shift.end_on(item.day), shift, item.beat, need)
