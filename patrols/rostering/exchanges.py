"""Betters a roster by exchanging duties between people: simulated annealing in compiled code, many moves at a time.

It knows rest, runs, hours, weekends, counts, skills, pairs, wishes, fair shares and the price of cover. What it does
not know of a problem (``is_exact`` False then) it may break: the caller judges each roster before it counts.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from patrols.rostering.exchange_kernel import Days, Lines, Rules, State, anneal, broken_by, sum_over, weekends_worked
from patrols.rostering.frame import NOWHERE, OFF, Frame, Pairs, Table
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
from patrols.rostering.problem import DAYS_A_WEEK, Need, Person

Whole = NDArray[np.int64]
UNLIMITED = 1 << 30
CELLS_TO_HEAT = 4000
MOVES_A_SECOND = 1e6  # roughly
STRETCHES = 200  # of a course of given length in time
FIRST_STRETCH = 20_000  # moves
SHARE_TO_COLD = 0.8  # of such a course; then it grows
COLDER = 0.2  # times as cold, where small costs are still to be gained
WORK, NIGHTS, REST = range(3)  # what a run is of


class Sums(NamedTuple):
    """A sum over days in a row, each duty by its shift's weight, that lies between two numbers; ``unit`` of it is one
    breach."""

    first: int
    last: int
    weights: tuple[int, ...]
    most: int
    least: int = -UNLIMITED
    unit: int = 1


class Exchanger:
    """Compiled once for a problem; ``anneal`` then betters any of its tables."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.problem = frame.problem
        self.stop = np.zeros(1, np.int8)
        outside = [day for _person, day in frame.outside]
        self.before = max(DAYS_A_WEEK, -min(outside, default=0))
        self.width = self.before + max([len(self.problem.days) + DAYS_A_WEEK, *(day + 1 for day in outside)])
        self.days = self._days()
        self.hard = self._lines(self.frame.hard, price=1)
        self.soft = self._lines([limit for limit in self.problem.limits if not limit.hard])
        self.rules = self._rules()

    @cached_property
    def is_exact(self) -> bool:
        """Whether the cost that annealing sees is the whole cost, and its limits are all the hard ones."""
        of_several = (limit for limit in self.problem.limits if isinstance(limit, CrewTogether | NotPaired | InPairs))
        return all(limit.hard and not isinstance(limit, CrewTogether) for limit in of_several)

    @cached_property
    def is_separable(self) -> bool:
        """Whether what somebody may do never hangs on what others do: only the price of cover is common."""
        rules = self.rules
        return not (rules.apart.shape[1] or rules.strict.any() or (rules.least_together > 1).any())

    @property
    def heat(self) -> tuple[float, float]:
        """Temperatures to begin and end with: of the order of a duty off its share, and a small part of that."""
        if self.fair:
            dearest = max(1, *(limit.weight for limit in self.fair))
            return 1.0 * dearest, 0.023 * dearest
        return self.heat_for(0.0)

    def heat_for(self, seconds: float) -> tuple[float, float]:
        """The same where nothing is shared out: the more moves a cell gets, the higher it pays to begin; not as high
        where cells are many."""
        dearest = max([1, *(need.weight_minimum for need in self.problem.needs)])
        hot = 0.06 * (MOVES_A_SECOND * seconds / (4000 * self.frame.cells)) ** 0.75  # of what a missing person costs
        hot = min(max(hot, 0.05), 0.2 * min(1.0, CELLS_TO_HEAT / self.frame.cells) ** 0.5) * dearest
        return hot, 0.05 * hot

    def anneal(
        self, table: Table, *, moves: int, heat: tuple[float, float], seed: int, reassigning: float
    ) -> tuple[Table, int]:
        """The best table met on the way from one temperature to the other (``table`` itself if none is better), and
        what it costs less, as far as the exchanges know the costs. ``reassigning``: the share of moves that change
        cover."""
        course = _Course(self, table, reassigning)
        course.run(moves, heat, seed)
        return course.result()

    def course(
        self,
        table: Table,
        *,
        seconds: float,
        heat: tuple[float, float],
        seed: int,
        reassigning: float,
        workers: int = 1,
    ) -> Iterator[tuple[Table, int]]:
        """The same in a given time; the best so far after each stretch of it.

        Several workers share one roster where ``is_separable``: each has a part of the people, drawn anew for each
        stretch.
        """
        course = _Course(self, table, reassigning, workers if self.is_separable else 1)
        begun, seeds = time.monotonic(), random.Random(seed)  # noqa: S311 - no secret
        moves, done = FIRST_STRETCH, 0.0
        while done < 1.0 and not self.stop[0]:
            until = min(1.0, done + 1 / STRETCHES)
            course.run(moves, (_cooled(heat, done), _cooled(heat, until)), seeds.randrange(2**30))
            yield course.result()
            last, done = done, (time.monotonic() - begun) / seconds
            moves = max(FIRST_STRETCH, int(moves / STRETCHES / max(done - last, 1e-6)))

    # --- a table as the kernel has it ----------------------------------------------------------------------------

    def state(self, table: Table) -> State:
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
            totals[person] += self.rules.extra[table.place[person, day]]
        worked = [weekends_worked(row, self.days.weekends, 0, self.width) for row in work]
        hard, soft = self._sums(work, self.hard), self._sums(work, self.soft)
        broken = [broken_by(work, person, self.days, self.hard, hard, worked[person]) for person in range(people)]
        return State(work, place, heads, totals, np.array(broken, np.int64), hard, soft, np.array(worked, np.int64))

    def _sums(self, work: Whole, lines: Lines) -> Whole:
        found = np.zeros((len(work), len(lines.spans)), np.int64)
        for row, sums in zip(work, found, strict=True):
            sum_over(row, lines.spans, lines.weights, sums)
        return found

    # --- rules ---------------------------------------------------------------------------------------------------

    def _days(self) -> Days:
        problem = self.problem
        groups, clash_at, clash = self._clashes()
        last_known = min(self.before + problem.last_known, self.width) - 1
        first_known = max(0, self.before + problem.known_from)
        weekends = next((limit.weekends(problem) for limit in problem.limits if isinstance(limit, Weekends)), [])
        days = [[self.before + day for day in weekend] for weekend in weekends]
        return Days(
            span=np.array([self.before, self.before + len(problem.days), first_known, last_known], np.int64),
            group=groups,
            clash_at=clash_at,
            clash=clash,
            is_night=np.array([shift.is_night for shift in problem.shift_types], np.int64),
            weekends=np.array([[*own, *[OFF] * (2 - len(own))] for own in days], np.int64).reshape(-1, 2),
        )

    def _lines(self, limits: Sequence[Limit], price: int | None = None) -> Lines:
        """What the limits ask of a row, each breach at their price, or at its own weight."""
        spans, weights, most, least = self._spans(limits, price)
        return Lines(
            runs=self._by_person(limits, lambda limit, who: self._runs(limit, who, price), 4, alike=price is not None),
            spans=spans,
            weights=weights,
            most=most,
            least=least,
            most_weekends=self._by_person(
                limits, lambda limit, _who: _most_weekends(limit, price), 2, alike=price is not None
            ),
        )

    def _by_person(
        self,
        limits: Sequence[Limit],
        rows_of: Callable[[Limit, Person], Iterable[tuple[int, ...]]],
        width: int,
        *,
        alike: bool,
    ) -> Whole:
        """Rows of numbers by person, with ``alike`` equal ones once; those of -1 fill up."""
        found = [
            [row for limit in limits if limit.concerns(who) for row in rows_of(limit, who)]
            for who in self.problem.people
        ]
        if alike:
            found = [list(dict.fromkeys(rows)) for rows in found]
        longest = max((len(rows) for rows in found), default=0)
        filled = [[*rows, *[(-1,) * width] * (longest - len(rows))] for rows in found]
        return np.array(filled, np.int64).reshape(len(found), longest, width)

    def _rules(self) -> Rules:
        needs = self.problem.needs
        slot, need_at = self._slots()
        amounts, extra = self._amounts(), self._extra()
        return Rules(
            fits=self._fits(),
            kind=np.array(self.frame.kind_of, np.int64),
            strict=np.array([bool(need.shares) for need in needs], np.int64),
            apart=self._apart(),
            closed=self._closed(),
            need_shift=np.array([self.frame.shift_index[need.shift] for need in needs], np.int64),
            slot=slot,
            need_at=need_at,
            least_together=self._least_together(),
            cover=np.array([self._cover(need) for need in needs], np.int64).reshape(len(needs), -1 if needs else 0),
            duty_cost=self._duty_cost(),
            amounts=amounts,
            extra=extra,
            steps=np.array([limit.step for limit in self.fair], np.int64),
            fair=self._fair(amounts, extra),
        )

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

    def _slots(self) -> tuple[Whole, Whole]:
        numbers: dict[tuple[str, str], int] = {}
        slot = [numbers.setdefault((need.shift, need.beat), len(numbers)) for need in self.problem.needs]
        need_at = np.full((self.width, len(numbers)), NOWHERE, np.int64)
        for index, need in enumerate(self.problem.needs):
            need_at[self.before + need.day, slot[index]] = index
        return np.array(slot, np.int64), need_at

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

    def _clashes(self) -> tuple[Whole, Whole, NDArray[np.int8]]:
        """The clash group of each person; for each group the table of each day; the tables. Most days are alike."""
        frame, shifts = self.frame, len(self.problem.shift_types)
        reach = max([1, *(apart for own in frame.days_apart for apart in own)])
        numbers: dict[Pairs, int] = {frozenset(): 0}
        groups: dict[object, int] = {}
        group_of, clash_at = [], []
        for person, own in enumerate(frame.clashes):
            alike = frame.clash_on_all_days[person]
            key = tuple(id(table) for _limit, table in own) if alike else (-1, person)
            if key not in groups:
                groups[key] = len(groups)
                rows = np.zeros((reach + 1, self.width), np.int64)
                for apart in frame.days_apart[person]:
                    for column in range(self.width - apart):
                        pairs = frame.clashing(person, column - self.before, apart)
                        rows[apart, column] = numbers.setdefault(pairs, len(numbers))
                clash_at.append(rows)
            group_of.append(groups[key])
        clash = np.zeros((len(numbers), shifts, shifts), np.int8)
        for pairs, number in numbers.items():
            for earlier, later in pairs:
                clash[number, earlier, later] = 1
        at = np.stack(clash_at) if clash_at else np.zeros((0, reach + 1, self.width), np.int64)
        return np.array(group_of, np.int64), at, clash

    def _spans(self, limits: Sequence[Limit], price: int | None) -> tuple[Whole, Whole, Whole, Whole]:
        """Sums over days in a row that lie between two numbers: minutes, days worked, duties of a shift type."""
        people = self.problem.people
        rows: dict[tuple[int, ...], int] = {}
        found: dict[tuple[int, ...], tuple[list[int], list[int]]] = {}
        for number, limit in enumerate(limits):
            own = 0 if price else number  # hard ones over the same days are one, the narrower; of soft ones each costs
            for person, who in enumerate(people):
                for sums in self._spans_of(limit, who) if limit.concerns(who) else ():
                    if self._is_waived(limit, who, range(sums.first, sums.last + 1)):
                        continue
                    row = rows.setdefault(sums.weights, len(rows))
                    key = (
                        self.before + sums.first,
                        self.before + sums.last,
                        row,
                        sums.unit,
                        price or limit.weight,
                        own,
                    )
                    mosts, leasts = found.setdefault(key, ([UNLIMITED] * len(people), [-UNLIMITED] * len(people)))
                    mosts[person], leasts[person] = min(mosts[person], sums.most), max(leasts[person], sums.least)
        shape = (len(found), len(people))
        return (
            np.array([key[:5] for key in found], np.int64).reshape(-1, 5),
            np.array(list(rows), np.int64).reshape(-1, len(self.problem.shift_types)),
            np.array([most for most, _least in found.values()], np.int64).reshape(shape).T.copy(),
            np.array([least for _most, least in found.values()], np.int64).reshape(shape).T.copy(),
        )

    def _is_waived(self, limit: Limit, who: Person, days: Iterable[int]) -> bool:
        return limit.hard and self.problem.is_waived(limit.name, who.id, days)

    def _has_windows(self, limit: ConsecutiveDays | ConsecutiveNights, who: Person) -> bool:
        """Whether exceptions lift some days, so that not runs are looked at but the days that none of them touches."""
        known = range(-self.before, self.width - self.before)
        return limit.most is not None and self._is_waived(limit, who, known)

    def _runs(self, limit: Limit, who: Person, price: int | None) -> Iterator[tuple[int, int, int, int]]:
        """Of what a run is, how long and how short it may be, and what a day beyond costs."""
        if isinstance(limit, ConsecutiveDays | ConsecutiveNights):
            state = WORK if isinstance(limit, ConsecutiveDays) else NIGHTS
            most = UNLIMITED if limit.most is None or self._has_windows(limit, who) else limit.most
            yield state, most, limit.least, price or limit.weight
        elif isinstance(limit, DaysOff):
            yield REST, UNLIMITED, limit.least, price or limit.weight

    def _windows_of(self, limit: ConsecutiveDays | ConsecutiveNights, most: int) -> Iterator[Sums]:
        """Days in a row that may not all be of a run: one more than it may be long."""
        of_all = isinstance(limit, ConsecutiveDays)
        weights = tuple(int(of_all or shift.is_night) for shift in self.problem.shift_types)
        for first in range(max(-most, -self.before), min(len(self.problem.days), self.width - self.before - most)):
            yield Sums(first, first + most, weights, most)

    def _spans_of(self, limit: Limit, who: Person) -> Iterator[Sums]:
        problem = self.problem
        shifts = problem.shift_types
        last = len(problem.days) - 1
        if isinstance(limit, HoursInSpan):
            weights = tuple(shift.counted_minutes for shift in shifts)
            unit = 1 if limit.hard else 60
            for span in limit.spans(problem):
                already = limit.already.get(who.id, 0) if span[0] <= 0 else 0
                cap = limit.cap(problem, span)
                most = UNLIMITED if cap is None else cap - already
                yield Sums(span[0], span[-1], weights, most, (limit.least or 0) - already, unit)
        elif isinstance(limit, WeeklyRest):
            for week in limit.weeks(problem):
                yield Sums(week[0], week[-1], (1,) * len(shifts), len(week) - limit.days)
        elif isinstance(limit, ShiftCount):
            yield Sums(0, last, tuple(int(shift.id == limit.shift) for shift in shifts), limit.most)
        elif isinstance(limit, TrainingShare):
            weights = tuple(100 * shift.is_training - limit.percent for shift in shifts)
            yield Sums(0, last, weights, 100 * limit.slack, -100 * limit.slack, unit=1 if limit.hard else 100)
        elif isinstance(limit, ConsecutiveDays | ConsecutiveNights) and self._has_windows(limit, who):
            yield from self._windows_of(limit, limit.most or 0)

    # --- costs ---------------------------------------------------------------------------------------------------

    @cached_property
    def fair(self) -> list[FairShare]:
        return [item for item in self.problem.limits if isinstance(item, FairShare)]

    def _amounts(self) -> Whole:
        problem = self.problem
        found = np.zeros((self.width, len(problem.shift_types) + 1, len(self.fair)), np.int64)
        for measure, limit in enumerate(self.fair):
            for day in range(len(problem.days)):
                sizes = [amount(problem, limit.measure, day, shift) for shift in problem.shift_types]
                found[self.before + day, :-1, measure] = sizes
        return found

    def _extra(self) -> Whole:
        """What a need adds to a measure beyond its shift and day; the last row stands for no need."""
        found = np.zeros((len(self.problem.needs) + 1, len(self.fair)), np.int64)
        for measure, limit in enumerate(self.fair):
            if limit.measure == "hard_beats":
                found[:-1, measure] = [need.is_hard for need in self.problem.needs]
        return found

    def _fair(self, amounts: Whole, extra: Whole) -> Whole:
        people = self.problem.people
        sums = amounts.max(axis=1).sum(axis=0) + len(self.problem.days) * extra.max(axis=0)
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


class _Course:
    """Annealing from a table, in one stretch or several, by one worker or several."""

    def __init__(self, exchanger: Exchanger, table: Table, reassigning: float, workers: int = 1) -> None:
        self.exchanger = exchanger
        self.state = exchanger.state(table)
        self.best = np.stack([self.state.work, self.state.place])
        self.costs = np.zeros(3, np.int64)
        self.reassigning = float(reassigning)
        self.workers = max(1, min(workers, len(self.state.work) // 2))
        self.covered = self._cover_cost()

    def run(self, moves: int, heat: tuple[float, float], seed: int) -> None:
        people = np.arange(len(self.state.work))
        if self.workers == 1:
            self._anneal(people, moves, heat, seed, self.costs)
            return
        np.random.default_rng(seed).shuffle(people)
        costs = np.array([[0, -UNLIMITED, 0]] * self.workers)  # none finds a best one: others are changing theirs
        with ThreadPoolExecutor(self.workers) as pool:
            done = [
                pool.submit(self._anneal, own, moves // self.workers, heat, seed + number, costs[number])
                for number, own in enumerate(np.array_split(people, self.workers))
            ]
        for part in done:
            part.result()
        self._count(int((costs[:, 0] - costs[:, 2]).sum()))

    def _anneal(self, people: Whole, moves: int, heat: tuple[float, float], seed: int, costs: Whole) -> None:
        own = self.exchanger
        hot, cold = (float(value) for value in heat)  # one type each: another would be compiled anew
        how = (people, moves, hot, cold, self.reassigning, seed, own.stop, costs)
        anneal(own.days, own.hard, own.soft, own.rules, self.state, self.best, *how)

    def _count(self, more: int) -> None:
        """Count heads anew after several worked at once; ``more``: what all but cover costs more."""
        place = self.state.place
        self.state.heads[:] = np.bincount(place[place >= 0], minlength=len(self.state.heads))
        before, self.covered = self.covered, self._cover_cost()
        self.costs[0] += more + self.covered - before
        if self.costs[0] < self.costs[1]:
            self.costs[1] = self.costs[0]
            self.best[0], self.best[1] = self.state.work, place

    def _cover_cost(self) -> int:
        return int(self.exchanger.rules.cover[np.arange(len(self.state.heads)), self.state.heads].sum())

    def result(self) -> tuple[Table, int]:
        before = self.exchanger.before
        inside = slice(before, before + len(self.exchanger.problem.days))
        work, place = self.best[:, :, inside]
        return Table(work.astype(np.int16), place.astype(np.int32)), -int(self.costs[1])


def _cooled(heat: tuple[float, float], done: float) -> float:
    """The temperature when a share of a course is done."""
    hot, cold = heat
    late = max(0.0, done - SHARE_TO_COLD) / (1 - SHARE_TO_COLD)
    return float(hot * (cold / hot) ** min(1.0, done / SHARE_TO_COLD) * COLDER**late)


def _most_weekends(limit: Limit, price: int | None) -> Iterator[tuple[int, int]]:
    if isinstance(limit, Weekends):
        yield limit.most, price or limit.weight


def _padded(rows: list[list[int]]) -> Whole:
    width = max((len(row) for row in rows), default=0)
    return np.array([[*row, *[-1] * (width - len(row))] for row in rows], np.int64).reshape(len(rows), width)
