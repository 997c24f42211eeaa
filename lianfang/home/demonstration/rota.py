"""The rotas of the demonstration's published rosters: who stands in which shift on which day.

Both go early → late → night → days off, so that a person rests 24 hours or more at each change, works six days in a
row at most, and stays below 40 hours a week on the mean of a cycle.
"""

from __future__ import annotations

import datetime as dt

EPOCH = dt.date(2026, 1, 1)

NINE_DAYS = ("早", "早", "中", "中", "夜", "夜", "", "", "")  # six of nine days: 37 h 20 min a week
SIX_CREWS = ("早", "早", "中", "中", "夜", "夜", "", "护", "护", "备", "备", "")  # six crews, two days apart
STANDBY_EVERY = 5  # on each of the two days one in five of the crew, others in the next cycle

# Where nine places are filled one after the other, neighbours of the rota come last, so that shifts stay even.
_SPREAD = (0, 2, 4, 6, 8, 1, 3, 5, 7)


def nine_day_shift(person: int, day: dt.date) -> str:
    """The shift code of a squadron's `person`-th member on `day`, "" for a day off."""
    return NINE_DAYS[((day - EPOCH).days + _SPREAD[person % 9]) % 9]


def six_crew_shift(crew: int, person: int, day: dt.date, *, school_day: bool) -> str:
    """The same for the `person`-th member of the `crew`-th of six crews; off where schools are closed."""
    cycle, place = divmod((day - EPOCH).days + 2 * crew, 12)
    code = SIX_CREWS[place]
    if (code == "护" and not school_day) or (code == "备" and (person + cycle + place) % STANDBY_EVERY):
        return ""
    return code
