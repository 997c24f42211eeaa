"""Fair shares (D9): nights, weekends, holidays and hours evened out, the last twelve months counted in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from patrols.rostering.limits.base import Limit
from patrols.rostering.problem import Problem, ShiftType, Violation

if TYPE_CHECKING:
    from patrols.rostering.model import RosterModel
    from patrols.rostering.timeline import Duty, Timeline

Measure = Literal["nights", "weekends", "holidays", "minutes", "hard_beats"]
STEEPEST = 5  # from the third duty off the share on, each costs the same: fairness stays below cover


def amount(problem: Problem, measure: Measure, day: int, shift: ShiftType) -> int:
    """What a duty adds to a measure: 1 for a night, weekend or holiday duty; its counted minutes.

    Nothing to the hard beats: they are known by the need, not by the shift.
    """
    if measure == "minutes":
        return shift.counted_minutes
    if measure == "nights":
        return int(shift.is_night)
    if measure == "weekends":
        return int(problem.days[day].is_weekend)
    return int(measure == "holidays" and problem.days[day].is_holiday)


@dataclass(frozen=True, kw_only=True)
class FairShare(Limit):
    """Everyone carries about their fair share of a measure; the cost grows with the square of the distance.

    So two who are one night off cost less than one who is two nights off. ``shares`` maps person ids to what they
    should carry, in duties or minutes (``rostering.fairness.fair_shares`` works it out). Totals are counted in whole
    steps of ``step``; being ``unit`` steps off costs ``weight``, being half as far off a quarter of it.
    """

    only_grows: ClassVar[bool] = False
    hard: bool = False
    measure: Measure
    shares: Mapping[str, float]
    step: int = 1
    unit: int = 1

    def __post_init__(self) -> None:
        if self.hard:
            raise ValueError("a fair share is never hard")

    @property
    def name(self) -> str:
        return f"fair_{self.measure}"

    def slope(self, share: float, number: int) -> int:
        """What the ``number``-th step (1, 2, …) adds to the cost: negative before the share, positive beyond it."""
        steepest = STEEPEST * self.weight / self.unit
        rising = self.weight / self.unit**2 * (2 * (number - share / self.step) - 1)
        return round(max(-steepest, min(steepest, rising)))

    def costs(self, share: float, most: int) -> list[int]:
        """The cost of 0, 1, … ``most`` steps."""
        nearest = max(0, round(share / self.step))
        slopes = [self.slope(share, number) for number in range(1, max(most, nearest) + 1)]
        found = [self._rounding(share, nearest) - sum(slopes[:nearest])]
        for slope in slopes[:most]:
            found.append(found[-1] + slope)
        return found

    def _rounding(self, share: float, nearest: int) -> int:
        """What the nearest whole number of steps costs."""
        return round(self.weight * ((nearest - share / self.step) / self.unit) ** 2)

    def constrain(self, model: RosterModel) -> None:
        problem = model.problem
        if self.measure == "hard_beats":  # exchanges even them out: the model has no places of single people
            return
        amounts = [[amount(problem, self.measure, d, s) for s in problem.shift_types] for d in range(len(problem.days))]
        most = sum(max(row) for row in amounts) // self.step
        for index in model.people_of(self):
            share = self.shares.get(problem.people[index].id)
            if share is not None:
                terms = [
                    (size, model.duty(index, day, shift))
                    for day, row in enumerate(amounts)
                    for shift, size in enumerate(row)
                    if size
                ]
                model.convex(terms, self.costs(share, most), self.step)

    def breaches(self, timeline: Timeline) -> Iterator[Violation]:
        share = self.shares.get(timeline.person.id)
        if share is None:
            return
        have = sum(self._count(timeline.problem, duty) for duty in timeline.inside)
        steps, nearest = have // self.step, max(0, round(share / self.step))
        low, high = min(steps, nearest), max(steps, nearest)
        beyond = abs(sum(self.slope(share, number) for number in range(low + 1, high + 1)))
        cost = beyond + round(self.weight * ((nearest * self.step - share) / (self.step * self.unit)) ** 2)
        if cost:
            days = tuple(duty.day for duty in timeline.inside)
            params = {"have": have, "share": share}
            yield Violation(self.name, timeline.person.id, days, params, hard=False, cost=cost)

    def _count(self, problem: Problem, duty: Duty) -> int:
        if self.measure == "minutes":
            return round(duty.shift.minutes * duty.shift.counting_factor)
        date = problem.days[duty.day]
        flags = {"nights": duty.shift.is_night, "weekends": date.is_weekend, "holidays": date.is_holiday}
        return int(flags.get(self.measure, duty.need is not None and duty.need.is_hard))
