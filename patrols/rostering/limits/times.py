"""Limits on clock time: overlap, rest between duties, hours a day, a week, a month, a quarter (D7)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from patrols.rostering.limits.base import Limit
from patrols.rostering.problem import MINUTES_A_DAY, Person, Problem, ShiftType, Span, Violation

if TYPE_CHECKING:
    from patrols.rostering.model import RosterModel
    from patrols.rostering.timeline import Duty, Timeline


def _gap(earlier: ShiftType, later: ShiftType, days_between: int) -> int:
    return later.start_on(days_between) - earlier.end_on(0)


def _longest_reach(problem: Problem, minutes: int) -> int:
    latest_end = max((shift.start_minute + shift.minutes for shift in problem.shift_types), default=0)
    return -(-(latest_end + minutes) // MINUTES_A_DAY)


@dataclass(frozen=True, kw_only=True)
class Overlap(Limit):
    """Nobody is on two duties at the same minute."""

    code: ClassVar[str] = "overlap"
    can_be_soft: ClassVar[bool] = False

    def clashes(self, problem: Problem, earlier: ShiftType, later: ShiftType, days_between: int) -> bool:
        return _gap(earlier, later, days_between) < 0

    def reach(self, problem: Problem) -> int:
        return _longest_reach(problem, 0)

    def breaches(self, timeline: Timeline) -> Iterator[Violation]:
        for position, first in enumerate(timeline.duties):
            for second in timeline.duties[position + 1 :]:
                if second.start >= first.end:
                    break
                if timeline.is_inside(first.day) or timeline.is_inside(second.day):
                    minutes = min(first.end, second.end) - second.start
                    yield self.violation(timeline.person, (first.day, second.day), minutes=minutes)


@dataclass(frozen=True, kw_only=True)
class Rest(Limit):
    """At least ``minutes`` between the end of a duty and the start of the next."""

    code: ClassVar[str] = "rest"
    can_be_soft: ClassVar[bool] = False
    minutes: int

    def clashes(self, problem: Problem, earlier: ShiftType, later: ShiftType, days_between: int) -> bool:
        return _gap(earlier, later, days_between) < self.minutes

    def reach(self, problem: Problem) -> int:
        return _longest_reach(problem, self.minutes)

    def breaches(self, timeline: Timeline) -> Iterator[Violation]:
        latest = None
        for duty in timeline.duties:
            if latest is not None and duty.start - latest.end < self.minutes:
                days = (latest.day, *range(latest.day + 1, duty.day), duty.day)  # rest lies on all of them
                if timeline.is_inside(latest.day) or timeline.is_inside(duty.day):
                    rest = max(0, duty.start - latest.end)
                    yield self.violation(timeline.person, days, rest=rest, least=self.minutes)
            if latest is None or duty.end > latest.end:
                latest = duty


@dataclass(frozen=True, kw_only=True)
class HoursADay(Limit):
    """At most ``most`` counted minutes in duties that start on one day (8 h and 3 h overtime by law)."""

    code: ClassVar[str] = "hours_day"
    can_be_soft: ClassVar[bool] = False
    most: int

    def excludes(self, problem: Problem, person: Person, day: int, shift: ShiftType) -> bool:
        return shift.counted_minutes > self.most

    def breaches(self, timeline: Timeline) -> Iterator[Violation]:
        for day, duties in timeline.by_day.items():
            minutes = sum(round(duty.shift.minutes * duty.shift.counting_factor) for duty in duties)
            if timeline.is_inside(day) and minutes > self.most:
                yield self.violation(timeline.person, (day,), minutes=minutes, most=self.most)


@dataclass(frozen=True, kw_only=True)
class HoursInSpan(Limit):
    """Counted minutes in a calendar week, month, quarter, or the whole problem: between ``least`` and ``most``.

    The cap is ``most`` plus ``most_per_workday`` for each workday of the span (the norm of a month is 8 h a
    workday; 36 h of overtime come on top). A week reaches into the known duties outside the problem; for longer spans
    ``already`` gives a person's minutes in the span before day 0 (comprehensive hours 综合工时 over a quarter).
    """

    only_grows: ClassVar[bool] = False
    span: Span
    most: int | None = None
    most_per_workday: int = 0
    least: int | None = None
    already: Mapping[str, int] = field(default_factory=dict, hash=False)

    @property
    def name(self) -> str:
        return f"hours_{self.span}"

    def cap(self, problem: Problem, days: list[int]) -> int | None:
        """The most minutes in a span of the given days."""
        if self.most is None or not self.most_per_workday:
            return self.most
        inside = [day for day in days if 0 <= day < len(problem.days)]
        return self.most + self.most_per_workday * sum(problem.days[day].is_workday for day in inside)

    def spans(self, problem: Problem) -> list[list[int]]:
        """The days of each span, in order; a week includes its days outside the problem."""
        return problem.calendar_spans[self.span]

    def constrain(self, model: RosterModel) -> None:
        for span in self.spans(model.problem):
            cap = self.cap(model.problem, span)
            for index in model.people_of(self, span):
                terms = model.minutes_in(index, span)
                before = self.already.get(model.problem.people[index].id, 0) if span[0] <= 0 else 0
                if cap is not None:
                    model.at_most(terms, cap - before, self.soft_weight, unit=60)
                if self.least is not None:
                    model.at_least(terms, self.least - before, self.soft_weight, unit=60)

    def _is_ours(self, timeline: Timeline, worked: list[Duty]) -> bool:
        """Whether a hard breach is this roster's: what earlier ones did alone is not."""
        return not self.hard or any(timeline.is_inside(duty.day) for duty in worked)

    def breaches(self, timeline: Timeline) -> Iterator[Violation]:
        for span in self.spans(timeline.problem):
            worked = [duty for day in span for duty in timeline.by_day.get(day, ())]
            minutes = sum(round(duty.shift.minutes * duty.shift.counting_factor) for duty in worked)
            minutes += self.already.get(timeline.person.id, 0) if span[0] <= 0 else 0
            cap = self.cap(timeline.problem, span)
            days = tuple(span)
            if cap is not None and minutes > cap and self._is_ours(timeline, worked):
                by = -(-(minutes - cap) // 60)
                yield self.violation(timeline.person, days, by=by, minutes=minutes, most=cap)
            if self.least is not None and minutes < self.least:
                by = -(-(self.least - minutes) // 60)
                yield self.violation(timeline.person, days, by=by, minutes=minutes, least=self.least)
