"""A lower bound for large squadrons in seconds: a linear programme that counts duties instead of placing them.

Days of one sort (weekend, holiday; the same week if asked) are one class, and the programme decides how many duties
of each shift a person works in a class. Whatever a roster does can be counted so; rest, runs and what happens from
one day to the next are left out, which can only lower the bound. Fair shares are in it exactly.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

from ortools.linear_solver.python import model_builder

from patrols.rostering.frame import Frame
from patrols.rostering.limits import ConsecutiveDays, FairShare, HoursInSpan, Limit, ShiftCount, WeeklyRest, Wishes
from patrols.rostering.limits.fairness import amount


class Able(NamedTuple):
    """Needs alike: which kinds of people can serve them, and whether they are to be evened out."""

    kinds: frozenset[int]
    is_hard: bool


Terms = list[tuple[int, float]]
INFINITY = math.inf


def counted_bound(
    frame: Frame, *, soft: bool = True, by_week: bool = False, seconds: float = 60.0, cover: int = 0
) -> int | None:
    """The least that any roster can cost: cover, and with ``soft`` fair shares; None if not solved in time.

    ``cover`` is what the cover of any roster is known to cost at least.
    """
    return _Programme(frame, soft=soft, by_week=by_week, cover=cover).solve(seconds)


class _Programme:
    """Columns: duties by person, class and shift; people by kind and group of needs; levels of cover and of shares."""

    def __init__(self, frame: Frame, *, soft: bool, by_week: bool, cover: int) -> None:
        self.frame = frame
        self.problem = frame.problem
        self.by_week = by_week
        self.soft = soft
        self.model = model_builder.Model()  # type: ignore[no-untyped-call]
        self.helper = self.model.helper
        self.constant = 0.0
        self.class_of = [self._class(day) for day in range(len(self.problem.days))]
        self.classes = sorted(set(self.class_of))
        self.duties: list[dict[tuple[tuple[int, ...], int], int]] = [{} for _ in self.problem.people]
        for person in range(len(self.problem.people)):
            self._add_person(person)
        shares = [limit for limit in self.problem.limits if isinstance(limit, FairShare)]
        self.evens_hard_beats = soft and any(limit.measure == "hard_beats" for limit in shares)
        self.hard_heads: dict[int, Terms] = {}  # by kind
        self.hard_slots: set[tuple[tuple[int, ...], int]] = set()
        self.cover: Terms = []
        self.cover_constant = 0
        self._add_cover()
        if cover:
            self._row(self.cover, cover - self.cover_constant, INFINITY)
        for limit in self.problem.limits:
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

    def _class(self, day: int) -> tuple[int, ...]:
        date = self.problem.days[day]
        week = self.problem.week_of(day) if self.by_week else 0
        return (week, int(date.is_weekend), int(date.is_holiday))

    def _is_waived(self, limit: Limit) -> bool:
        return any(waiver.code == limit.name for waiver in self.problem.waivers)

    # --- people --------------------------------------------------------------------------------------------------

    def _add_person(self, person: int) -> None:
        possible: Counter[tuple[tuple[int, ...], int]] = Counter()
        certain: Counter[tuple[tuple[int, ...], int]] = Counter()
        days: Counter[tuple[int, ...]] = Counter()
        for day, own in enumerate(self.class_of):
            cell = self.frame.fixed.get((person, day))
            shifts = self.frame.allowed[person][day]
            if cell is not None:
                shifts = () if cell.shift is None else (self.frame.shift_index[cell.shift],)
                certain.update((own, shift) for shift in shifts)
            possible.update((own, shift) for shift in shifts)
            days[own] += bool(shifts)
        for key, count in possible.items():
            self.duties[person][key] = self._column(certain[key], count)
        for own, count in days.items():
            terms = [(column, 1.0) for (other, _shift), column in self.duties[person].items() if other == own]
            wished = self._wishes(person, own) if self.soft else Counter[int]()
            if wished:
                wished[0] += count - wished.total()
                self._row([*terms, *((self._column(0.0, width, price), -1.0) for price, width in wished.items())], 0, 0)
            elif len(terms) > 1:
                self._row(terms, 0.0, count)

    def _wishes(self, person: int, own: tuple[int, ...]) -> Counter[int]:
        """How many days of a class cost or save what if worked at all; wishes for one shift type are left out."""
        who = self.problem.people[person]
        if not any(isinstance(limit, Wishes) and limit.concerns(who) for limit in self.problem.limits):
            return Counter()
        prices: Counter[int] = Counter()  # by day
        for wish in who.wishes:
            free = (person, wish.day) not in self.frame.fixed and self.frame.allowed[person][wish.day]
            if wish.shift is None and free and self.class_of[wish.day] == own:
                prices[wish.day] += -wish.weight if wish.wants else wish.weight
                self.constant += wish.weight if wish.wants else 0
        return Counter(price for price in prices.values() if price)

    def _add_limit(self, limit: Limit) -> None:
        problem = self.problem
        for person, who in enumerate(problem.people):
            if not limit.concerns(who):
                continue
            if isinstance(limit, HoursInSpan):
                self._add_hours(limit, person)
            elif isinstance(limit, WeeklyRest) and self.by_week:
                for week in limit.weeks(problem):
                    outside = sum((person, day) in self.frame.outside for day in week)
                    self._at_most(person, week, [1] * len(problem.shift_types), len(week) - limit.days - outside)
            elif isinstance(limit, ShiftCount):
                weights = [int(shift.id == limit.shift) for shift in problem.shift_types]
                self._at_most(person, range(len(problem.days)), weights, limit.most)
            elif isinstance(limit, ConsecutiveDays) and limit.most is not None:
                days = len(problem.days)
                most = days - days // (limit.most + 1)
                self._at_most(person, range(days), [1] * len(problem.shift_types), most)

    def _add_hours(self, limit: HoursInSpan, person: int) -> None:
        problem = self.problem
        weights = [shift.counted_minutes for shift in problem.shift_types]
        for span in limit.spans(problem):
            cap = limit.cap(problem, span)
            if cap is None:
                continue
            known = [self.frame.outside[person, day] for day in span if (person, day) in self.frame.outside]
            before = sum(weights[shift] for shift in known)
            before += limit.already.get(problem.people[person].id, 0) if span[0] <= 0 else 0
            self._at_most(person, span, weights, cap - before)

    def _at_most(self, person: int, days: Iterable[int], weights: list[int], most: float) -> None:
        """A row over the days, if they are whole classes; what is certain is never forbidden."""
        inside = {day for day in days if 0 <= day < len(self.class_of)}
        touched = {self.class_of[day] for day in inside}
        if any(own in touched and day not in inside for day, own in enumerate(self.class_of)):
            return
        terms = [
            (column, float(weights[shift]))
            for (own, shift), column in self.duties[person].items()
            if own in touched and weights[shift]
        ]
        least = sum(factor * self.helper.var_lower_bound(column) for column, factor in terms)
        if terms:
            self._row(terms, -INFINITY, max(most, least))

    # --- cover ---------------------------------------------------------------------------------------------------

    def _add_cover(self) -> None:
        """Each kind's duties of a class and shift are split over the groups of needs that it can serve."""
        frame = self.frame
        kinds = range(len(frame.open_needs))
        groups: dict[tuple[tuple[int, ...], int], dict[Able, list[int]]] = {}
        for index, need in enumerate(self.problem.needs):
            key = (self.class_of[need.day], frame.shift_index[need.shift])
            able = Able(
                frozenset(kind for kind in kinds if index in frame.open_needs[kind]),
                self.evens_hard_beats and need.is_hard,
            )
            groups.setdefault(key, {}).setdefault(able, []).append(index)
        working: dict[tuple[tuple[int, ...], int], dict[int, Terms]] = {}
        for person, columns in enumerate(self.duties):
            for key, column in columns.items():
                own = working.setdefault(key, {}).setdefault(frame.kind_of[person], [])
                own.append((column, 1.0))
        fixed = self._fixed_duties()
        for key in {*groups, *working}:
            self._split(groups.get(key, {}), working.get(key, {}), key, fixed)

    def _fixed_duties(self) -> Counter[tuple[tuple[int, ...], int, int]]:
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
        key: tuple[tuple[int, ...], int],
        fixed: Counter[tuple[tuple[int, ...], int, int]],
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
        example = {own: self.class_of.index(own) for own in self.classes}
        for person, who in enumerate(problem.people):
            share = limit.shares.get(who.id) if limit.concerns(who) else None
            if share is None:
                continue
            terms = []
            for (own, shift), column in self.duties[person].items():
                size = amount(problem, limit.measure, example[own], problem.shift_types[shift])
                if size:
                    terms.append((column, size / limit.step))
            most = sum(self.helper.var_upper_bound(column) * factor for column, factor in terms)
            self._price(terms, limit.costs(share, math.ceil(most)))

    def _add_share_of_hard_beats(self, limit: FairShare) -> None:
        """Who of a kind serves the hard beats that the kind does: each at most as often as they work such a shift."""
        parts: dict[int, Terms] = {}
        for person, who in enumerate(self.problem.people):
            duties = [column for key, column in self.duties[person].items() if key in self.hard_slots]
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
