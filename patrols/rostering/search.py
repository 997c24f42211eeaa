"""Finds a good roster: a usable one within a second, then better ones until time is up, with a bound that is proven.

Two sub-problems at a time are freed and solved by CP-SAT with one thread each while the rest of the roster stays
(large neighbourhood search). Every roster that becomes the best so far has passed the independent checker.
"""

from __future__ import annotations

import math
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
from ortools.sat.python import cp_model

from patrols.rostering.check import check, cover_cost, uncovered
from patrols.rostering.columns import Generator, prove
from patrols.rostering.exchanges import Exchanger
from patrols.rostering.frame import OFF, Frame, Table
from patrols.rostering.greedy import Greedy
from patrols.rostering.ledger import Account, Ledger
from patrols.rostering.limits import FairShare, Limit
from patrols.rostering.model import RosterModel
from patrols.rostering.neighbourhoods import Neighbourhoods, Shape
from patrols.rostering.outcome import Progress, Result, Status
from patrols.rostering.portfolio import Portfolio
from patrols.rostering.pricing import Schedule
from patrols.rostering.problem import Problem, Roster
from patrols.rostering.relaxed import counted_bound
from patrols.rostering.weave import Weaver, Weaving
from patrols.rostering.whole import Choosing

CELLS_TO_FINISH = 700
ROUNDS = 50  # of pricing that column generation needs, roughly
CELLS_TO_COVER = 1500
SHARE_TO_COVER = 0.6  # of what is left, at most
SHARE_TO_PRICE = 0.15  # of the time, at most, for all of them
SHARE_TO_GENERATE = 0.5  # of the time, at most
SHARE_AFTER_DIVES = 0.2  # of what is left then
#: Dives by steps and rounds of pricing in each, and how many times as long as generating columns they take, roughly.
DIVES = ((2.5, 10, 25), (1.9, 8, 12), (1.2, 6, 10), (0.6, 5, 8))
FINE_DIVE = (30, 50)
CELLS_TO_CHOOSE = 1200
SHARE_TO_CHOOSE = 0.8  # of what is left then
FIRST_COLUMNS = 4000
SHARE_TO_FINISH = 0.1  # of what is left then
FIRST_BLURS = 1000
SHARE_BESIDE = 0.1  # of the time: so long parts are solved beside column generation, which building them slows down
REASSIGNING = 0.9  # the share of moves that change cover,
REASSIGNING_FAIRLY = 0.05  # and where something is shared out fairly
SHARE_OF_COURSE = 0.7  # of the time, where column generation would take too long
WARM = 6.0  # times the end's temperature
FIRST_MOVES = 300_000  # of annealing: a fraction of a second
ROUND_MOVES = 100_000
SHARE_TO_ANNEAL = 0.85  # of what is left, at most: a course that is cut off before it is cold gains nothing
SECONDS_BETWEEN_QUESTIONS = 0.2
SECONDS_BETWEEN_KEPT = 5.0
SOLVED = (cp_model.OPTIMAL, cp_model.FEASIBLE)


def solve(
    problem: Problem,
    *,
    seconds: float,
    seed: int = 0,
    workers: int = 2,
    on_progress: Callable[[Progress], object] | None = None,
    should_stop: Callable[[], bool] | None = None,
    on_best: Callable[[Roster], object] | None = None,
    start: Roster | None = None,
    rounds: int | None = None,
) -> Result:
    """Search for ``seconds``; call ``on_progress`` soon after each better roster and about once a second.

    ``on_best`` gets the best roster every few seconds while it grows better, so that a caller can keep it against
    being killed; never one that breaks a hard limit. All callbacks run on the calling thread.

    ``start`` gives a roster to begin from. With ``rounds`` the search is deterministic: that many rounds of
    sub-problems with deterministic limits and a fixed order of merging (``seconds`` still caps it), so the same
    seed gives the same roster. ``should_stop`` is asked often; the best roster so far is returned.
    """
    return Search(problem, seconds, seed, workers, on_progress, should_stop, on_best, rounds).run(start)


class Search:
    """One search: the best table so far, its account, and the threads that improve it."""

    def __init__(
        self,
        problem: Problem,
        seconds: float,
        seed: int,
        workers: int,
        on_progress: Callable[[Progress], object] | None,
        should_stop: Callable[[], bool] | None,
        on_best: Callable[[Roster], object] | None,
        rounds: int | None,
    ) -> None:
        self.begun = time.monotonic()
        self.problem, self.seconds, self.seed, self.workers = problem, seconds, seed, max(1, workers)
        self.on_progress, self.should_stop, self.on_best, self.rounds = on_progress, should_stop, on_best, rounds
        self.frame = Frame(problem)
        self.ledger = Ledger(self.frame)
        self.lock = threading.RLock()
        self.building = threading.Lock()
        self._weaver: Weaver | None = None
        self.history: list[Progress] = []
        self.bound: int | None = None
        self.cover_bound: int | None = None
        self.stopped = False
        self.failure: Exception | None = None
        self.proving = threading.Event()
        self.annealed = threading.Event()
        self.active: dict[int, Callable[[], object]] = {}  # by thread: stops its solver
        self.caller = threading.get_ident()
        self.asked_at = self.told_at = 0.0
        self.kept: Table | None = None
        self.kept_at = float("-inf")
        self.news = False
        self.latest = Progress(0, None, 0, 0.0, 0.0)
        self.best_at = 0.0
        self.shares = [limit for limit in problem.limits if isinstance(limit, FairShare)]
        self.exchanger: Exchanger  # once there is a roster
        self.table: Table = self.frame.empty_table()
        self.account: Account = self.ledger.open(self.table)

    # --- the course of a search ----------------------------------------------------------------------------------

    def run(self, start: Roster | None) -> Result:
        self._adopt(self._first_table(start))
        if not self.problem.people:
            self._raise_bound(self.account.objective)
            return self._result()
        if self.account.hard:
            self._respond()
        self._mend()
        self.exchanger = Exchanger(self.frame)
        if self.rounds is None:
            self._improve_in_threads()
        else:
            self._improve_in_rounds(self.rounds)
        return self._result()

    def _first_table(self, start: Roster | None) -> Table:
        if start is not None:
            return self.frame.table_of(start)
        if all(limit.only_grows or not limit.hard or limit.code == "pairs" for limit in self._binding()):
            return Greedy(self.frame, self.is_over).run()
        return self.frame.empty_table()

    def _binding(self) -> list[Limit]:
        return [limit for limit in self.frame.hard if getattr(limit, "least", True) is not None]

    def _respond(self) -> None:
        """Everyone in turn the best schedule against the cover that the others leave."""
        weaver = self.weaver()
        if weaver.is_plain:
            rng = random.Random(self.seed)  # noqa: S311 - no secret
            for sweeps in (1, 3) if self._can_price() else (1,):
                self._take(weaver.respond(self.table, rng, self.is_over, sweeps))

    def _mend(self) -> None:
        """One after the other, people who break a limit get a whole schedule against the cover that is left."""
        rng = random.Random(self.seed)  # noqa: S311 - no secret
        waiting = [person for person, broken in self.account.hard_by_person.items() if broken]
        rng.shuffle(waiting)
        for person in waiting:
            if self.is_over():
                return
            cells = {(person, day) for day in range(len(self.problem.days))}
            result = self._solve_part(self.table, cells, 2.0, self.seed, deterministic=self.rounds is not None)
            if result is not None:
                self._offer(self.table, result[0])

    def is_over(self) -> bool:
        """Whether time is up, the search was asked to stop, or nothing better is possible."""
        self._ask_to_stop()
        done = self.account.hard == 0 and self.account.objective <= (self.bound or 0)
        return self.stopped or done or self.elapsed >= self.seconds

    def _ask_to_stop(self) -> None:
        """Ask ``should_stop`` a few times a second, and only on the caller's thread: it may read a database."""
        if self.should_stop is None or self.stopped or threading.get_ident() != self.caller:
            return
        now = time.monotonic()
        if now - self.asked_at >= SECONDS_BETWEEN_QUESTIONS:
            self.asked_at = now
            self.stopped = self.should_stop()

    @property
    def elapsed(self) -> float:
        return time.monotonic() - self.begun

    # --- large neighbourhood search ------------------------------------------------------------------------------

    def _improve_in_threads(self) -> None:
        shapes = Neighbourhoods(self.frame)
        threads = [
            threading.Thread(target=self._work, args=(shapes, number), daemon=True) for number in range(self.workers)
        ]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            if self.is_over():
                self.exchanger.stop[0] = 1
                for stop in list(self.active.values()):
                    stop()
            if self.news or time.monotonic() - self.told_at >= 1.0:
                self._tell()
            alive = [thread for thread in threads if thread.is_alive()]
            if alive:
                alive[0].join(0.1)
        if self.failure is not None:
            raise self.failure
        self._tell()

    def _work(self, shapes: Neighbourhoods, number: int) -> None:
        try:
            self._improve(shapes, number)
        except Exception as failure:  # noqa: BLE001 - raised again on the caller's thread
            self.failure, self.stopped = failure, True

    def _prove_cover(self) -> None:
        """The best cover there is, and that it is the best: as one model where that is small enough."""
        if self.frame.cells <= CELLS_TO_COVER:
            self._settle_cover()
        else:
            self._raise_cover_bound(prove(Generator(self.frame, self.weaver().pricer, soft=False), self.is_over))
        if self.cover_bound:
            left = self.seconds - self.elapsed
            self._raise_bound(counted_bound(self.frame, by_week=True, seconds=left, cover=self.cover_bound))

    def _settle_cover(self) -> None:
        with self.lock:
            table = self.table
        part = self._whole_model(table, soft=False)
        part.hint(table)
        solver = self._solver((self.seconds - self.elapsed) * SHARE_TO_COVER, self.seed)
        solver.parameters.num_workers = self.workers
        solver.parameters.linearization_level = 1  # side by side, another thread has level 2
        if self._run(solver, part) in SOLVED:
            self._raise_cover_bound(math.ceil(solver.best_objective_bound - 1e-6))
            self._take(part.read(solver))

    def _raise_cover_bound(self, bound: int | None) -> None:
        if bound is not None:
            self.cover_bound = max(bound, self.cover_bound or 0)
            self._raise_bound(self.cover_bound)

    def _prove(self, shapes: Neighbourhoods) -> None:
        """A bound by column generation, and rosters built from its schedules."""
        begun, weaver = self.elapsed, self.weaver()
        generator = weaver.generator(self.workers)
        if not self.account.hard:
            for person, row in enumerate(self.table.work.tolist()):
                generator.master.add(person, tuple(row))

        def is_late() -> bool:
            return self.is_over() or self.elapsed > begun + SHARE_TO_GENERATE * self.seconds

        generator.generate(is_late)
        self._raise_bound(generator.bound)
        shapes.trust(generator.marginals())
        if not is_late():
            self._dive(generator, self.elapsed - begun)
        self._finish(SHARE_TO_FINISH)
        if self.frame.cells <= CELLS_TO_CHOOSE:
            self._choose(generator)
            self._finish(1.0)

    def _dive(self, generator: Generator, took: float) -> None:
        """First in few steps, by what it ``took`` to generate and what is left; once more in many if there is time."""
        until = self.seconds - SHARE_AFTER_DIVES * (self.seconds - self.elapsed)

        def is_late() -> bool:
            return self.is_over() or self.elapsed > until

        steps, rounds = next((dive[1:] for dive in DIVES if took * dive[0] <= until - self.elapsed), DIVES[-1][1:])
        begun = self.elapsed
        self._dive_by(generator, is_late, steps, rounds)
        if self.elapsed + 4 * (self.elapsed - begun) < until:
            generator.reopen()
            generator.generate(is_late)  # else the surest would be those that the last dive settled
            self._dive_by(generator, is_late, *FINE_DIVE)

    def _dive_by(self, generator: Generator, is_late: Callable[[], bool], steps: int, rounds: int) -> None:
        table = self.weaver().dive(generator, self.frame.empty_table(), is_late, steps=steps, rounds=rounds)
        if table is not None:
            self._offer_schedules({person: tuple(row) for person, row in enumerate(table.work.tolist())})

    def _choose(self, generator: Generator) -> None:
        """The best of ever more whole schedules."""
        until = self.elapsed + SHARE_TO_CHOOSE * (self.seconds - self.elapsed)

        def is_late() -> bool:
            return self.is_over() or self.elapsed > until

        generator.reopen()
        if not generator.generate(is_late, gap=0.0):
            return
        self._raise_bound(generator.bound)
        choosing = Choosing(generator, self.seed)
        most = FIRST_COLUMNS
        choosing.gather(self.account.objective, FIRST_BLURS, is_late)
        while not (is_late() or self.account.hard):
            with self.lock:
                table, best = self.table, self.account.objective
            columns = choosing.useful(best)
            start = {person: tuple(row) for person, row in enumerate(table.work.tolist())}
            choice = choosing.among(columns[:most], start.items())
            with self._stoppable(choice.stop):
                is_best = choice.make(until - self.elapsed)
            self._offer_schedules(choice.schedules)
            if is_best and self.account.objective >= best:
                if most >= len(columns):
                    choosing.gather(best, FIRST_BLURS * most // FIRST_COLUMNS, is_late)
                most *= 2

    def weaver(self) -> Weaver:
        with self.building:
            if self._weaver is None:
                self._weaver = Weaver(self.frame)
            return self._weaver

    def _finish(self, share: float) -> None:
        """A small problem as one model, asked for anything better: finds it, or proves that there is nothing."""
        if self.frame.cells > CELLS_TO_FINISH or self.is_over() or self.account.hard:
            return
        with self.lock:
            table, best = self.table, self.account.objective
        part = self._whole_model(table, soft=True)
        part.ask_for(self.bound or 0, best - 1)
        solver = self._solver((self.seconds - self.elapsed) * share, self.seed)
        status = self._run(solver, part)
        if status == cp_model.INFEASIBLE:
            self._raise_bound(best)
        elif status in SOLVED:
            self._raise_bound(round(solver.objective_value) if status == cp_model.OPTIMAL else None)
            self._offer(table, part.read(solver))

    def _whole_model(self, table: Table, *, soft: bool) -> RosterModel:
        """Every cell free, the cost to be as low as can be; without ``soft`` that of cover alone."""
        people, days = range(len(self.problem.people)), range(len(self.problem.days))
        model = RosterModel(
            self.frame, table, [(person, day) for person in people for day in days], soft=soft, whole=True
        )
        model.minimise()
        return model

    def _prove_fair(self) -> None:
        """Bounds with fair shares: duties counted by class of days."""
        for by_week in (False, True):
            if not self.is_over():
                left = self.seconds - self.elapsed
                self._raise_cover_bound(counted_bound(self.frame, soft=False, by_week=by_week, seconds=left))
                self._raise_bound(counted_bound(self.frame, by_week=by_week, seconds=self.seconds - self.elapsed))

    def _anneal(self, rng: random.Random) -> None:
        """Exchange duties between people, in ever longer courses, for as long as that pays."""
        moves, failed = FIRST_MOVES, 0
        while failed < 2 and not self.is_over():
            begun = time.monotonic()
            failed = 0 if self._course(rng, moves, self.exchanger.heat) else failed + 1
            a_move = (time.monotonic() - begun) / moves
            moves = max(FIRST_MOVES, min(3 * moves, int(SHARE_TO_ANNEAL * (self.seconds - self.elapsed) / a_move)))

    def _anneal_once(self, rng: random.Random, share: float, workers: int = 1) -> None:
        """One course as long as a share of the time left: a slow one gains more than several quick ones, where nothing
        is shared out fairly."""
        seconds = max(0.01, share * (self.seconds - self.elapsed))
        heat = self.exchanger.heat_for(seconds)
        seed, table, saved, taken, taken_at = rng.randrange(2**30), self.table, 0, 0, self.elapsed
        course = self.exchanger.course(
            table, seconds=seconds, heat=heat, seed=seed, reassigning=REASSIGNING, workers=workers
        )
        for table, saved in course:
            if saved > taken and self.elapsed >= taken_at + SECONDS_BETWEEN_KEPT:
                taken, taken_at = saved, self.elapsed
                self._take(table)
        if saved > taken:
            self._take(table)

    def _anneal_together(self, rng: random.Random, number: int) -> None:
        """One course by all threads, where that can be."""
        if not self.exchanger.is_separable:
            self._anneal_once(rng, SHARE_OF_COURSE)
        elif number == 0:
            try:
                self._anneal_once(rng, SHARE_OF_COURSE, self.workers)
            finally:
                self.annealed.set()
        else:
            self.annealed.wait()

    def _course(self, rng: random.Random, moves: int, heat: tuple[float, float]) -> bool:
        """A course of exchanges from the best roster; whether it found a better one."""
        reassigning = REASSIGNING_FAIRLY if self.shares else REASSIGNING
        seed = rng.randrange(2**30)
        found, saved = self.exchanger.anneal(self.table, moves=moves, heat=heat, seed=seed, reassigning=reassigning)
        return bool(saved) and self._take(found)

    def _raise_bound(self, bound: int | None) -> None:
        if bound is not None:
            self.bound = max(bound, self.bound or 0)

    def _offer_schedules(self, schedules: dict[int, Schedule]) -> None:
        """Make a roster of whole schedules: beats dealt out, duties dropped where a limit asks for it."""
        table = self.frame.empty_table()
        for person, schedule in schedules.items():
            self.weaver().put(table, person, schedule)
        if self.weaver().is_plain and not self.ledger.open(table).hard:
            self._take(table)
            return
        cells = {(person, day) for person, day in np.argwhere(table.work != OFF).tolist()}
        part = RosterModel(self.frame, table, cells, whole=True)
        part.keep_or_drop(table)
        part.minimise()
        solver = self._solver(5.0, self.seed)
        if self._run(solver, part) in SOLVED:
            table = part.read(solver)
        self._take(table)

    def _take(self, table: Table) -> bool:
        """Make the table the best one if it is better."""
        account = self.ledger.open(table)
        with self.lock:
            better = (account.hard, account.objective) < (self.account.hard, self.account.objective)
            if better:
                self.table, self.account = table, account
                self._report()
        return better

    def _improve(self, shapes: Neighbourhoods, number: int) -> None:
        rng = random.Random(f"{self.seed}/{number}")  # noqa: S311 - no secret
        if self.shares:
            if number == 0:
                self._prove_fair()
            self._anneal(rng)
            if number == 0 and sum(self.account.by_slot.values()) > (self.cover_bound or 0):
                with self._alone():
                    self._prove_cover()
                self._anneal(rng)
        elif not self._can_price():
            self._anneal_together(rng, number)
        elif number == 0:
            with self._alone():
                self._prove(shapes)
        else:
            self._anneal_once(rng, SHARE_BESIDE)
        self._go_on(shapes, rng)

    def _go_on(self, shapes: Neighbourhoods, rng: random.Random) -> None:
        """Whatever gains most a second of late, most of the time."""
        moves: dict[str, Callable[[], int]] = {"part": lambda: self._solve_some(shapes, rng)}
        if not self.shares and self.weaver().is_plain:
            weaving = Weaving(self.weaver(), rng)
            moves["weave"] = lambda: self._weave(weaving)
        moves["exchange"] = lambda: self._exchange(rng)
        portfolio = Portfolio(moves, rng)
        while not self.is_over():
            if self.proving.is_set() and self.elapsed > SHARE_BESIDE * self.seconds:
                time.sleep(0.1)
            else:
                portfolio.move()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """With the other threads waiting, unless it is early."""
        self.proving.set()
        try:
            yield
        finally:
            self.proving.clear()

    def _can_price(self) -> bool:
        """Whether schedules are priced quickly enough for column generation to come to its end."""
        return ROUNDS * self.weaver().seconds_to_price < SHARE_TO_PRICE * self.seconds

    def _exchange(self, rng: random.Random) -> int:
        """A short course from nearly cold, for what the parts do not see or left behind; the gain."""
        before, cold = self.account.objective, self.exchanger.heat[1]
        return before - self.account.objective if self._course(rng, FIRST_MOVES, (WARM * cold, cold)) else 0

    def _weave(self, weaving: Weaving) -> int:
        with self.lock:
            table, account = self.table, self.account
        found = weaving.next(table, account, self.is_over)
        return 0 if found is None else self._offer(table, found)

    def _solve_some(self, shapes: Neighbourhoods, rng: random.Random) -> int:
        """Free some cells and have CP-SAT fill them; the gain."""
        limit = max(0.5, min(4.0, self.seconds / 60))
        with self.lock:
            table, account = self.table, self.account
        shape, cells = shapes.draw(rng, account, table)
        before = time.monotonic()
        result = self._solve_part(table, cells, limit, rng.randrange(2**30))
        spent = time.monotonic() - before
        if result is None:
            shape.adapt(proven=False, share_of_time=1.0)
            return 0
        gain = self._offer(table, result[0])
        self._learn(shape, gain, spent, proven=result[1], limit=limit)
        return gain

    def _learn(self, shape: Shape, gain: int, spent: float, *, proven: bool, limit: float) -> None:
        shape.tries += 1
        shape.gains = 0.9 * shape.gains + 0.1 * (gain / max(spent, 0.01)) / (1 + self.account.objective) * 100
        shape.adapt(proven=proven, share_of_time=spent / limit)

    def _improve_in_rounds(self, rounds: int) -> None:
        shapes = Neighbourhoods(self.frame)
        rng = random.Random(self.seed)  # noqa: S311 - no secret
        for _round in range(rounds):
            if self.is_over():
                break
            self._course(rng, ROUND_MOVES, self.exchanger.heat)
            table = self.table
            drawn = [shapes.draw(rng, self.account, table) for _ in range(self.workers)]
            seeds = [rng.randrange(2**30) for _ in drawn]
            results: list[tuple[Table, bool] | None] = [None] * len(drawn)

            def work(
                position: int,
                table: Table = table,
                drawn: list[tuple[Shape, set[tuple[int, int]]]] = drawn,
                seeds: list[int] = seeds,
                results: list[tuple[Table, bool] | None] = results,
            ) -> None:
                cells = drawn[position][1]
                results[position] = self._solve_part(table, cells, 0.3, seeds[position], deterministic=True)

            threads = [threading.Thread(target=work, args=(position,), daemon=True) for position in range(len(drawn))]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            for (shape, _cells), result in zip(drawn, results, strict=True):
                if result is not None:
                    self._offer(table, result[0])
                shape.adapt(proven=result is not None and result[1], share_of_time=0.0)

    def _solve_part(
        self, table: Table, cells: set[tuple[int, int]], limit: float, seed: int, *, deterministic: bool = False
    ) -> tuple[Table, bool] | None:
        """The best table found that differs from ``table`` in the cells only, and whether that is proven."""
        part = RosterModel(self.frame, table, cells)
        part.minimise()
        part.hint(table)
        solver = self._solver(limit, seed, deterministic=deterministic)
        status = self._run(solver, part)
        return (part.read(solver), status == cp_model.OPTIMAL) if status in SOLVED else None

    def _run(self, solver: cp_model.CpSolver, part: RosterModel) -> cp_model.CpSolverStatus:
        """Solve, so that a search that is over can stop it."""
        with self._stoppable(solver.stop_search):
            return solver.solve(part.model)

    @contextmanager
    def _stoppable(self, stop: Callable[[], object]) -> Iterator[None]:
        self.active[threading.get_ident()] = stop
        try:
            yield
        finally:
            del self.active[threading.get_ident()]

    def _solver(self, limit: float, seed: int, *, deterministic: bool = False) -> cp_model.CpSolver:
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.linearization_level = 2  # ten times quicker to a proof on parts of this size
        solver.parameters.random_seed = seed % (2**31)
        if deterministic:
            solver.parameters.max_deterministic_time = limit
        else:
            solver.parameters.max_time_in_seconds = max(0.05, min(limit, self.seconds - self.elapsed))
        return solver

    def _offer(self, base: Table, found: Table) -> int:
        """Carry what ``found`` changed in ``base`` over to the best table, unless it gets worse; the gain."""
        with self.lock:
            merged = self.table.copy()
            changed = (found.work != base.work) | (found.place != base.place)
            merged.work[changed] = found.work[changed]
            merged.place[changed] = found.place[changed]
            account = self.ledger.update(self.account, self.table, merged)
            gain = self.account.objective - account.objective
            mended = self.account.hard - account.hard
            if mended < 0 or (mended == 0 and gain < 0):
                return 0
            self.table, self.account = merged, account
            if gain or mended:
                self._report()
            return gain

    # --- reporting -----------------------------------------------------------------------------------------------

    def _adopt(self, table: Table) -> None:
        self.table, self.account = table, self.ledger.open(table)
        self._report()

    def _report(self) -> None:
        """Note a better roster."""
        with self.lock:
            account = self.account
            seconds = round(self.elapsed, 3)
            self.latest = Progress(account.objective, self.bound, account.uncovered, seconds, 0.0, account.hard)
            self.history.append(self.latest)
            self.best_at = seconds
            self.news = True
        if threading.get_ident() == self.caller:
            self._tell()

    def _tell(self) -> None:
        """Give the caller the latest progress, on the caller's own thread."""
        self.news = False
        self.told_at = time.monotonic()
        if self.on_progress is not None:
            seconds = round(self.elapsed, 3)
            fraction = min(1.0, self.elapsed / self.seconds) if self.seconds > 0 else 1.0
            self.on_progress(replace(self.latest, bound=self.bound, seconds=seconds, fraction=fraction))
        self._keep()

    def _keep(self) -> None:
        """Hand the best roster out, so that it outlives this process."""
        with self.lock:
            table, hard = self.table, self.account.hard
        if self.on_best is None or hard or table is self.kept or self.elapsed < self.kept_at + SECONDS_BETWEEN_KEPT:
            return
        self.kept, self.kept_at = table, self.elapsed
        self.on_best(self.frame.roster_of(table))

    def _result(self) -> Result:
        roster = self.frame.roster_of(self.table)
        found = check(self.problem, roster, soft=True)
        covered = cover_cost(self.problem, roster)
        cost = covered + sum(item.cost for item in found if not item.hard)
        hard = sum(item.hard for item in found)
        return Result(
            status=self._status(cost, hard),
            roster=roster,
            objective=cost,
            bound=_useful(self.bound, cost),
            uncovered=uncovered(self.problem, roster),
            hard_violations=hard,
            seconds=round(self.elapsed, 3),
            cover_cost=covered,
            cover_bound=_useful(self.cover_bound, covered),
            best_at=self.best_at,
            history=tuple(self.history),
        )

    def _status(self, cost: int, hard: int) -> Status:
        if hard:
            return "broken"
        if cost <= (self.bound or 0):
            return "optimal"
        return "stopped" if self.stopped else "feasible"


def _useful(bound: int | None, cost: int) -> int | None:
    """0 where nothing is left to gain; else no bound rather than one that says only that costs are not negative."""
    proven = bound or 0
    return None if proven == 0 < cost else proven
