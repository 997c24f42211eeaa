"""Chooses among thousands of whole schedules at once, as one integer programme: the last step where people are few.

A roster that costs less than the best one is made of schedules whose reduced costs together stay below what lies
between the best and the bound. So schedules of low reduced cost are what to choose from; prices blurred again and
again find them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from ortools.linear_solver import pywraplp  # type: ignore[attr-defined]  # compiled, without a stub

from patrols.rostering.columns import TOLERANCE, Generator, Master
from patrols.rostering.pricing import INFINITE, Interrupted, Schedule, price_all

SOLVER = "SCIP"
BLURS = (0.08, 0.25, 0.5, 1.0)  # of what is between the best and the bound: how much a day is dearer, on the average
SHARE_BLURRED = 0.5  # of the days' prices
Column = tuple[int, Schedule]  # person and what they do


class Choosing:
    """Gathers schedules and chooses among them, again and again with more of them.

    ``generator`` has just come to its end, with nobody settled: the prices of its best bound are what reduced costs are
    counted by. Raises ValueError if it has none.
    """

    def __init__(self, generator: Generator, seed: int) -> None:
        if generator.centre is None:
            raise ValueError("Column generation has not been begun.")
        self.generator, self.rng = generator, np.random.default_rng(seed)
        self.days = np.arange(generator.cells.shape[1])
        self.prices = np.minimum(generator.master.prices(generator.centre) + generator.cells, INFINITE)
        self.cheapest, _schedules = price_all(generator.pricer, self.prices, generator.master.people)
        self.bound = generator.master.bound_at(generator.centre, self.cheapest)
        self.reduced: dict[Column, float] = {}

    def gather(self, best: int, rounds: int, is_over: Callable[[], bool]) -> None:
        """Price everyone so many times at blurred prices, to find schedules of a roster cheaper than ``best``."""
        gap = max(1.0, best - 1 - self.bound)
        for column in self.generator.master.known:
            self._keep(column, gap)
        people, places = self.generator.master.people, self.generator.master.place
        for _round in range(rounds):
            scale = gap * self.rng.choice(BLURS)
            blurred = self.rng.random(self.prices.shape) < SHARE_BLURRED
            prices = np.minimum(self.prices + scale * self.rng.exponential(1.0, blurred.shape) * blurred, INFINITE)
            try:
                _values, schedules = price_all(self.generator.pricer, prices, people, is_over)
            except Interrupted:
                return
            for person in people:
                if schedules[places[person]]:
                    self._keep((person, schedules[places[person]]), gap)

    def _keep(self, column: Column, gap: float) -> None:
        """Keep a schedule of a roster that costs less; most are of none, and there would be millions of them."""
        if column not in self.reduced:
            place = self.generator.master.place[column[0]]
            price = float(self.prices[place, self.days, column[1]].sum() - self.cheapest[place])
            if price <= gap + TOLERANCE:
                self.reduced[column] = price

    def useful(self, best: int) -> list[Column]:
        """The schedules that a roster cheaper than ``best`` may contain, the likeliest first."""
        gap = best - 1 - self.bound
        some = sorted((price, column) for column, price in self.reduced.items() if price <= gap + TOLERANCE)
        return [column for _price, column in some if self.generator.master.fits(*column)]

    def among(self, columns: Iterable[Column], start: Iterable[Column]) -> Choice:
        """What to choose from; ``start`` holds one schedule for each person, to begin with."""
        own = self.generator
        return Choice(Master(own.frame, own.pricer, own.cells, duty_cost=own.duty_cost, solver=SOLVER), columns, start)


class Choice:
    """One choice: to be made once, on one thread, while another may stop it."""

    def __init__(self, master: Master, columns: Iterable[Column], start: Iterable[Column]) -> None:
        self.master = master
        self.schedules: dict[int, Schedule] = dict(start)
        for column in self.schedules.items():
            master.add(*column)
        master.solver.Solve()
        known = [variable.solution_value() for variable in master.solver.variables()]
        for column in columns:
            master.add(*column)
        for variable in master.known.values():
            variable.SetInteger(True)
        everything = master.solver.variables()
        master.solver.SetHint(everything, known + [0.0] * (len(everything) - len(known)))

    def make(self, seconds: float) -> bool:
        """Find the best ``schedules``; whether that is proven."""
        solver = self.master.solver
        solver.set_time_limit(max(1, int(1000 * seconds)))
        how = pywraplp.MPSolverParameters()
        how.SetDoubleParam(how.RELATIVE_MIP_GAP, 0.0)
        status = solver.Solve(how)
        if status in {pywraplp.Solver.OPTIMAL, pywraplp.Solver.FEASIBLE}:
            self.schedules = {
                person: schedule
                for (person, schedule), variable in self.master.known.items()
                if variable.solution_value() > 0.5
            }
        return bool(status == pywraplp.Solver.OPTIMAL)

    def stop(self) -> None:
        self.master.solver.InterruptSolve()
