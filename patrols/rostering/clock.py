"""The time of a search: how much is left, whether to go on, and which solvers to interrupt when not."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ortools.sat.python import cp_model

from patrols.rostering.model import RosterModel

SECONDS_BETWEEN_QUESTIONS = 0.2
SOLVED = (cp_model.OPTIMAL, cp_model.FEASIBLE)


class Clock:
    """Made on the caller's thread; ``should_stop`` is asked only there, as it may read a database.

    ``begun`` is a time of ``time.monotonic``, ``seconds`` what the search may take, ``is_done`` whether nothing better
    is possible.
    """

    def __init__(
        self, begun: float, seconds: float, should_stop: Callable[[], bool] | None, is_done: Callable[[], bool]
    ) -> None:
        self.begun, self.seconds = begun, seconds
        self.should_stop, self.is_done = should_stop, is_done
        self.stopped = False
        self._caller = threading.get_ident()
        self._asked_at = 0.0
        self._active: dict[int, Callable[[], object]] = {}  # by thread: stops its solver

    @property
    def elapsed(self) -> float:
        return time.monotonic() - self.begun

    @property
    def left(self) -> float:
        """Negative when time is up."""
        return self.seconds - self.elapsed

    @property
    def is_callers(self) -> bool:
        """Whether this is the caller's thread."""
        return threading.get_ident() == self._caller

    def is_over(self) -> bool:
        """Whether time is up, the search was asked to stop, or nothing better is possible."""
        if self.should_stop is not None and not self.stopped and self.is_callers:
            now = time.monotonic()
            if now - self._asked_at >= SECONDS_BETWEEN_QUESTIONS:
                self._asked_at = now
                self.stopped = self.should_stop()
        return self.stopped or self.elapsed >= self.seconds or self.is_done()

    @contextmanager
    def stoppable(self, stop: Callable[[], object]) -> Iterator[None]:
        """What this thread does here can be ended by ``stop`` from another one."""
        self._active[threading.get_ident()] = stop
        try:
            yield
        finally:
            del self._active[threading.get_ident()]

    def interrupt(self) -> None:
        for stop in list(self._active.values()):
            stop()

    def solver(self, limit: float, seed: int, *, deterministic: bool = False) -> cp_model.CpSolver:
        """A solver of one thread that takes ``limit`` seconds at most, and no more than are left."""
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.linearization_level = 2  # ten times quicker to a proof on parts of this size
        solver.parameters.random_seed = seed % (2**31)
        if deterministic:
            solver.parameters.max_deterministic_time = limit
        else:
            solver.parameters.max_time_in_seconds = max(0.05, min(limit, self.left))
        return solver

    def solve(self, solver: cp_model.CpSolver, part: RosterModel) -> cp_model.CpSolverStatus:
        with self.stoppable(solver.stop_search):
            return solver.solve(part.model)
