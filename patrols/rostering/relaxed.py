"""A lower bound for large squadrons in seconds: a linear programme that counts duties instead of placing them.

Days of one sort (weekend, holiday; the same week if asked) are one class, and the programme decides how many duties
of each shift a person works in a class. Whatever a roster does can be counted so; rest, runs and what happens from
one day to the next are left out, which can only lower the bound. Fair shares are in it exactly.
"""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import pairwise
from typing import NamedTuple

from ortools.linear_solver.python import model_builder

from patrols.rostering.frame import Frame
from patrols.rostering.limits import ConsecutiveDays, FairShare, HoursInSpan, Limit, ShiftCount, WeeklyRest, Wishes
from patrols.rostering.limits.fairness import amount
from patrols.rostering.pricing import Interrupted, minutes_outside


class Able(NamedTuple):
    """Needs alike: which kinds of people can serve them, and whether they are to be evened out."""

    kinds: frozenset[int]
    is_hard: bool


Class = tuple[int, int, int]  # week (0: any), whether a weekend, whether a holiday
Key = tuple[Class, int]  # class and shift
Terms = list[tuple[int, float]]
INFINITY = math.inf


def counted_bound(
    frame: Frame,
    *,
    soft: bool = True,
    by_week: bool = False,
    seconds: float = 60.0,
    cover: int = 0,
    is_over: Callable[[], bool] = lambda: False,
) -> int | None:
    """The least that any roster can cost: cover, and with ``soft`` fair shares; None if not solved in time.

    ``cover`` is what the cover of any roster is known to cost at least; ``is_over`` is asked while the programme is
    built, which is part of the ``seconds``.
    """
    until = time.monotonic() + seconds
    try:
        programme = _Programme(frame, soft=soft, by_week=by_week, cover=cover, is_over=is_over)
    except Interrupted:
        return None
    return programme.solve(until - time.monotonic())


class _Programme:
    """Columns: duties by person, class and shift; people by kind and group of needs; levels of cover and of shares."""

    def __init__(self, frame: Frame, *, soft: bool, by_week: bool, cover: int, is_over: Callable[[], bool]) -> None:
        self.frame = frame
        self.problem = frame.problem
        self.by_week = by_week
        self.soft = soft
        self.is_over = is_over
        self.model = model_builder.Model()  # type: ignore[no-untyped-call]
        self.helper = self.model.helper
        self.constant = 0.0
        self.class_of = [self._class(day) for day in range(len(self.problem.days))]
        self.days_of: dict[Class, list[int]] = {}
        for day, own in enumerate(self.class_of):
            self.days_of.setdefault(own, []).append(day)
        self.duties: list[dict[Class, dict[int, int]]] = [{} for _ in self.problem.people]  # by shift
        self.wishes = [limit for limit in self.problem.limits if isinstance(limit, Wishes)]
        for person in range(len(self.problem.people)):
            self._go_on()
            self._add_person(person)
        shares = [limit for limit in self.problem.limits if isinstance(limit, FairShare)]
        self.evens_hard_beats = soft and any(limit.measure == "hard_beats" for limit in shares)
        self.hard_heads: dict[int, Terms] = {}  # by kind
        self.hard_slots: set[Key] = set()
        self.cover: Terms = []
        self.cover_constant = 0
        self._add_cover()
        if cover:
            self._row(self.cover, cover - self.cover_constant, INFINITY)
        for limit in self.problem.limits:
            self._go_on()
            if limit.hard and not self._is_waived(limit):
                self._add_limit(limit)
            elif self.soft and isinstance(limit, FairShare):
                self._add_share(limit)

    def solve(self, seconds: float) -> int | None:
        self.helper.set_objective_offset(self.constant + self.cover_constant)
        solver = model_builder.Solver("GLOP")
        solver.set_time_limit_in_seconds(max(0.1, seconds))
        if solver.solve(self.model) != model_builder.SolveStatus.OPTIMAL:
            return None
        value = solver.objective_value
        return max(0, math.ceil(value - 1e-6 * (1 + abs(value)) - 1e-4))

    # --- columns and rows ----------------------------------------------------------------------------------------

    def _column(self, least: float, most: float, cost: float = 0.0) -> int:
        index: int = self.helper.add_var()
        self.helper.set_var_lower_bound(index, least)
        self.helper.set_var_upper_bound(index, most)
        if cost:
            self.helper.set_var_objective_coefficient(index, cost)
        return index

    def _row(self, terms: Iterable[tuple[int, float]], least: float, most: float) -> None:
        row = self.helper.add_linear_constraint()
        self.helper.set_constraint_lower_bound(row, least)
        self.helper.set_constraint_upper_bound(row, most)
        for column, factor in terms:
            self.helper.add_term_to_constraint(row, column, factor)

    def _go_on(self) -> None:
        """Asked for each person and limit: a year of a county takes seconds to build."""
        if self.is_over():
            raise Interrupted

    def _class(self, day: int) -> Class:
        date = self.problem.days[day]
        week = self.problem.week_of(day) if self.by_week else 0
        return (week, int(date.is_weekend), int(date.is_holiday))

    def _is_waived(self, limit: Limit) -> bool:
        return any(waiver.code == limit.name for waiver in self.problem.waivers)

    def _duties_of(self, person: int) -> Iterator[tuple[Key, int]]:
        """The person's columns, all classes."""
        return (((own, shift), column) for own, some in self.duties[person].items() for shift, column in some.items())

    # --- people --------------------------------------------------------------------------------------------------

    def _add_person(self, person: int) -> None:
        possible: Counter[Key] = Counter()
        certain: Counter[Key] = Counter()
        days: Counter[Class] = Counter()
        for day, own in enumerate(self.class_of):
            cell = self.frame.fixed.get((person, day))
            shifts = self.frame.allowed[person][day]
            if cell is not None:
                shifts = () if cell.shift is None else (self.frame.shift_index[cell.shift],)
                certain.update((own, shift) for shift in shifts)
            possible.update((own, shift) for shift in shifts)
            days[own] += bool(shifts)
        for (own, shift), count in possible.items():
            self.duties[person].setdefault(own, {})[shift] = self._column(certain[own, shift], count)
        wishes = self._wishes(person) if self.soft else {}
        for own, count in days.items():
            terms = [(column, 1.0) for column in self.duties[person].get(own, {}).values()]
            if wished := wishes.get(own):
                wished[0] += count - wished.total()
                self._row([*terms, *((self._column(0.0, width, price), -1.0) for price, width in wished.items())], 0, 0)
            elif len(terms) > 1:
                self._row(terms, 0.0, count)

    def _wishes(self, person: int) -> dict[Class, Counter[int]]:
        """How many days of a class cost or save what if worked at all; wishes for one shift type are left out."""
        who = self.problem.people[person]
        prices: Counter[int] = Counter()  # by day
        for wish in who.wishes if any(limit.concerns(who) for limit in self.wishes) else ():
            free = (person, wish.day) not in self.frame.fixed and self.frame.allowed[person][wish.day]
            if wish.shift is None and free:
                prices[wish.day] += -wish.weight if wish.wants else wish.weight
                self.constant += wish.weight if wish.wants else 0
        found: dict[Class, Counter[int]] = {}
        for day, price in prices.items():
            if price:
                found.setdefault(self.class_of[day], Counter())[price] += 1
        return found

    def _add_limit(self, limit: Limit) -> None:
        problem = self.problem
        concerned = [person for person, who in enumerate(problem.people) if limit.concerns(who)]
        every_day, shifts = range(len(problem.days)), problem.shift_types
        if isinstance(limit, HoursInSpan):
            weights = [shift.counted_minutes for shift in shifts]
            for span in limit.spans(problem):
                cap = limit.cap(problem, span)
                if cap is not None:
                    mosts = {p: cap - minutes_outside(limit, self.frame, p, span) for p in concerned}
                    self._at_most(span, weights, mosts)
        elif isinstance(limit, WeeklyRest) and self.by_week:
            for week in limit.weeks(problem):
                room = len(week) - limit.days
                mosts = {p: room - sum((p, day) in self.frame.outside for day in week) for p in concerned}
                self._at_most(week, [1] * len(shifts), mosts)
        elif isinstance(limit, ShiftCount):
            weights = [int(shift.id == limit.shift) for shift in shifts]
            self._at_most(every_day, weights, dict.fromkeys(concerned, limit.most))
        elif isinstance(limit, ConsecutiveDays) and limit.most is not None:
            most = len(every_day) - len(every_day) // (limit.most + 1)
            self._at_most(every_day, [1] * len(shifts), dict.fromkeys(concerned, most))

    def _at_most(self, days: Iterable[int], weights: list[int], mosts: Mapping[int, int]) -> None:
        """A row for each person over the days, if they are whole classes; what is certain is never forbidden."""
        self._go_on()
        inside = [day for day in days if 0 <= day < len(self.class_of)]
        touched = {self.class_of[day] for day in inside}
        if sum(len(self.days_of[own]) for own in touched) != len(inside):
            return
        for person, most in mosts.items():
            terms = [
                (column, float(weights[shift]))
                for own in touched
                for shift, column in self.duties[person].get(own, {}).items()
                if weights[shift]
            ]
            least = sum(factor * self.helper.var_lower_bound(column) for column, factor in terms)
            if terms:
                self._row(terms, -INFINITY, max(most, least))

    # --- cover ---------------------------------------------------------------------------------------------------

    def _add_cover(self) -> None:
        """Each kind's duties of a class and shift are split over the groups of needs that it can serve."""
        frame = self.frame
        kinds = range(len(frame.open_needs))
        groups: dict[Key, dict[Able, list[int]]] = {}
        for index, need in enumerate(self.problem.needs):
            key = (self.class_of[need.day], frame.shift_index[need.shift])
            able = Able(
                frozenset(kind for kind in kinds if index in frame.open_needs[kind]),
                self.evens_hard_beats and need.is_hard,
            )
            groups.setdefault(key, {}).setdefault(able, []).append(index)
        working: dict[Key, dict[int, Terms]] = {}
        for person in range(len(self.duties)):
            for key, column in self._duties_of(person):
                own = working.setdefault(key, {}).setdefault(frame.kind_of[person], [])
                own.append((column, 1.0))
        fixed = self._fixed_duties()
        for key in {*groups, *working}:
            self._go_on()
            self._split(groups.get(key, {}), working.get(key, {}), key, fixed)

    def _fixed_duties(self) -> Counter[tuple[Class, int, int]]:
        """How many duties are fixed, by class, shift and kind: they may serve no need at all."""
        return Counter(
            (self.class_of[day], self.frame.shift_index[cell.shift], self.frame.kind_of[person])
            for (person, day), cell in self.frame.fixed.items()
            if cell.shift is not None
        )

    def _split(
        self,
        groups: dict[Able, list[int]],
        working: dict[int, Terms],
        key: Key,
        fixed: Counter[tuple[Class, int, int]],
    ) -> None:
        heads: dict[Able, Terms] = {able: [] for able in groups}
        for kind, terms in working.items():
            parts: Terms = []
            for able in groups:
                if kind in able.kinds or fixed[*key, kind]:
                    column = self._column(0.0, INFINITY if kind in able.kinds else fixed[*key, kind])
                    parts.append((column, -1.0))
                    heads[able].append((column, 1.0))
                    if able.is_hard:
                        self.hard_heads.setdefault(kind, []).append((column, -1.0))
                        self.hard_slots.add(key)
            if fixed[*key, kind]:
                parts.append((self._column(0.0, fixed[*key, kind]), -1.0))
            self._row([*terms, *parts], 0.0, 0.0)
        for able, needs in groups.items():
            self._row([*heads[able], *self._levels(needs)], 0.0, 0.0)

    def _levels(self, needs: list[int]) -> Terms:
        """Minimum, ideal and too many of some needs together, by price."""
        widths: Counter[int] = Counter()
        over = min(self.problem.needs[index].weight_over for index in needs)
        for index in needs:
            need = self.problem.needs[index]
            widths[-need.weight_minimum] += need.minimum
            widths[-need.weight_ideal] += need.ideal - need.minimum
            self.cover_constant += need.minimum * need.weight_minimum + (need.ideal - need.minimum) * need.weight_ideal
        found = [(self._column(0.0, width, price), price) for price, width in widths.items() if width]
        found.append((self._column(0.0, INFINITY, over), over))
        self.cover += found
        return [(column, -1.0) for column, _price in found]

    # --- fair shares ---------------------------------------------------------------------------------------------

    def _add_share(self, limit: FairShare) -> None:
        problem = self.problem
        if limit.measure == "hard_beats":
            self._add_share_of_hard_beats(limit)
            return
        for person, who in enumerate(problem.people):
            share = limit.shares.get(who.id) if limit.concerns(who) else None
            if share is None:
                continue
            terms = []
            for (own, shift), column in self._duties_of(person):
                size = amount(problem, limit.measure, self.days_of[own][0], problem.shift_types[shift])
                if size:
                    terms.append((column, size / limit.step))
            most = sum(self.helper.var_upper_bound(column) * factor for column, factor in terms)
            self._price(terms, limit.costs(share, math.ceil(most)))

    def _add_share_of_hard_beats(self, limit: FairShare) -> None:
        """Who of a kind serves the hard beats that the kind does: each at most as often as they work such a shift."""
        parts: dict[int, Terms] = {}
        for person, who in enumerate(self.problem.people):
            duties = [column for key, column in self._duties_of(person) if key in self.hard_slots]
            most = sum(self.helper.var_upper_bound(column) for column in duties)
            column = self._column(0.0, most)
            self._row([(column, 1.0), *((duty, -1.0) for duty in duties)], -INFINITY, 0.0)
            parts.setdefault(self.frame.kind_of[person], []).append((column, 1.0))
            share = limit.shares.get(who.id) if limit.concerns(who) else None
            if share is not None:
                self._price([(column, 1.0)], limit.costs(share, math.ceil(most)))
        for kind, terms in parts.items():
            self._row([*terms, *self.hard_heads.get(kind, [])], 0.0, 0.0)

    def _price(self, terms: Terms, costs: list[int]) -> None:
        widths: Counter[int] = Counter(after - before for before, after in pairwise(costs))
        self.constant += costs[0]
        levels = [(self._column(0.0, width, slope), -1.0) for slope, width in widths.items()]
        uneven = any(factor != int(factor) for _column, factor in terms)
        rest = [(self._column(0.0, 1.0), -1.0)] if uneven else []
        if terms:
            self._row([*terms, *levels, *rest], 0.0, 0.0)
