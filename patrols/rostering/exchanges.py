"""Betters a roster by exchanging duties between people: simulated annealing in compiled code, many moves at a time.

It knows rest, runs, hours, weekends, counts, skills, pairs, wishes, fair shares and the price of cover. What it does
not know of a problem (``is_exact`` False then) it may break: the caller judges each roster before it counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from patrols.rostering.exchange_kernel import Lines, Rules, State, anneal, broken_by
from patrols.rostering.frame import NOWHERE, OFF, Frame, Table
from patrols.rostering.limits import (
    ConsecutiveDays,
    ConsecutiveNights,
    CrewTogether,
    DaysOff,
    FairShare,
    HoursInSpan,
    InPairs,
    Limit,
    NotPaired,
    ShiftCount,
    TrainingShare,
    Weekends,
    WeeklyRest,
    Wishes,
)
from patrols.rostering.limits.fairness import amount
from patrols.rostering.problem import DAYS_A_WEEK, Need

Whole = NDArray[np.int64]
UNLIMITED = 1 << 30
#: Limits that the exchanges do not know; soft ones other than wishes and fair shares are unknown too.
UNKNOWN = (CrewTogether, TrainingShare)


class Exchanger:
    """Compiled once for a problem; ``anneal`` then betters any of its tables."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.problem = frame.problem
        self.stop = np.zeros(1, np.int8)
        outside = [day for _person, day in frame.outside]
        self.before = max(DAYS_A_WEEK, -min(outside, default=0))
        self.width = self.before + max([len(self.problem.days) + DAYS_A_WEEK, *(day + 1 for day in outside)])
        self.lines = self._lines()
        self.rules = self._rules()

    @cached_property
    def is_exact(self) -> bool:
        """Whether the cost that annealing sees is the whole cost, and its limits are all the hard ones."""
        soft = all(limit.hard or isinstance(limit, Wishes | FairShare) for limit in self.problem.limits)
        return soft and not any(isinstance(limit, UNKNOWN) for limit in self.problem.limits)

    @property
    def heat(self) -> tuple[float, float]:
        """Temperatures to begin and end with: of the order of a duty off its share, and a small part of that."""
        weights = [limit.weight for limit in self.fair] or [need.weight_minimum for need in self.problem.needs]
        dearest = max(weights, default=1)
        return 1.0 * dearest, 0.023 * dearest

    def anneal(
        self, table: Table, *, moves: int, heat: tuple[float, float], seed: int, reassigning: float = 0.05
    ) -> Table:
        """The best table met on the way from one temperature to the other (``table`` itself if none is better)."""
        state = self._state(table)
        best = np.stack([state.work, state.place])
        hot, cold = (float(value) for value in heat)  # one type each: another would be compiled anew
        anneal(self.lines, self.rules, state, best, moves, hot, cold, float(reassigning), seed, self.stop)
        inside = slice(self.before, self.before + len(self.problem.days))
        return Table(best[0][:, inside].astype(np.int16), best[1][:, inside].astype(np.int16))

    # --- a table as the kernel has it ----------------------------------------------------------------------------

    def _state(self, table: Table) -> State:
        people, days = table.work.shape
        work = np.full((people, self.width), OFF, np.int64)
        place = np.full((people, self.width), NOWHERE, np.int64)
        for (person, day), shift in self.frame.outside.items():
            work[person, self.before + day] = shift
        work[:, self.before : self.before + days] = table.work
        place[:, self.before : self.before + days] = table.place
        heads = np.bincount(table.place[table.place >= 0], minlength=len(self.problem.needs)).astype(np.int64)
        totals = np.zeros((people, len(self.fair)), np.int64)
        for person, day in np.argwhere(table.work >= 0).tolist():
            totals[person] += self.rules.amounts[self.before + day, table.work[person, day]]
        broken = np.array([broken_by(work[person], person, *self.lines) for person in range(people)], np.int64)
        return State(work, place, heads, totals, broken)

    # --- rules ---------------------------------------------------------------------------------------------------

    def _lines(self) -> Lines:
        problem = self.problem
        groups, clash = self._clashes()
        last_known = min(self.before + problem.last_known, self.width) - 1
        spans, weights, most, least = self._spans()
        first_known = max(0, self.before + problem.known_from)
        return Lines(
            span=np.array([self.before, self.before + len(problem.days), first_known, last_known], np.int64),
            group=groups,
            clash=clash,
            is_night=np.array([shift.is_night for shift in problem.shift_types], np.int64),
            runs=np.array([self._runs(person) for person in range(len(problem.people))], np.int64),
            spans=spans,
            weights=weights,
            most=most,
            least=least,
            weekends=self._weekends(),
            most_weekends=self._most_weekends(),
        )

    def _rules(self) -> Rules:
        needs = self.problem.needs
        return Rules(
            fits=self._fits(),
            kind=np.array(self.frame.kind_of, np.int64),
            strict=np.array([bool(need.shares) for need in needs], np.int64),
            apart=self._apart(),
            closed=self._closed(),
            need_shift=np.array([self.frame.shift_index[need.shift] for need in needs], np.int64),
            needs_of_day=self._needs_of_day(),
            least_together=self._least_together(),
            cover=np.array([self._cover(need) for need in needs], np.int64),
            duty_cost=self._duty_cost(),
            amounts=self._amounts(),
            steps=np.array([limit.step for limit in self.fair], np.int64),
            fair=self._fair(),
        )

    def _of(self, kind: type[Limit], person: int) -> Iterator[Limit]:
        """The hard limits of a kind that concern the person."""
        who = self.problem.people[person]
        return (limit for limit in self.frame.hard if isinstance(limit, kind) and limit.concerns(who))

    def _fits(self) -> NDArray[np.int8]:
        """Whether a person may serve a need: its beat and its shift on its day; closed cells are told elsewhere."""
        found = np.zeros((len(self.problem.people), len(self.problem.needs)), np.int8)
        shift_of = [self.frame.shift_index[need.shift] for need in self.problem.needs]
        for person, row in enumerate(self.frame.allowed):
            for need in self.frame.open_needs[self.frame.kind_of[person]]:
                found[person, need] = shift_of[need] in row[self.problem.needs[need].day]
        return found

    def _apart(self) -> Whole:
        others: list[list[int]] = [[] for _ in self.problem.people]
        for limit in self.frame.hard:
            if isinstance(limit, NotPaired):
                one, two = (self.frame.person_index[name] for name in limit.pair)
                others[one].append(two)
                others[two].append(one)
        return _padded(others)

    def _closed(self) -> NDArray[np.int8]:
        found = np.zeros((len(self.problem.people), self.width), np.int8)
        for person, day in self.frame.fixed:
            found[person, self.before + day] = 1
        return found

    def _needs_of_day(self) -> Whole:
        found: list[list[int]] = [[] for _ in range(self.width)]
        for index, need in enumerate(self.problem.needs):
            found[self.before + need.day].append(index)
        return _padded(found)

    def _least_together(self) -> Whole:
        asked = any(isinstance(limit, InPairs) for limit in self.frame.hard)
        return np.array([need.least_together if asked else 1 for need in self.problem.needs], np.int64)

    def _cover(self, need: Need) -> list[int]:
        """The price of 0, 1, 2, … people."""
        return [
            max(0, need.minimum - heads) * need.weight_minimum
            + max(0, need.ideal - max(heads, need.minimum)) * need.weight_ideal
            + max(0, heads - need.ideal) * need.weight_over
            for heads in range(len(self.problem.people) + 2)
        ]

    def _clashes(self) -> tuple[Whole, NDArray[np.int8]]:
        numbers: dict[object, int] = {}
        tables = []
        groups = []
        for person in range(len(self.problem.people)):
            sets = self.frame.clash_sets(person)
            key = tuple(sorted((apart, frozenset(pairs)) for apart, pairs in sets.items()))
            if key not in numbers:
                numbers[key] = len(numbers)
                tables.append(sets)
            groups.append(numbers[key])
        reach = max([1, *(apart for sets in tables for apart in sets)])
        shifts = len(self.problem.shift_types)
        clash = np.zeros((len(tables), reach + 1, shifts, shifts), np.int8)
        for group, sets in enumerate(tables):
            for apart, pairs in sets.items():
                for earlier, later in pairs:
                    clash[group, apart, earlier, later] = 1
        return np.array(groups, np.int64), clash

    def _runs(self, person: int) -> tuple[int, int, int, int, int]:
        days: list[ConsecutiveDays] = list(self._of(ConsecutiveDays, person))  # type: ignore[arg-type]
        nights: list[ConsecutiveNights] = list(self._of(ConsecutiveNights, person))  # type: ignore[arg-type]
        off: list[DaysOff] = list(self._of(DaysOff, person))  # type: ignore[arg-type]
        return (
            min([UNLIMITED, *(limit.most for limit in days if limit.most is not None)]),
            max([1, *(limit.least for limit in days)]),
            min([UNLIMITED, *(limit.most for limit in nights if limit.most is not None)]),
            max([1, *(limit.least for limit in nights)]),
            max([1, *(limit.least for limit in off)]),
        )

    def _spans(self) -> tuple[Whole, Whole, Whole, Whole]:
        """Sums over days in a row that lie between two numbers: minutes, days worked, duties of a shift type."""
        people = range(len(self.problem.people))
        rows: dict[tuple[int, ...], int] = {}
        found: dict[tuple[int, int, int], tuple[list[int], list[int]]] = {}
        for person in people:
            for first, last, weights, most, least in self._spans_of(person):
                row = rows.setdefault(weights, len(rows))
                mosts, leasts = found.setdefault((first, last, row), ([UNLIMITED] * len(people), [0] * len(people)))
                mosts[person], leasts[person] = min(mosts[person], most), max(leasts[person], least)
        shape = (len(found), len(people))
        return (
            np.array(list(found), np.int64).reshape(-1, 3),
            np.array(list(rows), np.int64).reshape(-1, len(self.problem.shift_types)),
            np.array([most for most, _least in found.values()], np.int64).reshape(shape).T.copy(),
            np.array([least for _most, least in found.values()], np.int64).reshape(shape).T.copy(),
        )

    def _spans_of(self, person: int) -> Iterator[tuple[int, int, tuple[int, ...], int, int]]:
        problem = self.problem
        name = problem.people[person].id
        shifts = problem.shift_types
        for limit in self._of(Limit, person):
            if isinstance(limit, HoursInSpan):
                weights = tuple(shift.counted_minutes for shift in shifts)
                for span in limit.spans(problem):
                    already = limit.already.get(name, 0) if span[0] <= 0 else 0
                    cap = limit.cap(problem, span)
                    most = UNLIMITED if cap is None else cap - already
                    yield span[0] + self.before, span[-1] + self.before, weights, most, (limit.least or 0) - already
            elif isinstance(limit, WeeklyRest):
                for week in limit.weeks(problem):
                    yield week[0] + self.before, week[-1] + self.before, (1,) * len(shifts), len(week) - limit.days, 0
            elif isinstance(limit, ShiftCount):
                one = tuple(int(shift.id == limit.shift) for shift in shifts)
                yield self.before, self.before + len(problem.days) - 1, one, limit.most, 0

    def _weekends(self) -> Whole:
        weekends = next((w.weekends(self.problem) for w in self.frame.hard if isinstance(w, Weekends)), [])
        days = [[self.before + day for day in weekend] for weekend in weekends]
        return np.array([[*own, *[OFF] * (2 - len(own))] for own in days], np.int64).reshape(-1, 2)

    def _most_weekends(self) -> Whole:
        people = range(len(self.problem.people))
        limits = [[limit for limit in self._of(Weekends, person) if isinstance(limit, Weekends)] for person in people]
        return np.array([min([UNLIMITED, *(limit.most for limit in own)]) for own in limits], np.int64)

    # --- costs ---------------------------------------------------------------------------------------------------

    @cached_property
    def fair(self) -> list[FairShare]:
        return [item for item in self.problem.limits if isinstance(item, FairShare) and item.measure != "hard_beats"]

    def _amounts(self) -> Whole:
        problem = self.problem
        found = np.zeros((self.width, len(problem.shift_types) + 1, len(self.fair)), np.int64)
        for measure, limit in enumerate(self.fair):
            for day in range(len(problem.days)):
                sizes = [amount(problem, limit.measure, day, shift) for shift in problem.shift_types]
                found[self.before + day, :-1, measure] = sizes
        return found

    def _fair(self) -> Whole:
        people = self.problem.people
        sums = self._amounts().max(axis=1).sum(axis=0)
        longest = max((int(most) // limit.step for most, limit in zip(sums, self.fair, strict=True)), default=0)
        found = np.zeros((len(people), len(self.fair), longest + 1), np.int64)
        for measure, limit in enumerate(self.fair):
            for person, who in enumerate(people):
                share = limit.shares.get(who.id) if limit.concerns(who) else None
                if share is not None:
                    found[person, measure] = limit.costs(share, longest)[: longest + 1]
        return found

    def _duty_cost(self) -> Whole:
        problem = self.problem
        shape = (len(problem.people), self.width, len(problem.shift_types) + 1)
        cost = np.zeros(shape, np.int64)
        weigh = [limit for limit in problem.limits if isinstance(limit, Wishes)]
        for person, who in enumerate(problem.people):
            for wish in who.wishes:
                worked = [self.frame.shift_index[wish.shift]] if wish.shift else list(range(shape[2] - 1))
                others = [shift for shift in range(shape[2]) if shift not in worked]
                own = sum(limit.concerns(who) for limit in weigh)
                cost[person, self.before + wish.day, others if wish.wants else worked] += wish.weight * own
        return cost


def _padded(rows: list[list[int]]) -> Whole:
    width = max((len(row) for row in rows), default=0)
    return np.array([[*row, *[-1] * (width - len(row))] for row in rows], np.int64).reshape(len(rows), width)
