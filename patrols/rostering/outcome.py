"""What a search tells: where it stands on the way, and the best roster found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from patrols.rostering.problem import Roster

Status = Literal["optimal", "feasible", "stopped", "broken"]


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a search stands: the best objective so far, the proven bound (None: none yet), seconds since the start."""

    objective: int
    bound: int | None
    uncovered: int
    seconds: float
    fraction: float
    hard_violations: int = 0


@dataclass(frozen=True, slots=True)
class Result:
    """The best roster found.

    ``status``: "optimal" (objective equals bound), "feasible" (time was up), "stopped" (asked to stop), "broken"
    (hard limits are broken, as when fixed duties break them). ``bound`` is a proven lower bound of the objective,
    ``cover_bound`` one of its cover part ``cover_cost``; None where nothing useful was proven.
    """

    status: Status
    roster: Roster
    objective: int
    bound: int | None
    uncovered: int
    hard_violations: int
    seconds: float
    cover_cost: int = 0
    cover_bound: int | None = None
    best_at: float = 0.0
    history: tuple[Progress, ...] = field(default=())

    @property
    def cover_gap(self) -> float | None:
        """How far the cover can be from the best possible, as a share of its cost; None without a bound."""
        if self.cover_bound is None:
            return None
        return 0.0 if self.cover_cost <= self.cover_bound else 1 - self.cover_bound / self.cover_cost
