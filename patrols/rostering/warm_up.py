"""Compiles the engine's inner loops ahead of the first roster: ``python -m patrols.rostering.warm_up``.

The compiled code is kept beside the modules; where it is there already, this takes a second or two.
"""

from __future__ import annotations

import datetime

from patrols.rostering import Need, Person, Problem, ShiftType, days_from, limits
from patrols.rostering.exchanges import Exchanger
from patrols.rostering.frame import Frame
from patrols.rostering.weave import Weaver


def warm_up() -> None:
    """Move some duties of a squadron of two, and price a schedule. A search would not do: solved at once, it ends."""
    shift = ShiftType("day", "day", 480, 480)
    days = days_from(datetime.date(2026, 1, 5), 3)
    needs = tuple(Need(f"{day.index}", "gate", day.index, "day", 1, 1) for day in days)
    rules = (limits.ConsecutiveDays(most=1), limits.Rest(minutes=600), limits.Wishes())
    frame = Frame(Problem(days, (Person("a"), Person("b")), (shift,), needs, rules))
    Exchanger(frame).anneal(frame.empty_table(), moves=100, heat=(2.0, 1.0), seed=0, reassigning=0.5)
    weaver = Weaver(frame)
    weaver.pricer.price(0, weaver.cells[0])


if __name__ == "__main__":
    warm_up()
