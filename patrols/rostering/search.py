"""Finds a good roster: a usable one within a second, then better ones until time is up, with a bound that is proven.

Threads work side by side: one first sees to the bound (``proof``), then all better parts of the best roster, by
whatever gains most: small models solved by CP-SAT, weaves of whole schedules, exchanges. Every roster that becomes the
best so far has passed the independent checker (``incumbent``).
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property

import numpy as np
from ortools.sat.python import cp_model

from patrols.rostering.check import check, cover_cost, uncovered
from patrols.rostering.clock import SOLVED, Clock
from patrols.rostering.exchanges import Exchanger
from patrols.rostering.frame import Frame, Table
from patrols.rostering.greedy import Greedy
from patrols.rostering.incumbent import Incumbent
from patrols.rostering.limits import FairShare, Limit
from patrols.rostering.model import RosterModel
from patrols.rostering.neighbourhoods import Neighbourhoods, Shape
from patrols.rostering.outcome import Progress, Result, Status
from patrols.rostering.portfolio import Portfolio
from patrols.rostering.problem import Problem, Roster
from patrols.rostering.proof import Proof
from patrols.rostering.weave import Weaver, Weaving

ROUNDS = 50  # of pricing that column generation needs, roughly
SHARE_TO_PRICE = 0.15  # of the time, at most, for all of them
SHARE_BESIDE = 0.1  # of the time: so long parts are solved beside column generation, which building them slows down
REASSIGNING = 0.9  # the share of moves that change cover,
REASSIGNING_FAIRLY = 0.05  # and where something is shared out fairly
SHARE_OF_COURSE = 0.7  # of the time, where column generation would take too long,
SHARE_OF_LONG_COURSE = 0.35  # and where responses do better than it before long:
LONG = 120  # days
WARM = 6.0  # times the end's temperature
FIRST_MOVES = 300_000  # of annealing: a fraction of a second
ROUND_MOVES = 100_000
SHARE_TO_ANNEAL = 0.85  # of what is left, at most: a course that is cut off before it is cold gains nothing
RESPONSES = 10  # in one move
BLUR = 0.01  # of what a missing person costs
SECONDS_TO_MEND = 2.0
SECONDS_BETWEEN_KEPT = 5.0


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
    """One search: the threads that better its best roster, and what it tells the caller."""

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
        begun = time.monotonic()
        self.problem, self.seed, self.workers, self.rounds = problem, seed, max(1, workers), rounds
        self.on_progress, self.on_best = on_progress, on_best
        self.clock = Clock(begun, seconds, should_stop, lambda: self.best.is_proven)
        self.is_over = self.clock.is_over
        self.frame = Frame(problem)
        self.best = Incumbent(self.frame, begun, self._hear)
        self.shares = [limit for limit in problem.limits if isinstance(limit, FairShare)]
        self.failure: Exception | None = None
        self.proving = threading.Event()
        self.annealed = threading.Event()
        self.news = False
        self.told_at = 0.0
        self.kept: Table | None = None
        self.kept_at = float("-inf")

    # --- the course of a search ----------------------------------------------------------------------------------

    def run(self, start: Roster | None) -> Result:
        self.best.begin(self._first_table(start))
        if not self.problem.people:
            self.best.raise_bound(self.best.cost)
            return self._result()
        if self.best.is_broken:
            self._respond()
        self._mend()
        if self.rounds is None:
            self._improve_in_threads()
        else:
            self._improve_in_rounds(self.rounds)
        return self._result()

    @cached_property
    def weaver(self) -> Weaver:
        return Weaver(self.frame)

    @cached_property
    def exchanger(self) -> Exchanger:
        return Exchanger(self.frame)

    @cached_property
    def can_price(self) -> bool:
        """Whether schedules are priced quickly enough for column generation to come to its end."""
        return ROUNDS * self.weaver.seconds_to_price < SHARE_TO_PRICE * self.clock.seconds

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
        if self.weaver.is_plain:
            rng = random.Random(self.seed)  # noqa: S311 - no secret
            quick = self.rounds is None and self.can_price  # measured, so not where the same is asked for twice
            for sweeps in (1, 3) if quick else (1,):
                self.best.take(self.weaver.respond(self.best.table, rng, self.is_over, sweeps))

    def _mend(self) -> None:
        """One after the other, people who break a limit get a whole schedule against the cover that is left."""
        rng = random.Random(self.seed)  # noqa: S311 - no secret
        waiting = [person for person, broken in self.best.account.hard_by_person.items() if broken]
        rng.shuffle(waiting)
        for person in waiting:
            if self.is_over():
                return
            cells = {(person, day) for day in range(len(self.problem.days))}
            deterministic = self.rounds is not None
            result = self._solve_part(self.best.table, cells, SECONDS_TO_MEND, self.seed, deterministic=deterministic)
            if result is not None:
                self.best.offer(self.best.table, result[0])

    # --- threads -------------------------------------------------------------------------------------------------

    def _improve_in_threads(self) -> None:
        shapes = Neighbourhoods(self.frame)
        self._prepare()
        threads = [
            threading.Thread(target=self._work, args=(shapes, number), daemon=True) for number in range(self.workers)
        ]
        for thread in threads:
            thread.start()
        try:
            while self._are_working(threads):
                if self.news or time.monotonic() - self.told_at >= 1.0:
                    self._tell()
        except BaseException:  # of a callback: nothing goes on behind the caller's back
            self.clock.stopped = True
            while self._are_working(threads):
                pass
            raise
        if self.failure is not None:
            raise self.failure
        self._tell()

    def _are_working(self, threads: list[threading.Thread]) -> bool:
        """Whether any still is, a moment later; all are told to end where the search is over."""
        if self.is_over():
            self.exchanger.stop[0] = 1
            self.clock.interrupt()
        alive = [thread for thread in threads if thread.is_alive()]
        if alive:
            alive[0].join(0.1)
        return bool(alive)

    def _prepare(self) -> None:
        """What the threads share is made before there are any."""
        _ = self.exchanger, self.shares or self.can_price

    def _work(self, shapes: Neighbourhoods, number: int) -> None:
        try:
            self._improve(shapes, number)
        except Exception as failure:  # noqa: BLE001 - raised again on the caller's thread
            self.failure, self.clock.stopped = failure, True

    def _improve(self, shapes: Neighbourhoods, number: int) -> None:
        rng = random.Random(f"{self.seed}/{number}")  # noqa: S311 - no secret
        proof = Proof(lambda: self.weaver, self.best, self.clock, seed=self.seed, workers=self.workers)
        if self.shares:
            if number == 0:
                proof.count()
            self._anneal(rng)
            if number == 0 and sum(self.best.account.by_slot.values()) > (self.best.cover_bound or 0):
                with self._alone():
                    proof.cover()
                self._anneal(rng)
        elif not self.can_price:
            self._anneal_together(rng, number)
        elif number == 0:
            with self._alone():
                proof.generate(shapes)
        else:
            self._anneal_once(rng, SHARE_BESIDE)
        self._go_on(shapes, rng)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """With the other threads waiting, unless it is early."""
        self.proving.set()
        try:
            yield
        finally:
            self.proving.clear()

    def _go_on(self, shapes: Neighbourhoods, rng: random.Random) -> None:
        """Whatever gains most a second of late, most of the time."""
        moves: dict[str, Callable[[], int]] = {"part": lambda: self._solve_some(shapes, rng)}
        if not self.shares and self.weaver.is_plain:
            weaving, numbers = Weaving(self.weaver, rng), np.random.default_rng(rng.randrange(2**30))
            moves["respond"] = lambda: self._respond_near(numbers)
            moves["weave"] = lambda: self._weave(weaving)
        moves["exchange"] = lambda: self._exchange(rng)
        portfolio = Portfolio(moves, rng)
        while not self.is_over():
            if self.proving.is_set() and self.clock.elapsed > SHARE_BESIDE * self.clock.seconds:
                time.sleep(0.1)
            else:
                portfolio.move()

    # --- exchanges -----------------------------------------------------------------------------------------------

    def _anneal(self, rng: random.Random) -> None:
        """Exchange duties between people, in ever longer courses, for as long as that pays."""
        moves, failed = FIRST_MOVES, 0
        while failed < 2 and not self.is_over():
            begun = time.monotonic()
            failed = 0 if self._course(rng, moves, self.exchanger.heat) else failed + 1
            a_move = (time.monotonic() - begun) / moves
            moves = max(FIRST_MOVES, min(3 * moves, int(SHARE_TO_ANNEAL * self.clock.left / a_move)))

    def _anneal_once(self, rng: random.Random, share: float, workers: int = 1) -> None:
        """One course as long as a share of the time left: a slow one gains more than several quick ones, where nothing
        is shared out fairly."""
        seconds = max(0.01, share * self.clock.left)
        heat = self.exchanger.heat_for(seconds)
        seed, table, saved, taken, taken_at = rng.randrange(2**30), self.best.table, 0, 0, self.clock.elapsed
        course = self.exchanger.course(
            table, seconds=seconds, heat=heat, seed=seed, reassigning=REASSIGNING, workers=workers
        )
        for table, saved in course:
            if saved > taken and self.clock.elapsed >= taken_at + SECONDS_BETWEEN_KEPT:
                taken, taken_at = saved, self.clock.elapsed
                self.best.take(table)
        if saved > taken:
            self.best.take(table)

    def _anneal_together(self, rng: random.Random, number: int) -> None:
        """One course by all threads, where that can be."""
        share = SHARE_OF_COURSE if len(self.problem.days) <= LONG else SHARE_OF_LONG_COURSE
        if not self.exchanger.is_separable:
            self._anneal_once(rng, share)
        elif number == 0:
            try:
                self._anneal_once(rng, share, self.workers)
            finally:
                self.annealed.set()
        else:
            self.annealed.wait()

    def _course(self, rng: random.Random, moves: int, heat: tuple[float, float]) -> bool:
        """A course of exchanges from the best roster; whether it found a better one."""
        reassigning = REASSIGNING_FAIRLY if self.shares else REASSIGNING
        seed, table = rng.randrange(2**30), self.best.table
        found, saved = self.exchanger.anneal(table, moves=moves, heat=heat, seed=seed, reassigning=reassigning)
        return bool(saved) and self.best.take(found)

    def _exchange(self, rng: random.Random) -> int:
        """A short course from nearly cold, for what the parts do not see or left behind; the gain."""
        before, cold = self.best.cost, self.exchanger.heat[1]
        return before - self.best.cost if self._course(rng, FIRST_MOVES, (WARM * cold, cold)) else 0

    # --- parts ---------------------------------------------------------------------------------------------------

    def _weave(self, weaving: Weaving) -> int:
        table, account = self.best.now()
        found = weaving.next(table, account, self.is_over)
        return 0 if found is None else self.best.offer(table, found)

    def _respond_near(self, numbers: np.random.Generator) -> int:
        """Some people, one after the other, get their best schedules near those they have; the gain."""
        gain, dearest = 0, max(need.weight_minimum for need in self.problem.needs)
        for person in numbers.integers(len(self.problem.people), size=RESPONSES).tolist():
            if self.is_over():
                break
            blur = BLUR * dearest * numbers.random(self.weaver.cells.shape[1:])
            table, _account = self.best.now()
            found = self.weaver.respond_near(table, person, blur)
            gain += 0 if found is None else self.best.offer(table, found)
        return gain

    def _solve_some(self, shapes: Neighbourhoods, rng: random.Random) -> int:
        """Free some cells and have CP-SAT fill them; the gain."""
        limit = max(0.5, min(4.0, self.clock.seconds / 60))
        table, account = self.best.now()
        shape, cells = shapes.draw(rng, account, table)
        before = time.monotonic()
        result = self._solve_part(table, cells, limit, rng.randrange(2**30))
        spent = time.monotonic() - before
        if result is None:
            shape.adapt(proven=False, share_of_time=1.0)
            return 0
        gain = self.best.offer(table, result[0])
        self._learn(shape, gain, spent, proven=result[1], limit=limit)
        return gain

    def _learn(self, shape: Shape, gain: int, spent: float, *, proven: bool, limit: float) -> None:
        shape.gains = 0.9 * shape.gains + 0.1 * (gain / max(spent, 0.01)) / (1 + self.best.cost) * 100
        shape.adapt(proven=proven, share_of_time=spent / limit)

    def _improve_in_rounds(self, rounds: int) -> None:
        shapes = Neighbourhoods(self.frame)
        rng = random.Random(self.seed)  # noqa: S311 - no secret
        for _round in range(rounds):
            if self.is_over():
                break
            self._course(rng, ROUND_MOVES, self.exchanger.heat)
            table = self.best.table
            drawn = [shapes.draw(rng, self.best.account, table) for _ in range(self.workers)]
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
                    self.best.offer(table, result[0])
                shape.adapt(proven=result is not None and result[1], share_of_time=0.0)

    def _solve_part(
        self, table: Table, cells: set[tuple[int, int]], limit: float, seed: int, *, deterministic: bool = False
    ) -> tuple[Table, bool] | None:
        """The best table found that differs from ``table`` in the cells only, and whether that is proven."""
        part = RosterModel(self.frame, table, cells)
        part.minimise()
        part.hint(table)
        solver = self.clock.solver(limit, seed, deterministic=deterministic)
        status = self.clock.solve(solver, part)
        return (part.read(solver), status == cp_model.OPTIMAL) if status in SOLVED else None

    # --- reporting -----------------------------------------------------------------------------------------------

    def _hear(self) -> None:
        """There is a better roster; it is told at once where that can be."""
        self.news = True
        if self.clock.is_callers:
            self._tell()

    def _tell(self) -> None:
        """Give the caller the latest progress, on the caller's own thread."""
        self.news = False
        self.told_at = time.monotonic()
        if self.on_progress is not None:
            elapsed, seconds = self.clock.elapsed, self.clock.seconds
            fraction = min(1.0, elapsed / seconds) if seconds > 0 else 1.0
            latest = replace(self.best.latest, bound=self.best.bound, seconds=round(elapsed, 3), fraction=fraction)
            self.on_progress(latest)
        self._keep()

    def _keep(self) -> None:
        """Hand the best roster out, so that it outlives this process."""
        table, account = self.best.now()
        elapsed = self.clock.elapsed
        if self.on_best is None or account.hard or table is self.kept or elapsed < self.kept_at + SECONDS_BETWEEN_KEPT:
            return
        self.kept, self.kept_at = table, elapsed
        self.on_best(self.frame.roster_of(table))

    def _result(self) -> Result:
        roster = self.frame.roster_of(self.best.table)
        found = check(self.problem, roster, soft=True)
        covered = cover_cost(self.problem, roster)
        cost = covered + sum(item.cost for item in found if not item.hard)
        hard = sum(item.hard for item in found)
        return Result(
            status=self._status(cost, hard),
            roster=roster,
            objective=cost,
            bound=_useful(self.best.bound, cost),
            uncovered=uncovered(self.problem, roster),
            hard_violations=hard,
            seconds=round(self.clock.elapsed, 3),
            cover_cost=covered,
            cover_bound=_useful(self.best.cover_bound, covered),
            best_at=self.best.latest.seconds,
            history=tuple(self.best.history),
        )

    def _status(self, cost: int, hard: int) -> Status:
        if hard:
            return "broken"
        if cost <= (self.best.bound or 0):
            return "optimal"
        return "stopped" if self.clock.stopped else "feasible"


def _useful(bound: int | None, cost: int) -> int | None:
    """0 where nothing is left to gain; else no bound rather than one that says only that costs are not negative."""
    proven = bound or 0
    return None if proven == 0 < cost else proven
