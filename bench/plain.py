"""The plain model for comparison: the whole roster as one CP-SAT model, no decomposition, no search of our own."""

from __future__ import annotations

from ortools.sat.python import cp_model

from patrols.rostering import Problem, Roster
from patrols.rostering.frame import Frame
from patrols.rostering.model import RosterModel


def solve_plainly(problem: Problem, seconds: float, workers: int = 2) -> tuple[Roster | None, int | None]:
    """The roster that CP-SAT finds in the time (None: none) and its bound."""
    frame = Frame(problem)
    cells = [(person, day) for person in range(len(problem.people)) for day in range(len(problem.days))]
    model = RosterModel(frame, frame.empty_table(), cells, whole=True)
    model.minimise()
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = workers
    solver.parameters.max_time_in_seconds = seconds
    status = solver.solve(model.model)
    bound = round(solver.best_objective_bound)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None, bound
    return frame.roster_of(model.read(solver)), bound
