"""Fair shares (D9): nights, weekends, holidays and hours evened out, the last twelve months counted in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from patrols.rostering.limits.base import Limit
from patrols.rostering.problem import Problem, ShiftType, Violation

if TYPE_CHECKING:
    from patrols.rostering.model import RosterModel
    from patrols.rostering.timeline import Timeline

Measure = Literal["nights", "weekends", "holidays", "minutes"]


def amount(problem: Problem, measure: Measure, day: int, shift: ShiftType) -> int:
    """What a duty adds to a measure: 1 for a night, weekend or holiday duty; its counted minutes."""
    if measure == "nights":
        return int(shift.is_night)
    if measure == "weekends":
        return int(problem.days[day].is_weekend)
    if measure == "holidays":
        return int(problem.days[day].is_holiday)
    return shift.counted_minutes


@dataclass(frozen=True, kw_only=True)
class FairShare(Limit):
    """Each person's measure lies between two numbers, their fair share; each ``unit`` outside costs the weight.

    ``shares`` maps person ids to (least, most). ``rostering.fairness.fair_shares`` works them out.
    """

    only_grows: ClassVar[bool] = False
    hard: bool = False
    measure: Measure
    shares: Mapping[str, tuple[int, int]]
    unit: int = 1

    @property
    def name(self) -> str:
        return f"fair_{self.measure}"

    def constrain(self, model: RosterModel) -> None:
        problem = model.problem
        for index in model.people_of(self):
            least, most = self.shares.get(problem.people[index].id, (0, 0))
            if problem.people[index].id not in self.shares:
                continue
            terms = [
                (size, model.duty(index, day, shift.id))
                for day in range(len(problem.days))
                for shift in problem.shift_types
                if (size := amount(problem, self.measure, day, shift))
            ]
            model.at_most(terms, most, self.soft_weight, unit=self.unit)
            model.at_least(terms, least, self.soft_weight, unit=self.unit)

    def breaches(self, timeline: Timeline) -> Iterator[Violation]:
        if timeline.person.id not in self.shares:
            return
        least, most = self.shares[timeline.person.id]
        have = sum(self._count(timeline.problem, duty.day, duty.shift) for duty in timeline.inside)
        outside = max(have - most, least - have)
        if outside > 0:
            days = tuple(duty.day for duty in timeline.inside)
            by = -(-outside // self.unit)
            yield self.violation(timeline.person, days, by=by, have=have, least=least, most=most)

    def _count(self, problem: Problem, day: int, shift: ShiftType) -> int:
        date = problem.days[day]
        flags = {"nights": shift.is_night, "weekends": date.is_weekend, "holidays": date.is_holiday}
        return round(shift.minutes * shift.counting_factor) if self.measure == "minutes" else int(flags[self.measure])
