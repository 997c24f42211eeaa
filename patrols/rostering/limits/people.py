"""Limits on who may do what: absence, certificate, skills, protection, pairs, crews, wishes, training."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from patrols.rostering.limits.base import Limit
from patrols.rostering.problem import MINUTES_A_DAY, Need, Period, Person, Problem, ShiftType, Violation

if TYPE_CHECKING:
    from patrols.rostering.model import RosterModel
    from patrols.rostering.timeline import Timeline


def _days_within(problem: Problem, periods: Iterable[Period], shift: ShiftType) -> set[int]:
    """The days whose duty of the shift overlaps any of the periods."""
    found: set[int] = set()
    for period in periods:
        first = (period.start - shift.start_minute - shift.minutes) // MINUTES_A_DAY + 1
        last = -((shift.start_minute - period.end) // MINUTES_A_DAY)
        found.update(range(max(first, 0), min(last, len(problem.days))))
    return found


@dataclass(frozen=True, kw_only=True)
class Absent(Limit):
    """No duty in time that is taken: approved leave, training, standby elsewhere (P17)."""

    code: ClassVar[str] = "absence"
    can_be_soft: ClassVar[bool] = False

    def excludes(self, problem: Problem, person: Person, day: int, shift: ShiftType) -> bool:
        return any(period.overlaps(shift.start_on(day), shift.end_on(day)) for period in person.unavailable)

    def excluded_days(self, problem: Problem, person: Person, shift: ShiftType) -> Iterable[int]:
        return _days_within(problem, person.unavailable, shift)

    def breaches(self, timeline: Timeline) -> Iterator[Violation]:
        periods = deque(sorted(timeline.person.unavailable, key=lambda period: period.start))
        for duty in timeline.inside:
            while periods and periods[0].end <= duty.start:
                periods.popleft()  # over for all later duties too
            for period in periods:
                if period.start >= duty.end:
                    break
                if max(duty.start, period.start) < min(duty.end, period.end):
                    yield self.violation(timeline.person, (duty.day,), reason=period.reason)
                    break


@dataclass(frozen=True, kw_only=True)
class Certificate(Limit):
    """No duty but training without a certificate valid from its first to its last minute (P10)."""

    code: ClassVar[str] = "certificate"
    can_be_soft: ClassVar[bool] = False

    def excludes(self, problem: Problem, person: Person, day: int, shift: ShiftType) -> bool:
        if person.certificates is None or shift.is_training:
            return False
        return not any(period.covers(shift.start_on(day), shift.end_on(day)) for period in person.certificates)

    def breaches(self, timeline: Timeline) -> Iterator[Violation]:
        valid = timeline.person.certificates
        for duty in timeline.inside:
            if valid is None or duty.shift.is_training:
                continue
            if all(duty.start < period.start or duty.end > period.end for period in valid):
                yield self.violation(timeline.person, (duty.day,))


@dataclass(frozen=True, kw_only=True)
class Skilled(Limit):
    """Everyone on a need holds each skill that it asks of all (D3)."""

    code: ClassVar[str] = "skill"
    can_be_soft: ClassVar[bool] = False

    def bars(self, problem: Problem, person: Person, need: Need) -> bool:
        return not need.skills <= person.skills

    def breaches(self, timeline: Timeline) -> Iterator[Violation]:
        for duty in timeline.inside:
            missing = duty.need.skills - timeline.person.skills if duty.need else None
            if missing:
                skills = tuple(sorted(missing))
                yield self.violation(timeline.person, (duty.day,), need=duty.need, skills=skills)


@dataclass(frozen=True, kw_only=True)
class Protected(Limit):
    """Pregnancy and nursing: no night duty and no more than ``most`` minutes a duty (女职工劳动保护特别规定 6, 9)."""

    code: ClassVar[str] = "protected"
    can_be_soft: ClassVar[bool] = False
    most: int = 480

    def excludes(self, problem: Problem, person: Person, day: int, shift: ShiftType) -> bool:
        if not shift.is_night and shift.minutes <= self.most:
            return False
        return any(period.overlaps(shift.start_on(day), shift.end_on(day)) for period in person.protected)

    def excluded_days(self, problem: Problem, person: Person, shift: ShiftType) -> Iterable[int]:
        closed = shift.is_night or shift.minutes > self.most
        return _days_within(problem, person.protected, shift) if closed else ()

    def breaches(self, timeline: Timeline) -> Iterator[Violation]:
        for duty in timeline.inside:
            within = [p for p in timeline.person.protected if max(duty.start, p.start) < min(duty.end, p.end)]
            if within and (duty.shift.is_night or duty.end - duty.start > self.most):
                yield self.violation(timeline.person, (duty.day,), reason=within[0].reason, most=self.most)


@dataclass(frozen=True, kw_only=True)
class NotPaired(Limit):
    """These two people are not put on the same need."""

    code: ClassVar[str] = "not_paired"
    pair: tuple[str, str]

    def concerns(self, person: Person) -> bool:
        return person.id in self.pair

    def constrain(self, model: RosterModel) -> None:
        for need in model.needs_of(self.pair):
            model.at_most([(1, model.placed(name, need)) for name in self.pair], 1, self.soft_weight)

    def breaches_together(self, problem: Problem, timelines: Mapping[str, Timeline]) -> Iterator[Violation]:
        first, second = (timelines.get(name) for name in self.pair)
        if first is None or second is None:
            return
        places = {(duty.day, duty.shift.id, duty.beat) for duty in second.inside if duty.need}
        for duty in first.inside:
            if duty.need and (duty.day, duty.shift.id, duty.beat) in places:
                yield self.violation(first.person, (duty.day,), need=duty.need, other=second.person.id)


@dataclass(frozen=True, kw_only=True)
class CrewTogether(Limit):
    """On one day, those of a crew who work do so on one shift type; soft, each further shift type costs once.

    The crew are the given ``people``, or where none are given those whose own crew it is.
    """

    code: ClassVar[str] = "crew_together"
    crew: str
    hard: bool = False

    def concerns(self, person: Person) -> bool:
        return person.id in self.people if self.people is not None else bool(person.crew) and person.crew == self.crew

    def constrain(self, model: RosterModel) -> None:
        shifts = [shift.id for shift in model.problem.shift_types]
        for day in range(len(model.problem.days)):
            crew = model.people_of(self, [day], whole=True)
            if crew:
                used = [(1, model.any_of([model.duty(index, day, shift) for index in crew])) for shift in shifts]
                model.at_most(used, 1, self.soft_weight)

    def breaches_together(self, problem: Problem, timelines: Mapping[str, Timeline]) -> Iterator[Violation]:
        crew = [timeline for timeline in timelines.values() if self._is_of_crew(timeline.person)]
        for day in range(len(problem.days)):
            used = sorted({duty.shift.id for line in crew for duty in line.by_day.get(day, ())})
            if len(used) > 1:
                who = tuple(line.person.id for line in crew if day in line.by_day)
                yield self.violation(None, (day,), by=len(used) - 1, crew=self.crew, shifts=tuple(used), members=who)

    def _is_of_crew(self, person: Person) -> bool:
        return person.crew == self.crew if self.people is None else person.id in self.people


@dataclass(frozen=True, kw_only=True)
class Wishes(Limit):
    """Wishes to work or to be off; each one not met costs its own weight."""

    code: ClassVar[str] = "wish"
    hard: bool = False
    only_grows: ClassVar[bool] = False

    def constrain(self, model: RosterModel) -> None:
        for index in model.people_of(self):
            for wish in model.problem.people[index].wishes:
                if model.is_free(index, wish.day):
                    term = model.duty(index, wish.day, wish.shift) if wish.shift else model.on(index, wish.day)
                    model.penalise(term, -wish.weight if wish.wants else wish.weight, wish.weight if wish.wants else 0)

    def breaches(self, timeline: Timeline) -> Iterator[Violation]:
        for wish in timeline.person.wishes:
            duties = timeline.by_day.get(wish.day, [])
            met = any(wish.shift is None or duty.shift.id == wish.shift for duty in duties)
            if timeline.is_inside(wish.day) and met != wish.wants:
                params = {"shift": wish.shift, "wants": wish.wants}
                yield Violation(self.code, timeline.person.id, (wish.day,), params, hard=False, cost=wish.weight)


@dataclass(frozen=True, kw_only=True)
class TrainingShare(Limit):
    """Half training, half patrol (P13): ``percent`` of a person's duties are training, give or take ``slack``."""

    code: ClassVar[str] = "training_share"
    only_grows: ClassVar[bool] = False
    hard: bool = False
    percent: int = 50
    slack: int = 1

    def constrain(self, model: RosterModel) -> None:
        for index in model.people_of(self):
            terms = [
                (100 * shift.is_training - self.percent, model.duty(index, day, shift.id))
                for day in range(len(model.problem.days))
                for shift in model.problem.shift_types
            ]
            model.at_most(terms, 100 * self.slack, self.soft_weight, unit=100)
            model.at_least(terms, -100 * self.slack, self.soft_weight, unit=100)

    def breaches(self, timeline: Timeline) -> Iterator[Violation]:
        duties = timeline.inside
        training = sum(duty.shift.is_training for duty in duties)
        off_by = abs(100 * training - self.percent * len(duties)) - 100 * self.slack
        if off_by > 0:
            days = tuple(duty.day for duty in duties)
            by = -(-off_by // 100)
            yield self.violation(
                timeline.person, days, by=by, training=training, duties=len(duties), percent=self.percent
            )
