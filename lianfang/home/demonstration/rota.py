"""The rotas of the demonstration's published rosters: who stands in which shift on which day.

Both follow early → late → night → days off, so that a person rests 24 hours or more at each change, works six
days in a row at most, and stays at or below 40 hours a week on the mean of a cycle.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

EPOCH = dt.date(2026, 1, 1)

NINE_DAYS = ("早", "早", "中", "中", "夜", "夜", "", "", "")  # six of nine days: 37 h 20 min a week
FIVE_CREWS = ("早", "早", "中", "中", "夜", "夜", "", "备", "备", "")  # 五班三运转, with some on standby
STANDBY_EVERY = 5  # on each of the two days one in five of the crew, others in the next cycle

# Where nine places are filled one after the other, neighbours of the rota come last, so that shifts stay even.
_SPREAD = (0, 2, 4, 6, 8, 1, 3, 5, 7)

Rota = Callable[[dt.date], str]


def nine_day_rota(person: int) -> Rota:
    """The shift code of a squadron's `person`-th patrol member on a day, "" for a day off."""
    place = _SPREAD[person % 9]
    return lambda day: NINE_DAYS[((day - EPOCH).days + place) % 9]


def five_crew_rota(crew: int, person: int) -> Rota:
    """The same for the `person`-th member of the `crew`-th of five crews."""

    def shift(day: dt.date) -> str:
        cycle, place = divmod((day - EPOCH).days + 2 * crew, 10)
        code = FIVE_CREWS[place]
        return "" if code == "备" and (person + cycle + place) % STANDBY_EVERY else code

    return shift


def school_rota(school_days: frozenset[dt.date]) -> Rota:
    """The school group: each school day, and only then."""
    return lambda day: "护" if day in school_days else ""
