"""Which kind of move to make next."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping

FLOOR = 0.2  # of what the best pays: every kind counts as paying so much
MEMORY = 0.7


class Portfolio:
    """Several kinds of moves, functions that return their gain; each gets time by what it gained a second of late."""

    def __init__(self, moves: Mapping[str, Callable[[], int]], rng: random.Random) -> None:
        self.moves, self.rng = moves, rng
        self.paid: dict[str, float] = {}  # a second
        self.takes: dict[str, float] = {}  # seconds

    def move(self) -> None:
        """Make one move, and learn from it. Each kind is tried once before any is drawn."""
        name = next((name for name in self.moves if name not in self.paid), None) or self._draw()
        begun = time.monotonic()
        gain = self.moves[name]()
        spent = max(time.monotonic() - begun, 0.001)
        self.paid[name] = _blend(self.paid.get(name), gain / spent)
        self.takes[name] = _blend(self.takes.get(name), spent)

    def _draw(self) -> str:
        least = max(FLOOR * max(self.paid.values()), 1e-9)
        names = list(self.moves)
        # Squared, as time spent on the second best is mostly lost; divided, as shares are of time and not of moves.
        return self.rng.choices(names, [max(self.paid[name], least) ** 2 / self.takes[name] for name in names])[0]


def _blend(old: float | None, new: float) -> float:
    return new if old is None else MEMORY * old + (1 - MEMORY) * new
