"""Bounds of a search, and the rosters that come with them: by counting, by column generation, by one whole model."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from ortools.sat.python import cp_model

from patrols.rostering.clock import SOLVED, Clock
from patrols.rostering.columns import Generator, prove
from patrols.rostering.frame import OFF, Table
from patrols.rostering.incumbent import Incumbent
from patrols.rostering.model import RosterModel
from patrols.rostering.neighbourhoods import Neighbourhoods
from patrols.rostering.relaxed import counted_bound
from patrols.rostering.weave import Weaver
from patrols.rostering.whole import Choosing

CELLS_TO_COVER = 1500
SHARE_TO_COVER = 0.6  # of what is left, at most
SHARE_TO_GENERATE = 0.5  # of the time, at most
SHARE_AFTER_DIVES = 0.2  # of what is left then
#: Dives by steps and rounds of pricing in each, and how many times as long as generating columns they take, roughly.
DIVES = ((2.5, 10, 25), (1.9, 8, 12), (1.2, 6, 10), (0.6, 5, 8))
FINE_DIVE = (30, 50)
CELLS_TO_FINISH = 700
SHARE_TO_FINISH = 0.1  # of what is left then, at first
CELLS_TO_CHOOSE = 1200
SHARE_TO_CHOOSE = 0.8  # of what is left then
FIRST_COLUMNS = 4000
FIRST_BLURS = 1000  # rounds of pricing at blurred prices
SECONDS_TO_MEND = 5.0


class Proof:
    """What one thread of a search does for its bound."""

    def __init__(self, weaver: Callable[[], Weaver], best: Incumbent, clock: Clock, *, seed: int, workers: int) -> None:
        self._weaver, self.best, self.clock, self.seed, self.workers = weaver, best, clock, seed, workers
        self.frame = best.frame

    @property
    def weaver(self) -> Weaver:
        """Made when first asked for: what is only counted needs none."""
        return self._weaver()

    # --- by counting, and of cover alone -------------------------------------------------------------------------

    def count(self) -> None:
        """Where something is shared out fairly: duties counted by class of days."""
        for by_week in (False, True):
            self.best.raise_cover_bound(self._counted(soft=False, by_week=by_week))
            self.best.raise_bound(self._counted(by_week=by_week))

    def _counted(self, *, soft: bool = True, by_week: bool = True, cover: int = 0) -> int | None:
        """The counted bound, or None where time is up before it is there."""
        clock = self.clock
        return counted_bound(
            self.frame, soft=soft, by_week=by_week, seconds=clock.left, cover=cover, is_over=clock.is_over
        )

    def cover(self) -> None:
        """The best cover there is, and that it is the best: as one model where that is small enough."""
        if self.frame.cells <= CELLS_TO_COVER:
            self._settle_cover()
        else:
            generator = Generator(self.frame, self.weaver.pricer, soft=False)
            self.best.raise_cover_bound(prove(generator, self.clock.is_over))
        if self.best.cover_bound:
            self.best.raise_bound(self._counted(cover=self.best.cover_bound))

    def _settle_cover(self) -> None:
        table, _account = self.best.now()
        part = self._whole_model(table, soft=False)
        part.hint(table)
        solver = self.clock.solver(self.clock.left * SHARE_TO_COVER, self.seed)
        solver.parameters.num_workers = self.workers
        solver.parameters.linearization_level = 1  # side by side, another thread has level 2
        if self.clock.solve(solver, part) in SOLVED:
            self.best.raise_cover_bound(math.ceil(solver.best_objective_bound - 1e-6))
            self.best.take(part.read(solver))

    # --- by column generation ------------------------------------------------------------------------------------

    def generate(self, shapes: Neighbourhoods) -> None:
        """Columns to their end, rosters built from them, and where cells are few whatever else proves the best one."""
        begun = self.clock.elapsed
        generator = self.weaver.generator(self.workers)
        if not self.best.is_broken:
            for person, row in enumerate(self.best.table.work.tolist()):
                generator.master.add(person, tuple(row))
        is_late = self._until(begun + SHARE_TO_GENERATE * self.clock.seconds)
        generator.generate(is_late)
        self.best.raise_bound(generator.bound)
        shapes.trust(generator.marginals())
        if not is_late():
            self._dive(generator, self.clock.elapsed - begun)
        self._finish(SHARE_TO_FINISH)
        if self.frame.cells <= CELLS_TO_CHOOSE:
            self._choose(generator)
            self._finish(1.0)

    def _until(self, moment: float) -> Callable[[], bool]:
        """Whether the search has been going on for so many seconds, or is over."""
        return lambda: self.clock.is_over() or self.clock.elapsed > moment

    def _dive(self, generator: Generator, took: float) -> None:
        """First in few steps, by what it ``took`` to generate and what is left; once more in many if there is time."""
        until = self.clock.seconds - SHARE_AFTER_DIVES * self.clock.left
        is_late = self._until(until)
        begun = self.clock.elapsed
        steps, rounds = next((dive[1:] for dive in DIVES if took * dive[0] <= until - begun), DIVES[-1][1:])
        self._dive_by(generator, is_late, steps, rounds)
        if self.clock.elapsed + 4 * (self.clock.elapsed - begun) < until:
            generator.reopen()
            generator.generate(is_late)  # else the surest would be those that the last dive settled
            self._dive_by(generator, is_late, *FINE_DIVE)

    def _dive_by(self, generator: Generator, is_late: Callable[[], bool], steps: int, rounds: int) -> None:
        table = self.weaver.dive(generator, self.frame.empty_table(), is_late, steps=steps, rounds=rounds)
        if table is not None:
            self._offer(table)

    def _choose(self, generator: Generator) -> None:
        """The best of ever more whole schedules."""
        until = self.clock.elapsed + SHARE_TO_CHOOSE * self.clock.left
        is_late = self._until(until)
        generator.reopen()
        if not generator.generate(is_late, gap=0.0) or generator.centre is None:
            return  # without any bound: somebody has no schedule that keeps the limits
        self.best.raise_bound(generator.bound)
        choosing, most = Choosing(generator, self.seed), FIRST_COLUMNS
        choosing.gather(self.best.cost, FIRST_BLURS, is_late)
        while not (is_late() or self.best.is_broken):
            table, account = self.best.now()
            columns = choosing.useful(account.objective)
            choice = choosing.among(columns[:most], enumerate(map(tuple, table.work.tolist())))
            with self.clock.stoppable(choice.stop):
                is_best = choice.make(until - self.clock.elapsed)
            chosen = self.frame.empty_table()
            for person, schedule in choice.schedules.items():
                self.weaver.put(chosen, person, schedule)
            self._offer(chosen)
            if is_best and self.best.cost >= account.objective:
                if most >= len(columns):
                    choosing.gather(account.objective, FIRST_BLURS * most // FIRST_COLUMNS, is_late)
                most *= 2

    def _offer(self, table: Table) -> None:
        """A table of whole schedules as a roster: beats dealt out, duties dropped where a limit asks for it."""
        if not self.weaver.is_plain or self.best.ledger.open(table).hard:
            cells = {(person, day) for person, day in np.argwhere(table.work != OFF).tolist()}
            part = RosterModel(self.frame, table, cells, whole=True)
            part.keep_or_drop(table)
            part.minimise()
            solver = self.clock.solver(SECONDS_TO_MEND, self.seed)
            if self.clock.solve(solver, part) in SOLVED:
                table = part.read(solver)
        self.best.take(table)

    # --- by one model --------------------------------------------------------------------------------------------

    def _finish(self, share: float) -> None:
        """A small problem as one model, asked for anything better: finds it, or proves that there is nothing."""
        if self.frame.cells > CELLS_TO_FINISH or self.clock.is_over() or self.best.is_broken:
            return
        table, account = self.best.now()
        part = self._whole_model(table, soft=True)
        part.ask_for(self.best.bound or 0, account.objective - 1)
        solver = self.clock.solver(self.clock.left * share, self.seed)
        status = self.clock.solve(solver, part)
        if status == cp_model.INFEASIBLE:
            self.best.raise_bound(account.objective)
        elif status in SOLVED:
            self.best.raise_bound(round(solver.objective_value) if status == cp_model.OPTIMAL else None)
            self.best.offer(table, part.read(solver))

    def _whole_model(self, table: Table, *, soft: bool) -> RosterModel:
        """Every cell free, the cost to be as low as can be; without ``soft`` that of cover alone."""
        people, days = range(len(self.frame.problem.people)), range(len(self.frame.problem.days))
        cells = [(person, day) for person in people for day in days]
        model = RosterModel(self.frame, table, cells, soft=soft, whole=True)
        model.minimise()
        return model
