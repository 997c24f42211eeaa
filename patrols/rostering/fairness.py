"""Works out fair shares (D9) from a problem: what each person should carry, given what they carried before."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from patrols.rostering.frame import Frame
from patrols.rostering.limits.fairness import FairShare, Measure, amount
from patrols.rostering.problem import Need, Problem

#: How far one month may make good what the year before left uneven, as a share of an ordinary month's load: duties
#: that weigh on people quickly, working hours gently, so that nobody's month turns upside down.
CATCH_UP: dict[Measure, float] = {
    "nights": 0.5, "weekends": 0.5, "holidays": 0.5, "minutes": 0.15, "hard_beats": 0.5,
}  # fmt: skip
WEIGHTS: dict[Measure, int] = {"nights": 20, "weekends": 20, "holidays": 30, "minutes": 30, "hard_beats": 10}
MEASURES: tuple[Measure, ...] = ("nights", "weekends", "holidays", "minutes", "hard_beats")
USUAL_DUTY = 480  # minutes
LEAST_STEP = 30  # minutes: finer differences matter to nobody


@dataclass(frozen=True)
class _Taker:
    """One who takes part: on how many days they can, and how much they are owed (> 0: carried less than the rest)."""

    days: int
    owed: float

    def share(self, a_day: float, average: float, catch_up: float) -> float:
        """Their share where a day on which they can counts ``a_day``."""
        usual = average * self.days
        return max((1 - catch_up) * usual, min((1 + catch_up) * usual, a_day * self.days + self.owed))


def fair_shares(problem: Problem, measures: Iterable[Measure] = MEASURES) -> list[FairShare]:
    """Soft limits that even out each measure over the people who can take part.

    What the problem's needs ask for (ideals) is split by the days on which people can work; who carried less than
    the others over the last twelve months gets more, within ``CATCH_UP``. The shares sum up to what is asked for.
    """
    frame = Frame(problem)
    return [limit for measure in measures if (limit := _fair_share(frame, measure)) is not None]


def _fair_share(frame: Frame, measure: Measure) -> FairShare | None:
    problem = frame.problem
    days = {person.id: _possible(frame, index, measure) for index, person in enumerate(problem.people)}
    days = {name: count for name, count in days.items() if count}
    demand = _demand(problem, measure, sum(len(row) for row in frame.allowed[:1]) * len(days))
    if not days or not demand:
        return None
    carried = {name: getattr(problem.person[name].history, measure) for name in days}
    usual = sum(carried.values()) / len(carried)
    takers = {name: _Taker(count, usual - carried[name]) for name, count in days.items()}
    step = _step(problem) if measure == "minutes" else 1
    return FairShare(
        measure=measure,
        shares=_split(demand, takers, CATCH_UP[measure]),
        step=step,
        unit=max(1, USUAL_DUTY // step) if measure == "minutes" else 1,
        weight=WEIGHTS[measure],
    )


def _split(demand: float, takers: Mapping[str, _Taker], catch_up: float) -> dict[str, float]:
    """The shares at the level a day at which they sum up to the demand: found by halving, as they only rise with it."""
    average = demand / sum(taker.days for taker in takers.values())
    reach = catch_up * average + max(abs(taker.owed) / taker.days for taker in takers.values())
    low, high = average - reach, average + reach
    for _halving in range(60):
        level = (low + high) / 2
        if sum(taker.share(level, average, catch_up) for taker in takers.values()) < demand:
            low = level
        else:
            high = level
    return {name: round(taker.share(high, average, catch_up), 3) for name, taker in takers.items()}


def _step(problem: Problem) -> int:
    """The minutes that all shifts are multiples of, but not less than ``LEAST_STEP``."""
    common = math.gcd(*(problem.shift[need.shift].counted_minutes for need in problem.needs)) or LEAST_STEP
    return common * -(-LEAST_STEP // common)


def _possible(frame: Frame, person: int, measure: Measure) -> int:
    """Days on which the person can add to the measure."""
    problem = frame.problem
    if measure == "hard_beats":
        own = {(need.day, frame.shift_index[need.shift]) for need in problem.needs if need.is_hard}
        return sum(any((day, s) in own for s in shifts) for day, shifts in enumerate(frame.allowed[person]))
    return sum(
        any(amount(problem, measure, day, problem.shift_types[shift]) for shift in shifts)
        for day, shifts in enumerate(frame.allowed[person])
    )


def _demand(problem: Problem, measure: Measure, cells: int) -> float:
    """What the needs ask of a measure; never more than five duties a week for each person."""
    asked = sum(need.ideal * _weight(problem, measure, need) for need in problem.needs)
    duties = sum(need.ideal for need in problem.needs)
    return asked * min(1.0, cells * 5 / 7 / duties) if duties else 0.0


def _weight(problem: Problem, measure: Measure, need: Need) -> int:
    if measure == "hard_beats":
        return int(need.is_hard)
    return amount(problem, measure, need.day, problem.shift[need.shift])
