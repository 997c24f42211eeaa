"""Works out fair shares (D9) from a problem: what each person should carry, given what they carried before."""

from __future__ import annotations

import math
from collections.abc import Iterable

from patrols.rostering.frame import Frame
from patrols.rostering.limits.fairness import FairShare, Measure, amount
from patrols.rostering.problem import Problem

#: A month may make good at most this share of an ordinary month's load, so that nobody's month turns upside down.
CATCH_UP = 0.5
DEFAULT_WEIGHTS: dict[Measure, int] = {"nights": 6, "weekends": 6, "holidays": 8, "minutes": 2}
HISTORY: dict[Measure, str] = {
    "nights": "nights", "weekends": "weekends", "holidays": "holidays", "minutes": "minutes",
}  # fmt: skip


def fair_shares(
    problem: Problem, measures: Iterable[Measure] = ("nights", "weekends", "holidays", "minutes")
) -> list[FairShare]:
    """Soft limits that even out each measure over the people who can take part.

    A person's share is the demand of the problem's needs (ideals), split by the days on which they can work, plus
    what they carried less than the others over the last twelve months, capped.
    """
    frame = Frame(problem)
    return [limit for measure in measures if (limit := _fair_share(frame, measure)) is not None]


def _fair_share(frame: Frame, measure: Measure) -> FairShare | None:
    problem = frame.problem
    possible = {person.id: _possible(frame, index, measure) for index, person in enumerate(problem.people)}
    taking_part = {name: days for name, days in possible.items() if days}
    demand = _demand(problem, measure, sum(len(days) for days in frame.allowed[:1]) * len(taking_part))
    if not taking_part or not demand:
        return None
    average = demand / sum(taking_part.values())
    carried = {name: getattr(problem.person[name].history, HISTORY[measure]) for name in taking_part}
    usual = sum(carried.values()) / len(carried)
    longest = max(problem.shift[need.shift].counted_minutes for need in problem.needs)
    shares = {}
    for name, days in taking_part.items():
        own = average * days
        own += max(-CATCH_UP * own, min(CATCH_UP * own, usual - carried[name]))
        if measure == "minutes":  # half a duty to either side: some number of duties always fits
            shares[name] = (max(0, math.floor(own - longest / 2)), math.ceil(own + longest / 2))
        else:
            shares[name] = (math.floor(own), math.ceil(own))
    unit = 60 if measure == "minutes" else 1
    return FairShare(measure=measure, shares=shares, unit=unit, weight=DEFAULT_WEIGHTS[measure])


def _possible(frame: Frame, person: int, measure: Measure) -> int:
    """Days on which the person can add to the measure."""
    problem = frame.problem
    return sum(
        any(amount(problem, measure, day, problem.shift_types[shift]) for shift in shifts)
        for day, shifts in enumerate(frame.allowed[person])
    )


def _demand(problem: Problem, measure: Measure, cells: int) -> float:
    """What the needs ask of a measure; never more than five duties a week for each person."""
    asked = sum(need.ideal * amount(problem, measure, need.day, problem.shift[need.shift]) for need in problem.needs)
    duties = sum(need.ideal for need in problem.needs)
    return asked * min(1.0, cells * 5 / 7 / duties) if duties else 0.0
