"""Column generation: a linear programme over whole schedules, one chosen for each person (Dantzig-Wolfe).

Its value is a lower bound of the objective, far stronger than that of the plain model; its schedules are good
parts to build a roster from. Limits that the pricing does not know are rows here if they are linear in a person's
duties, else they are left out: leaving out can only lower the bound.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from ortools.linear_solver import pywraplp  # type: ignore[attr-defined]  # compiled, without a stub

from patrols.rostering.check import Cover
from patrols.rostering.frame import OFF, Frame, Slot, Table
from patrols.rostering.limits import Limit, Wishes
from patrols.rostering.person_rows import PersonRow, rows_of
from patrols.rostering.pricing import (
    FORBIDDEN,
    INFINITE,
    Interrupted,
    Pricer,
    Prices,
    Schedule,
    open_cells,
    price_all,
)

TOLERANCE = 1e-6
NEARLY = 0.1  # of what may be gained: so near its end a programme may be left
DEAR = 1e5  # what one schedule hardly saves; where it does, only a dive is misled: bounds do not read it


class Master:
    """The linear programme over the schedules found so far: of everyone, or of some people beside a table.

    With ``table`` the others' duties stay, and the cover that they leave is what the people are chosen for. Days and
    people are those of the pricer; ``cells`` and ``duty_cost`` are theirs, and costs elsewhere are not counted.
    """

    def __init__(
        self,
        frame: Frame,
        pricer: Pricer,
        cells: Prices,
        *,
        people: Sequence[int] | None = None,
        table: Table | None = None,
        duty_cost: Prices,
        soft: bool = True,
        solver: str = "GLOP",
    ) -> None:
        self.frame, self.pricer, self.cells, self.table, self.duty_cost = frame, pricer, cells, table, duty_cost
        self.place = {person: place for place, person in enumerate(pricer.people)}
        self.part = pricer.part
        self.limits = [limit for limit in frame.problem.limits if soft or limit.hard]
        self.people = list(pricer.people if people is None else people)
        self.solver = pywraplp.Solver.CreateSolver(solver)
        if solver == "GLOP":
            # An end that is exact but for rounding is good enough: the bound is computed from the prices themselves.
            self.solver.SetSolverSpecificParametersAsString("change_status_to_imprecise: false")
        self.objective = self.solver.Objective()
        self.objective.SetMinimization()
        self.constant = 0.0
        self.dearest = 0.0  # what it costs that nobody serves a need that is open here
        self.value = math.inf
        self.shares: dict[tuple[int, Schedule], float] = {}
        self.known: dict[tuple[int, Schedule], pywraplp.Variable] = {}
        self.of_person: dict[int, list[tuple[Schedule, pywraplp.Variable]]] = {person: [] for person in self.people}
        self.rows: list[pywraplp.Constraint] = []
        self.sides: list[float] = []
        self.are_caps: list[bool] = []  # of the rows, else both sides are equal
        self.extras: list[tuple[float, float, list[tuple[int, float]]]] = []  # cost, most in any roster, (row, factor)
        self.choice = {person: self._row(1.0, 1.0) for person in self.people}
        self.slot_row = np.full(
            (max(frame.kind_of, default=0) + 1, len(pricer.days), len(frame.problem.shift_types)), -1
        )
        self.pinned: dict[int, list[tuple[int, int, int]]] = {}  # duties fixed with their beat: day, shift, row or -1
        self._add_needs()
        self.rows_of_person: dict[int, list[tuple[PersonRow, list[tuple[int, float]]]]] = {}
        self._add_person_rows()
        dear = min(1e4 + self.dearest / max(1, len(self.people)), 1e6)
        for person in self.people:
            self._extra(dear, 1.0, [(self.choice[person], 1.0)], is_open=True)

    # --- building ------------------------------------------------------------------------------------------------

    def _row(self, least: float, most: float) -> int:
        """A row that equals a number, or (``least`` -∞) is at most that."""
        self.rows.append(self.solver.Constraint(least, most))
        self.sides.append(most)
        self.are_caps.append(least < most)
        return len(self.rows) - 1

    def _extra(self, cost: float, upper: float, entries: list[tuple[int, float]], *, is_open: bool = False) -> None:
        """A variable that is no schedule; ``is_open``: no roster passes ``upper``, so the programme need not be told.

        But the bound must know it, as the least price below zero would cost an open variable without end.
        """
        variable = self.solver.NumVar(0.0, self.solver.infinity() if is_open else upper, "")
        self.objective.SetCoefficient(variable, cost)
        for row, factor in entries:
            self.rows[row].SetCoefficient(variable, factor)
        self.extras.append((cost, upper, entries))

    def _slots(self) -> dict[Slot, list[int]]:
        """The slots of the days and their needs."""
        found = self.frame.needs_of_slot
        shifts = range(len(self.frame.problem.shift_types))
        return {(d, s): found[d, s] for d in self.pricer.days for s in shifts if (d, s) in found}

    def _open_slots(self) -> NDArray[np.bool_]:
        """Days × shifts: what any of the people may work on a day on which they have a choice."""
        usable = self.cells[[self.place[person] for person in self.people]] < FORBIDDEN
        found: NDArray[np.bool_] = (usable[:, :, :-1] & (usable.sum(axis=2) > 1)[:, :, None]).any(axis=0)
        return found

    def _add_needs(self) -> None:
        kinds = sorted({self.frame.kind_of[person] for person in self.people})
        placed = self._placed(self.people)
        rows: dict[int, int] = {}  # by need
        slots = self._slots()
        if self.table is not None:
            is_open, first = self._open_slots(), self.pricer.days.start
            closed = [slot for slot in slots if not is_open[slot[0] - first, slot[1]]]
            self._keep_costs(need for slot in closed for need in slots.pop(slot))
        for (day, shift), needs in slots.items():
            need_row = {need: self._need_row(need, placed.get(need, 0)) for need in needs}
            rows.update(need_row)
            at = day - self.pricer.days.start, shift
            for kind in kinds:
                served = [need for need in needs if need in self.frame.open_needs[kind]]
                if len(served) == 1:
                    self.slot_row[kind, *at] = need_row[served[0]]
                elif served:
                    row = self._row(0.0, 0.0)
                    self.slot_row[kind, *at] = row
                    for need in served:
                        self._extra(0.0, len(self.people), [(row, -1.0), (need_row[need], 1.0)], is_open=True)
        self._pin(rows)

    def _pin(self, rows: Mapping[int, int]) -> None:
        """Who is fixed with their beat counts for the need there, whoever may serve it, or for none."""
        first = self.pricer.days.start
        for (person, day), cell in self.frame.fixed.items():
            if person in self.choice and day in self.pricer.days and self.frame.is_pinned(person, day):
                shift, row = self.frame.shift_index[cell.shift or ""], rows.get(self.frame.place_of(cell), -1)
                self.pinned.setdefault(person, []).append((day - first, shift, row))

    def _keep_costs(self, closed: Iterable[int]) -> None:
        """What the table costs in needs that are not open here, and in the wishes of those already settled."""
        heads = self._placed([])
        for need in closed:
            self.constant += Cover(self.frame.problem.needs[need], heads.get(need, 0)).cost
        others = [person for person in self.pricer.people if person not in self.choice]
        if self.table is not None and others:
            days = self.pricer.days
            for person in others:
                self.constant += self.cost_of(person, self.table.work[person, days.start : days.stop])

    def _placed(self, apart_from: Sequence[int]) -> dict[int, int]:
        """For each need of the days how many others serve it."""
        if self.table is None:
            return {}
        days = self.pricer.days
        others = np.delete(self.table.place[:, days.start : days.stop], apart_from, axis=0)
        return dict(Counter(others[others >= 0].tolist()))

    def _need_row(self, index: int, placed: int) -> int:
        """Σ people − minimum part − ideal part − too many = −those who are there anyway."""
        need = self.frame.problem.needs[index]
        row = self._row(-float(placed), -float(placed))
        self.dearest += need.weight_minimum * need.ideal
        self.constant += need.minimum * need.weight_minimum + (need.ideal - need.minimum) * need.weight_ideal
        if need.weight_minimum == need.weight_ideal:
            self._extra(-need.weight_ideal, need.ideal, [(row, -1.0)])
        else:
            self._extra(-need.weight_minimum, need.minimum, [(row, -1.0)])
            self._extra(-need.weight_ideal, need.ideal - need.minimum, [(row, -1.0)])
        self._extra(need.weight_over, placed + len(self.people), [(row, -1.0)], is_open=True)
        return row

    def _add_person_rows(self) -> None:
        for limit in self.limits:
            for row in rows_of(limit, self.frame, self._untracked(limit)):
                own = row if self.part is None else row.within(self.part.days, self.part.work[row.person])
                if own is not None:
                    self.rows_of_person.setdefault(row.person, []).append((own, self._add_person_row(own)))

    def _untracked(self, limit: Limit) -> list[int]:
        """The people whom the limit concerns and for whom the pricing does not see to it."""
        who = self.frame.problem.people
        return [
            person
            for person in self.people
            if limit.concerns(who[person]) and not (limit.hard and self.pricer.tracks(person, limit))
        ]

    def _add_person_row(self, row: PersonRow) -> list[tuple[int, float]]:
        """The rows (and their sign) that a person's duties enter with their weights."""
        found = []
        if math.isfinite(row.most):
            index = self._row(-math.inf, row.most)
            found.append((index, 1.0))
            if row.price is not None:
                upper = max(0.0, row.weights.max(axis=1, initial=0).sum() - row.most) / row.unit
                self._extra(row.price, upper, [(index, -row.unit)], is_open=True)
        if math.isfinite(row.least):
            index = self._row(-math.inf, -row.least)
            found.append((index, -1.0))
            if row.price is not None:
                self._extra(row.price, max(0.0, row.least) / row.unit, [(index, -row.unit)], is_open=True)
        return found

    # --- columns -------------------------------------------------------------------------------------------------

    def cost_of(self, person: int, schedule: Schedule | NDArray[np.int16]) -> float:
        return float(self.duty_cost[self.place[person], np.arange(len(schedule)), schedule].sum())

    def _slot_rows(self, person: int) -> NDArray[np.int64]:
        """Days × shifts: the row that the person's duty enters, -1 where it counts for no need."""
        rows: NDArray[np.int64] = self.slot_row[self.frame.kind_of[person]]
        if person in self.pinned:
            rows = rows.copy()
            for day, shift, row in self.pinned[person]:
                rows[day, shift] = row
        return rows

    def entries_of(self, person: int, schedule: Schedule) -> dict[int, float]:
        """The rows that a schedule enters."""
        work = np.array(schedule)
        days = np.flatnonzero(work != OFF)
        rows = self._slot_rows(person)[days, work[days]]
        entries = {self.choice[person]: 1.0}
        for row in rows[rows >= 0].tolist():
            entries[row] = entries.get(row, 0.0) + 1.0
        for own, at in self.rows_of_person.get(person, ()):
            total = float(own.weights[days, work[days]].sum())
            for index, sign in at:
                entries[index] = sign * total
        return entries

    def fits(self, person: int, schedule: Schedule) -> bool:
        """Whether the schedule by itself keeps the hard rows of its person."""
        work = np.array(schedule)
        days = np.flatnonzero(work != OFF)
        for row, _at in self.rows_of_person.get(person, ()):
            if row.price is None:
                total = row.weights[days, work[days]].sum()
                if total > row.most + TOLERANCE or total < row.least - TOLERANCE:
                    return False
        return True

    def add(self, person: int, schedule: Schedule) -> bool:
        """Add a schedule; False if it is known."""
        if (person, schedule) in self.known:
            return False
        variable = self.solver.NumVar(0.0, self.solver.infinity(), "")
        self.objective.SetCoefficient(variable, self.cost_of(person, schedule))
        for row, factor in self.entries_of(person, schedule).items():
            self.rows[row].SetCoefficient(variable, factor)
        self.known[person, schedule] = variable
        self.of_person[person].append((schedule, variable))
        return True

    def settle(self, person: int, schedule: Schedule) -> None:
        """Make the person's other schedules too dear to use.

        Bounds would do as well, but prices leave the last basis feasible, from which the programme goes on.
        """
        for other, variable in self.of_person[person]:
            if other != schedule:
                self.objective.SetCoefficient(variable, self.cost_of(person, other) + DEAR)

    def reopen(self, person: int) -> None:
        """Take back what ``settle`` did."""
        for other, variable in self.of_person[person]:
            self.objective.SetCoefficient(variable, self.cost_of(person, other))

    def solve(self) -> NDArray[np.float64] | None:
        """The prices of the rows, of the sign that theirs must have; None if the programme was not solved.

        What rounding leaves of the other sign would count all that a row has to spare into the bound.
        """
        if not any(self.solver.Solve(way) == pywraplp.Solver.OPTIMAL for way in _ways_to_solve()):
            return None
        self.value = self.objective.Value() + self.constant
        values = ((key, variable.solution_value()) for key, variable in self.known.items())
        self.shares = {key: value for key, value in values if value > TOLERANCE}
        duals = np.array([row.dual_value() for row in self.rows])
        return np.where(self.are_caps, np.minimum(duals, 0.0), duals)

    def prices(self, duals: NDArray[np.float64]) -> Prices:
        """What a duty costs each person at the rows' prices, their own choice row left out."""
        cost = self.duty_cost.copy()
        at_slots = np.where(self.slot_row >= 0, duals[self.slot_row], 0.0)
        for person in self.people:
            place = self.place[person]
            cost[place, :, :-1] -= at_slots[self.frame.kind_of[person]]
            for day, shift, row in self.pinned.get(person, ()):
                price = duals[row] if row >= 0 else 0.0
                cost[place, day, shift] += at_slots[self.frame.kind_of[person], day, shift] - price
            for own, at in self.rows_of_person.get(person, ()):
                for index, sign in at:
                    if duals[index]:
                        cost[place, :, :-1] -= sign * duals[index] * own.weights
        return cost

    @cached_property
    def _extra_arrays(self) -> tuple[NDArray[Any], ...]:
        """Cost, most, rows and factors of the variables that are no schedules, artificial ones left out."""
        extras = self.extras[: len(self.extras) - len(self.choice)]
        rows = [[row for row, _factor in entries] + [0] * (2 - len(entries)) for _c, _u, entries in extras]
        factors = [[factor for _row, factor in entries] + [0.0] * (2 - len(entries)) for _c, _u, entries in extras]
        size = (len(extras), 2)
        return (
            np.array([cost for cost, _upper, _entries in extras], float),
            np.array([upper for _cost, upper, _entries in extras], float),
            np.array(rows, np.int64).reshape(size),
            np.array(factors, float).reshape(size),
        )

    def bound_at(self, duals: NDArray[np.float64], cheapest: NDArray[np.float64]) -> float:
        """The Lagrangian bound: holds for any prices of the right sign. ``cheapest``: of the people, in order."""
        if (cheapest >= FORBIDDEN).any():
            return -math.inf
        total = self.constant + float(np.dot(duals, self.sides)) - sum(duals[row] for row in self.choice.values())
        cost, upper, rows, factors = self._extra_arrays
        reduced = cost - (duals[rows] * factors).sum(axis=1)
        return float(total + np.dot(np.minimum(reduced, 0), upper) + cheapest.sum())


def wish_costs(frame: Frame) -> Prices:
    """What each cell costs by wishes: people × days × shifts (last: off)."""
    problem = frame.problem
    shape = (len(problem.people), len(problem.days), len(problem.shift_types) + 1)
    cost = np.zeros(shape)
    weigh = [limit for limit in problem.limits if isinstance(limit, Wishes)]
    for person, who in enumerate(problem.people):
        times = sum(limit.concerns(who) for limit in weigh)
        for wish in who.wishes if times else ():
            worked = [frame.shift_index[wish.shift]] if wish.shift else list(range(len(problem.shift_types)))
            others = [shift for shift in range(shape[2]) if shift not in worked]
            cost[person, wish.day, others if wish.wants else worked] += wish.weight * times
    return cost


def _ways_to_solve() -> Iterator[pywraplp.MPSolverParameters]:
    """The primal simplex from the last basis, which new columns leave feasible; afresh if that ends in trouble."""
    for algorithm, afresh in (("PRIMAL", False), ("PRIMAL", True), ("DUAL", True)):
        way = pywraplp.MPSolverParameters()
        way.SetIntegerParam(way.LP_ALGORITHM, getattr(way, algorithm))
        way.SetIntegerParam(way.INCREMENTALITY, way.INCREMENTALITY_OFF if afresh else way.INCREMENTALITY_ON)
        yield way


def cell_prices(frame: Frame) -> Prices:
    """0 for what a cell may hold, INFINITE for what it may not: fixed cells, shifts that are not allowed."""
    people = range(len(frame.problem.people))
    shape = (0, len(frame.problem.days), len(frame.problem.shift_types) + 1)
    return np.stack([open_cells(frame, person) for person in people]) if people else np.zeros(shape)


class Generator:
    """Column generation for everyone, or for some people beside a table; it can go on with schedules settled."""

    def __init__(
        self,
        frame: Frame,
        pricer: Pricer | None = None,
        *,
        people: Sequence[int] | None = None,
        table: Table | None = None,
        cells: Prices | None = None,
        duty_cost: Prices | None = None,
        soft: bool = True,
        workers: int = 1,
    ) -> None:
        self.frame, self.soft, self.workers = frame, soft, workers
        self.pricer = Pricer(frame) if pricer is None else pricer
        self.people, self.table = people, table
        self.cells = cell_prices(frame) if cells is None else cells
        if duty_cost is None:
            duty_cost = wish_costs(frame) if soft else np.zeros_like(self.cells)
        self.duty_cost = duty_cost
        self.master = self._build()
        self.best = -math.inf
        self.settled: dict[int, Schedule] = {}
        self.centre: NDArray[np.float64] | None = None  # the prices of the best bound

    def _build(self) -> Master:
        return Master(
            self.frame,
            self.pricer,
            self.cells,
            people=self.people,
            table=self.table,
            duty_cost=self.duty_cost,
            soft=self.soft,
        )

    def generate(
        self,
        is_over: Callable[[], bool],
        *,
        gap: float = 0.0005,
        rounds: int = 1000,
        proves: bool = True,
        hopeless: float = math.inf,
    ) -> bool:
        """Add schedules until none would help (True), time is up or the gap is small enough.

        With ``proves`` the bound is kept; not so when schedules are settled. Ends early when the bound shows that
        nothing below ``hopeless`` is to be had, or that the programme is near its end by what is to be had.
        """
        centre = self.centre
        best = -math.inf
        weight = 0.7
        for _round in range(rounds):
            duals = self._duals()
            if duals is None or is_over():
                return False
            point = duals if centre is None else weight * centre + (1 - weight) * duals
            try:
                bound, added = self._price(point, is_over)
            except Interrupted:
                return False
            if bound > best:
                best = bound
                self.centre = centre = point
                weight = min(0.8, weight + 0.05)
            else:
                weight = max(0.0, weight - 0.1)
            if proves:
                self.best = max(self.best, bound)
            if best >= hopeless:
                return True
            if not added:
                if point is duals or weight <= 0 or np.array_equal(point, duals):
                    return True
                weight, centre = 0.0, duals
            unsure = self.master.value - best
            worth_it = NEARLY * (hopeless - best) if math.isfinite(hopeless - best) else 0.0
            if unsure <= max(TOLERANCE, gap * abs(self.master.value), worth_it):
                return True
        return False

    def _duals(self) -> NDArray[np.float64] | None:
        """The prices of the rows; a programme that ends in numerical trouble is built anew and tried once more."""
        duals = self.master.solve()
        if duals is None:
            known = list(self.master.known)
            self.master = self._build()
            for person, schedule in known:
                self.master.add(person, schedule)
            for person, schedule in self.settled.items():
                self.master.settle(person, schedule)
            duals = self.master.solve()
        return duals

    def surest(self, least: int) -> list[tuple[int, Schedule]]:
        """Schedules as good as whole, and at least so many; each person once, those settled left out."""
        shares = self.master.shares.items()
        open_shares = [(share, key) for key, share in shares if key[0] not in self.settled and self.master.fits(*key)]
        open_shares.sort(reverse=True)
        best = {key[0]: key for _share, key in reversed(open_shares)}
        found = [(share, key) for share, key in open_shares if best[key[0]] == key]
        return [key for number, (share, key) in enumerate(found) if number < least or share >= 0.95]

    def settle(self, chosen: list[tuple[int, Schedule]]) -> None:
        """Leave these people their schedules."""
        self.settled.update(chosen)
        for person, schedule in chosen:
            self.master.settle(person, schedule)

    def reopen(self) -> None:
        """Take everything back that was settled."""
        for person in self.settled:
            self.master.reopen(person)
        self.settled = {}

    def _price(self, duals: NDArray[np.float64], is_over: Callable[[], bool]) -> tuple[float, int]:
        prices = np.minimum(self.master.prices(duals) + self.cells, INFINITE)
        people = self.master.people
        cheapest, schedules = price_all(
            self.pricer, prices, [p for p in people if p not in self.settled], is_over, self.workers
        )
        places = self.master.place
        for person, schedule in self._fixed(schedules).items():
            cheapest[places[person]] = prices[places[person], np.arange(len(schedule)), schedule].sum()
        added = sum(
            self.master.add(person, schedules[places[person]])
            for person in people
            if schedules[places[person]] and cheapest[places[person]] - duals[self.master.choice[person]] < -TOLERANCE
        )
        return self.master.bound_at(duals, cheapest[[places[person] for person in people]]), added

    def _fixed(self, priced: list[Schedule]) -> dict[int, Schedule]:
        """Who keeps their schedule: those settled, and in a part those for whom it allows no other."""
        found = dict(self.settled)
        for person, own in self.master.of_person.items() if self.pricer.part is not None else ():
            if person not in found and own and not priced[self.master.place[person]]:
                found[person] = own[0][0]
        return found

    def promising(self, people: Collection[int], most: float) -> list[tuple[int, Schedule]]:
        """The people's schedules that are used or cost at most so much more at the last prices."""
        if self._duals() is None:
            return []
        master = self.master
        found = []
        for (person, schedule), variable in master.known.items():
            if person in people and (variable.reduced_cost() <= most or (person, schedule) in master.shares):
                found.append((person, schedule))
        return found

    def marginals(self) -> NDArray[np.float64]:
        """For each person, day and shift (last: off) the share of the schedules in the last solution that have it."""
        found = np.zeros_like(self.cells)
        days = np.arange(found.shape[1])
        for (person, schedule), share in self.master.shares.items():
            found[self.master.place[person], days, schedule] += share
        return found

    @property
    def bound(self) -> int | None:
        """The proven bound, rounded up: all costs are whole numbers."""
        return None if not (math.isfinite(self.best) and self.pricer.exact) else max(0, math.ceil(self.best - 1e-4))


def prove(generator: Generator, is_over: Callable[[], bool]) -> int | None:
    """A lower bound by column generation; None where the pricing is not exact, or nothing was proven in time."""
    generator.generate(is_over)
    return generator.bound
