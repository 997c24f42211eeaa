"""Limits on sequences of days: runs of work, of nights, of days off; weekends; what may follow what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from patrols.rostering.limits.base import Limit
from patrols.rostering.problem import DAYS_A_WEEK, Person, Problem, ShiftType, Violation

if TYPE_CHECKING:
    from patrols.rostering.model import RosterModel, Term
    from patrols.rostering.timeline import Duty, Timeline

SATURDAY = 5


def _long_runs(limit: Limit, timeline: Timeline, days: set[int], most: int) -> Iterator[Violation]:
    """An exception lifts the days it names, not the whole of a run that they are part of: it is judged without them."""
    problem, who = timeline.problem, timeline.person
    if limit.hard and problem.waivers:
        days = {day for day in days if not problem.is_waived(limit.name, who.id, (day,))}
    for first, last in timeline.runs(days):
        length = last - first + 1
        run = tuple(range(first, last + 1))
        if length > most and any(timeline.is_inside(day) for day in run):
            beyond = [day for day in run[most:] if day >= 0]  # what last month alone did is not this month's cost
            yield limit.violation(who, run, by=len(beyond), length=length, most=most)


def _short_runs(limit: Limit, timeline: Timeline, days: set[int], least: int) -> Iterator[Violation]:
    problem = timeline.problem
    for first, last in timeline.runs(days):
        length = last - first + 1
        run = tuple(range(first, last + 1))
        touched = any(timeline.is_inside(day) for day in (first - 1, *run, last + 1))
        judged = first > problem.known_from and last < problem.last_known - 1
        if length < least and judged and touched:
            yield limit.violation(timeline.person, run, by=least - length, length=length, least=least)


@dataclass(frozen=True, kw_only=True)
class _Consecutive(Limit):
    """Days in a row that count: at most ``most``, at least ``least`` (not judged at the edge of what is known)."""

    most: int | None = None
    least: int = 1

    @property
    def only_grows(self) -> bool:  # type: ignore[override]
        return self.least <= 1

    def state(self, model: RosterModel, person: int, day: int) -> Term:
        """1 if the day counts."""
        raise NotImplementedError

    def counts(self, duty: Duty) -> bool:
        """Whether the day of the duty counts."""
        raise NotImplementedError

    def constrain(self, model: RosterModel) -> None:
        state = partial(self.state, model)
        for index in model.people_of(self):
            if self.most is not None:
                model.no_longer_run(self, index, state, self.most)
            model.no_shorter_run(self, index, state, self.least)

    def breaches(self, timeline: Timeline) -> Iterator[Violation]:
        days = {duty.day for duty in timeline.duties if self.counts(duty)}
        if self.most is not None:
            yield from _long_runs(self, timeline, days, self.most)
        if self.least > 1:
            yield from _short_runs(self, timeline, days, self.least)


@dataclass(frozen=True, kw_only=True)
class ConsecutiveDays(_Consecutive):
    """Working days in a row."""

    code: ClassVar[str] = "consecutive_days"

    def state(self, model: RosterModel, person: int, day: int) -> Term:
        return model.on(person, day)

    def counts(self, duty: Duty) -> bool:
        return True


@dataclass(frozen=True, kw_only=True)
class ConsecutiveNights(_Consecutive):
    """Night duties on days in a row."""

    code: ClassVar[str] = "consecutive_nights"

    def state(self, model: RosterModel, person: int, day: int) -> Term:
        return model.night(person, day)

    def counts(self, duty: Duty) -> bool:
        return duty.shift.is_night


@dataclass(frozen=True, kw_only=True)
class DaysOff(Limit):
    """Days off come at least ``least`` in a row; a run that touches the edge of what is known isn't judged."""

    code: ClassVar[str] = "days_off"
    only_grows: ClassVar[bool] = False
    least: int

    def constrain(self, model: RosterModel) -> None:
        for index in model.people_of(self):
            model.no_shorter_run(self, index, model.off, self.least)

    def breaches(self, timeline: Timeline) -> Iterator[Violation]:
        problem = timeline.problem
        known = range(problem.known_from, problem.last_known)
        return _short_runs(self, timeline, set(known) - set(timeline.by_day), self.least)


@dataclass(frozen=True, kw_only=True)
class WeeklyRest(Limit):
    """In each calendar week (Monday to Sunday) at least ``days`` days on which no duty starts (劳动法 38)."""

    code: ClassVar[str] = "weekly_rest"
    days: int = 1

    def weeks(self, problem: Problem) -> list[list[int]]:
        """The days of each week that touches the problem."""
        return problem.calendar_spans["week"]

    def constrain(self, model: RosterModel) -> None:
        for week in self.weeks(model.problem):
            for index in model.people_of(self, week):
                model.at_most([(1, model.on(index, day)) for day in week], DAYS_A_WEEK - self.days, self.soft_weight)

    def breaches(self, timeline: Timeline) -> Iterator[Violation]:
        for week in self.weeks(timeline.problem):
            worked = [day for day in week if day in timeline.by_day]
            free = DAYS_A_WEEK - len(worked)
            ours = any(timeline.is_inside(day) for day in worked) or not self.hard
            if free < self.days and ours:
                yield self.violation(timeline.person, tuple(week), by=self.days - free, free=free, least=self.days)


@dataclass(frozen=True, kw_only=True)
class Weekends(Limit):
    """At most ``most`` weekends in the problem's days on which Saturday or Sunday is worked."""

    code: ClassVar[str] = "weekends"
    most: int

    def weekends(self, problem: Problem) -> list[list[int]]:
        """The Saturday and Sunday of each weekend that lies at least partly inside the problem."""
        groups: dict[int, list[int]] = {}
        for day in problem.days:
            if day.date.weekday() >= SATURDAY:
                groups.setdefault(problem.week_of(day.index), []).append(day.index)
        return list(groups.values())

    def constrain(self, model: RosterModel) -> None:
        weekends = self.weekends(model.problem)
        every_day = [day for weekend in weekends for day in weekend]
        for index in model.people_of(self, every_day):
            worked = [(1, model.any_of([model.on(index, day) for day in weekend])) for weekend in weekends]
            model.at_most(worked, self.most, self.soft_weight)

    def breaches(self, timeline: Timeline) -> Iterator[Violation]:
        worked = [
            weekend for weekend in self.weekends(timeline.problem) if any(day in timeline.by_day for day in weekend)
        ]
        if len(worked) > self.most:
            days = tuple(day for weekend in worked for day in weekend)
            by = len(worked) - self.most
            yield self.violation(timeline.person, days, by=by, weekends=len(worked), most=self.most)


@dataclass(frozen=True, kw_only=True)
class ForbiddenSuccession(Limit):
    """On the day after ``before``, none of ``after``."""

    code: ClassVar[str] = "succession"
    can_be_soft: ClassVar[bool] = False
    before: str
    after: frozenset[str]

    def clashes(self, problem: Problem, earlier: ShiftType, later: ShiftType, days_between: int) -> bool:
        return days_between == 1 and earlier.id == self.before and later.id in self.after

    def reach(self, problem: Problem) -> int:
        return 1

    def breaches(self, timeline: Timeline) -> Iterator[Violation]:
        for day in dict.fromkeys(duty.day for duty in timeline.duties if duty.shift.id == self.before):
            for duty in timeline.by_day.get(day + 1, ()):
                if duty.shift.id in self.after and (timeline.is_inside(day) or timeline.is_inside(day + 1)):
                    pair = (day, day + 1)
                    yield self.violation(timeline.person, pair, before=self.before, after=duty.shift.id)


@dataclass(frozen=True, kw_only=True)
class ShiftCount(Limit):
    """At most ``most`` duties of one shift type in the problem's days."""

    code: ClassVar[str] = "shift_count"
    shift: str
    most: int

    def excludes(self, problem: Problem, person: Person, day: int, shift: ShiftType) -> bool:
        return self.hard and self.most <= 0 and shift.id == self.shift

    def excluded_days(self, problem: Problem, person: Person, shift: ShiftType) -> Iterable[int]:
        return range(len(problem.days)) if self.excludes(problem, person, 0, shift) else ()

    def constrain(self, model: RosterModel) -> None:
        if self.hard and (self.most <= 0 or self.most >= len(model.problem.days)):
            return
        for index in model.people_of(self):
            model.at_most(model.times(index, self.shift), self.most, self.soft_weight)

    def breaches(self, timeline: Timeline) -> Iterator[Violation]:
        days = tuple(duty.day for duty in timeline.inside if duty.shift.id == self.shift)
        if len(days) > self.most:
            by = len(days) - self.most
            yield self.violation(timeline.person, days, by=by, shift=self.shift, count=len(days), most=self.most)
