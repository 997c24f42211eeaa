"""Proven lower bounds of a problem's objective."""

from __future__ import annotations

import threading
from collections.abc import Callable

from ortools.sat.python import cp_model

from patrols.rostering.frame import Frame
from patrols.rostering.model import RosterModel

CELLS_AT_MOST = 6000


def cover_bound(frame: Frame, seconds: float, is_over: Callable[[], bool]) -> int | None:
    """A lower bound of the cover cost of any roster that keeps the hard limits; None if none was found in time."""
    people, days = len(frame.problem.people), len(frame.problem.days)
    if people * days > CELLS_AT_MOST:
        return None
    cells = [(person, day) for person in range(people) for day in range(days)]
    relaxed = RosterModel(frame, frame.empty_table(), cells, soft=False, whole=True)
    relaxed.minimise()
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_time_in_seconds = seconds
    with Watched(solver, is_over):
        status = solver.solve(relaxed.model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE, cp_model.UNKNOWN):
        return None
    bound = solver.best_objective_bound
    return max(0, round(bound)) if abs(bound) < 1e15 else None


class Watched:
    """Stops a solver from another thread as soon as ``is_over`` says so."""

    def __init__(self, solver: cp_model.CpSolver, is_over: Callable[[], bool]) -> None:
        self.solver, self.is_over = solver, is_over
        self.done = threading.Event()
        self.thread = threading.Thread(target=self._watch, daemon=True)

    def _watch(self) -> None:
        while not self.done.wait(0.1):
            if self.is_over():
                self.solver.stop_search()

    def __enter__(self) -> None:
        self.thread.start()

    def __exit__(self, *_exception: object) -> None:
        self.done.set()
        self.thread.join()
