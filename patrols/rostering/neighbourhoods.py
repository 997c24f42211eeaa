"""Which cells to free next: parts of a roster where the cost is, in several shapes and of adaptive size."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from patrols.rostering.frame import Frame, Table
from patrols.rostering.ledger import Account

Cell = tuple[int, int]


@dataclass
class Shape:
    """A way to choose cells, how many to choose, and how well that has gone."""

    name: str
    choose: Callable[[random.Random, Account, Table, int], set[Cell]]
    size: float
    limits: tuple[float, float]  # of the size
    gains: float = 1.0

    def adapt(self, *, proven: bool, share_of_time: float) -> None:
        """Grow while sub-problems are solved with time to spare, shrink when they are not solved at all."""
        if proven and share_of_time < 0.3:
            self.size *= 1.1
        elif not proven:
            self.size *= 0.85
        self.size = min(max(self.size, self.limits[0]), self.limits[1])


class Neighbourhoods:
    """Offers cells to free, by shapes drawn in proportion to what they gained."""

    def __init__(self, frame: Frame, start_size: float = 120.0) -> None:
        self.frame = frame
        self.people = len(frame.problem.people)
        self.days = len(frame.problem.days)
        most = float(self.people * self.days)
        self.shapes = [
            Shape("days", self._days, start_size, limits=(10.0, most)),
            Shape("people", self._people, start_size, limits=(10.0, most)),
            Shape("block", self._block, start_size, limits=(10.0, most)),
        ]
        self.marginals: NDArray[np.float64] | None = None

    def trust(self, marginals: NDArray[np.float64]) -> None:
        """Use the marginals of the linear programme: free the cells that it sees differently."""
        self.marginals = marginals
        most = float(self.people * self.days)
        # a new list: another thread may be drawing from the old one
        self.shapes = [*self.shapes, Shape("doubt", self._doubt, self.shapes[0].size, limits=(10.0, most))]

    def draw(self, rng: random.Random, account: Account, table: Table) -> tuple[Shape, set[Cell]]:
        """A shape and the cells that it frees."""
        shapes = self.shapes
        shape = rng.choices(shapes, [max(item.gains, 0.25) for item in shapes])[0]
        return shape, shape.choose(rng, account, table, max(1, round(shape.size)))

    def costly_day(self, rng: random.Random, account: Account) -> int:
        """A day, drawn towards those whose cover costs."""
        weights = [1.0] * self.days
        for (day, _shift), cost in account.by_slot.items():
            weights[day] += cost
        return rng.choices(range(self.days), weights)[0]

    def some_people(self, rng: random.Random, account: Account, table: Table, count: int, day: int) -> list[int]:
        """People drawn towards those whose wishes cost, and towards those free on a costly day."""
        mean = 1 + sum(account.by_person.values()) / max(1, self.people)
        weights = [mean + account.by_person.get(person, 0) for person in range(self.people)]
        for person in range(self.people):
            if table.work[person, day] < 0 and self.frame.allowed[person][day]:
                weights[person] *= 2
        keyed = sorted(range(self.people), key=lambda person: rng.random() ** (1 / weights[person]), reverse=True)
        return keyed[:count]

    def _doubt(self, rng: random.Random, account: Account, table: Table, size: int) -> set[Cell]:
        """Cells whose duty the linear programme would hardly choose, with the days beside them."""
        if self.marginals is None:
            return self._block(rng, account, table, size)
        people, days = np.indices((self.people, self.days))
        doubt = 1 - self.marginals[people, days, table.work]
        order = sorted(range(self.people), key=lambda person: rng.random() * (0.1 + doubt[person].sum()), reverse=True)
        cells: set[Cell] = set()
        for person in order:
            unsure = np.flatnonzero(doubt[person] > 0.02)
            own = {(person, int(day) + beside) for day in unsure for beside in (-1, 0, 1)}
            cells |= {cell for cell in own if 0 <= cell[1] < self.days}
            if len(cells) >= size:
                break
        return cells or self._block(rng, account, table, size)

    def _window(self, centre: int, length: int, rng: random.Random) -> range:
        first = centre - rng.randrange(length)
        first = min(max(first, 0), max(0, self.days - length))
        return range(first, min(self.days, first + length))

    def _days(self, rng: random.Random, account: Account, table: Table, size: int) -> set[Cell]:
        length = min(self.days, max(1, round(size / self.people)))
        window = self._window(self.costly_day(rng, account), length, rng)
        return {(person, day) for person in range(self.people) for day in window}

    def _people(self, rng: random.Random, account: Account, table: Table, size: int) -> set[Cell]:
        count = min(self.people, max(1, round(size / self.days)))
        day = self.costly_day(rng, account)
        return {(p, d) for p in self.some_people(rng, account, table, count, day) for d in range(self.days)}

    def _block(self, rng: random.Random, account: Account, table: Table, size: int) -> set[Cell]:
        length = min(self.days, rng.choice((7, 10, 14, 21, 28)))
        count = min(self.people, max(2, round(size / length)))
        day = self.costly_day(rng, account)
        window = self._window(day, length, rng)
        return {(p, d) for p in self.some_people(rng, account, table, count, day) for d in window}
