"""Compiles the engine's inner loops ahead of the first roster: ``python -m patrols.rostering.warm_up``.

The compiled code is kept beside the modules; where it is there already, this takes a second or two.
"""

from __future__ import annotations

import datetime
from dataclasses import replace

from patrols.rostering import Need, Person, Problem, ShiftType, days_from, fair_shares, limits, solve


def warm_up() -> None:
    """Search a squadron of two for a moment, once by exchanges of duties and once by whole schedules."""
    shift = ShiftType("day", "day", 480, 480)
    days = days_from(datetime.date(2026, 1, 5), 3)
    needs = tuple(Need(f"{day.index}", "gate", day.index, "day", 1, 1) for day in days)
    rules = (limits.ConsecutiveDays(most=1), limits.Rest(minutes=600), limits.Wishes())
    bare = Problem(days, (Person("a"), Person("b")), (shift,), needs, rules)
    for problem in (replace(bare, limits=(*bare.limits, *fair_shares(bare))), bare):
        solve(problem, seconds=1, workers=1)


if __name__ == "__main__":
    warm_up()
