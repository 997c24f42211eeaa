"""The cheapest whole schedule of each person at given prices, by dynamic programming over the days.

State: a run of work (last shift, length) or of days off (length), minutes so far, weekends so far. All people who
share their numbers are priced in one batch of array operations. What this leaves out of the limits makes schedules
cheaper, never dearer: a bound built on it stays a bound, and a schedule is checked before it is used.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from patrols.rostering.frame import OFF, Frame
from patrols.rostering.limits import ConsecutiveDays, DaysOff, HoursInSpan, Limit, ShiftCount, Weekends
from patrols.rostering.problem import Person

Prices = NDArray[np.float64]  # people × days × shifts (last column: a day off)
INFINITE = 1e12
LARGEST_TABLE = 40_000_000
MOST_COUNTED = 7  # a shift type with a larger "most" is left to the master programme


class Interrupted(Exception):
    """Pricing was asked to stop."""


@dataclass(frozen=True)
class Numbers:
    """One person's limits as the states need them."""

    most_run: int | None = None
    least_run: int = 1
    least_off: int = 1
    most_minutes: int | None = None
    least_minutes: int = 0
    most_weekends: int | None = None
    rare_shift: int = -1  # the shift type whose count is most limited, and its most
    most_rare: int = MOST_COUNTED


def numbers_of(frame: Frame, person: Person) -> Numbers:
    """The tightest of each kind among the person's hard limits; spans other than the whole problem are left out."""
    found = Numbers()
    for limit in frame.hard:
        if limit.concerns(person):
            found = _tighten(found, limit, frame, person)
    return found


def _tighten(known: Numbers, limit: Limit, frame: Frame, person: Person) -> Numbers:
    values = dict(vars(known))
    if any(waiver.code == limit.name for waiver in frame.problem.waivers):
        return known
    if isinstance(limit, ConsecutiveDays):
        values["most_run"] = _least_of(known.most_run, limit.most)
        values["least_run"] = max(known.least_run, limit.least)
    elif isinstance(limit, DaysOff):
        values["least_off"] = max(known.least_off, limit.least)
    elif isinstance(limit, ShiftCount) and 0 < limit.most < known.most_rare:
        values["rare_shift"], values["most_rare"] = frame.shift_index[limit.shift], limit.most
    elif isinstance(limit, Weekends):
        values["most_weekends"] = _least_of(known.most_weekends, limit.most)
    elif isinstance(limit, HoursInSpan) and limit.span != "week" and len(limit.spans(frame.problem)) == 1:
        days = limit.spans(frame.problem)[0]
        before = limit.already.get(person.id, 0)
        cap = limit.cap(frame.problem, days)
        values["most_minutes"] = _least_of(known.most_minutes, None if cap is None else cap - before)
        values["least_minutes"] = max(known.least_minutes, (limit.least or 0) - before)
    return Numbers(**values)


def _least_of(first: int | None, second: int | None) -> int | None:
    given = [value for value in (first, second) if value is not None]
    return min(given) if given else None


@dataclass
class Batch:
    """People priced together: same runs, same clashes."""

    people: list[int]
    run: int
    run_is_capped: bool
    least_run: int
    least_off: int
    before: list[list[int]]  # for each shift the shifts that may come on the day before
    minutes: list[int]  # in units
    unit: int
    levels: int
    weekends: int
    least_level: NDArray[np.int64]
    most_level: NDArray[np.int64]
    most_weekends: NDArray[np.int64]
    rare_shift: int
    counts: int
    most_rare: NDArray[np.int64]
    start_work: list[tuple[int, int, int]] = field(default_factory=list)  # position, shift, run so far
    start_off: list[tuple[int, int]] = field(default_factory=list)  # position, days off so far


class Pricer:
    """Prices schedules for everyone in a problem; ``possible`` is False where even the states would be too many."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.days = len(frame.problem.days)
        self.shifts = len(frame.problem.shift_types)
        self.saturday, self.sunday = self._weekends()
        numbers = [numbers_of(frame, person) for person in frame.problem.people]
        self.batches = self._batches(numbers)
        if not self.possible:
            self.batches = self._batches([replace(own, rare_shift=-1) for own in numbers])

    @property
    def states(self) -> int:
        """How many numbers the largest batch holds."""
        return max(self._size(batch) for batch in self.batches) if self.batches else 0

    @property
    def possible(self) -> bool:
        return self.states <= LARGEST_TABLE

    def _size(self, batch: Batch) -> int:
        work = self.shifts * batch.run + batch.least_off
        return len(batch.people) * work * batch.levels * max(1, batch.weekends) * batch.counts * self.days

    def _weekends(self) -> tuple[set[int], set[int]]:
        """Days on which working opens a weekend, and Sundays whose Saturday is inside too."""
        weekdays = {day.index: day.date.weekday() for day in self.frame.problem.days}
        opens = {day for day, weekday in weekdays.items() if weekday == 5 or (weekday == 6 and day == 0)}
        return opens, {day for day, weekday in weekdays.items() if weekday == 6 and day > 0}

    def _batches(self, numbers: list[Numbers]) -> list[Batch]:
        groups: dict[tuple[object, ...], list[int]] = {}
        for index, own in enumerate(numbers):
            tracked = (own.most_minutes is None, own.most_weekends is None, own.rare_shift)
            key = (own.most_run, own.least_run, own.least_off, *tracked, self._clashes(index))
            groups.setdefault(key, []).append(index)
        return [
            self._batch(people, [numbers[person] for person in people], self._clashes(people[0]))
            for people in groups.values()
        ]

    def _clashes(self, person: int) -> frozenset[tuple[int, int]]:
        """Shifts that cannot follow each other from one day to the next; with waivers, none are relied on."""
        if self.frame.problem.waivers:
            return frozenset()
        return frozenset(self.frame.clash_sets(person).get(1, ()))

    def _batch(self, people: list[int], numbers: list[Numbers], clashes: frozenset[tuple[int, int]]) -> Batch:
        first = numbers[0]
        counted = [shift.counted_minutes for shift in self.frame.problem.shift_types]
        unit = math.gcd(*counted) or 1
        tracked = first.most_minutes is not None
        caps = [max(0, own.most_minutes or 0) // unit for own in numbers]
        batch = Batch(
            people=people,
            run=max(first.most_run or 1, first.least_run),
            run_is_capped=first.most_run is not None,
            least_run=first.least_run,
            least_off=first.least_off,
            before=[
                [before for before in range(self.shifts) if (before, after) not in clashes]
                for after in range(self.shifts)
            ],
            minutes=[minutes // unit if tracked else 0 for minutes in counted],
            unit=unit,
            levels=max(caps) + 1 if tracked else 1,
            weekends=max(own.most_weekends or 0 for own in numbers) + 1,
            least_level=np.array([-(-own.least_minutes // unit) if tracked else 0 for own in numbers]),
            most_level=np.array(caps),
            most_weekends=np.array([own.most_weekends or 0 for own in numbers]),
            rare_shift=first.rare_shift,
            counts=max(own.most_rare for own in numbers) + 1 if first.rare_shift >= 0 else 1,
            most_rare=np.array([own.most_rare for own in numbers]),
        )
        self._start(batch, tracks_weekends=first.most_weekends is not None)
        return batch

    def _start(self, batch: Batch, *, tracks_weekends: bool) -> None:
        if not tracks_weekends:
            batch.weekends = 0
        for position, person in enumerate(batch.people):
            run = 0
            while (person, -1 - run) in self.frame.outside:
                run += 1
            if run:
                last = self.frame.outside[person, -1]
                batch.start_work.append((position, last, min(run, batch.run)))
            else:
                batch.start_off.append((position, batch.least_off))

    def price(
        self, prices: Prices, batch: Batch, is_over: Callable[[], bool]
    ) -> tuple[NDArray[np.float64], list[list[int]]]:
        """For each person of the batch the least total price and the schedule (shift or OFF for each day).

        Raises Interrupted as soon as ``is_over`` says so.
        """
        run = _Run(self, batch, prices[batch.people])
        for day in range(self.days):
            if is_over():
                raise Interrupted
            run.step(day)
        return run.cheapest()


class _Run:
    """One pass over the days for a batch."""

    def __init__(self, pricer: Pricer, batch: Batch, prices: Prices) -> None:
        self.pricer, self.batch, self.prices = pricer, batch, prices
        self.wide = max(1, batch.weekends)
        self.tracks = batch.weekends > 0
        people = len(batch.people)
        self.shape = (people, batch.levels, self.wide, batch.counts)
        self.work = [np.full((people, pricer.shifts, batch.run, *self.shape[1:]), INFINITE)]
        self.off = [np.full((people, batch.least_off, *self.shape[1:]), INFINITE)]
        for position, shift, run in batch.start_work:
            self.work[0][position, shift, run - 1, 0, 0, 0] = 0
        for position, length in batch.start_off:
            self.off[0][position, length - 1, 0, 0, 0] = 0

    def rested(self, day: int) -> range:
        """Lengths (from 0) of a run of days off after which work may begin on the day."""
        least = self.batch.least_off
        return range(min(least, max(day, 1)) - 1, least)

    def ended(self, day: int) -> range:
        """Lengths (from 0) of a run of work that may end before the day."""
        return range(min(self.batch.least_run, max(day, 1)) - 1, self.batch.run)

    def step(self, day: int) -> None:
        """Go on from the days before to this one."""
        work, off = self.work[-1], self.off[-1]
        new_work = np.full_like(work, INFINITE)
        fresh = off[:, self.rested(day).start :].min(axis=1)
        going = self._going(work)
        for shift in range(self.pricer.shifts):
            price = self.prices[:, day, shift]
            if (price < INFINITE / 2).any():
                self._enter(new_work[:, shift], fresh, going[shift], shift, day)
                new_work[:, shift] += price[:, None, None, None, None]
        self.work.append(new_work)
        self.off.append(self._rest(work, off, day))

    def _rest(self, work: Prices, off: Prices, day: int) -> Prices:
        """The values of ending the day off."""
        new_off = np.empty_like(off)
        length = self.ended(day).start
        stopping = work[:, 0, length:].min(axis=1)
        for shift in range(1, self.pricer.shifts):
            np.minimum(stopping, work[:, shift, length:].min(axis=1), out=stopping)
        new_off[:, 0] = stopping
        new_off[:, 1:] = off[:, :-1]
        np.minimum(new_off[:, -1], off[:, -1], out=new_off[:, -1])
        new_off += self.prices[:, day, -1][:, None, None, None, None]
        return new_off

    def _going(self, work: Prices) -> list[Prices | None]:
        """For each shift the least value over the shifts that may come before it; equal sets are worked out once."""
        known: dict[tuple[int, ...], Prices] = {}
        for before in sorted({tuple(own) for own in self.batch.before if own}, key=len):
            part = max((own for own in known if set(own) <= set(before)), key=len, default=())
            value = known[part] if part else work[:, before[0]]
            for shift in set(before) - set(part or before[:1]):
                value = np.minimum(value, work[:, shift])
            known[before] = value
        return [known[tuple(own)] if own else None for own in self.batch.before]

    def _enter(self, into: Prices, fresh: Prices, going: Prices | None, shift: int, day: int) -> None:
        """The values before the day's price: a run that begins or goes on with this shift."""
        batch = self.batch
        size = batch.minutes[shift]
        if size >= batch.levels:
            return
        source = slice(0, batch.levels - size)
        target = slice(size, batch.levels)
        opens = self.tracks and day in self.pricer.saturday
        opens_from_off = opens or (self.tracks and day in self.pricer.sunday)
        rare = shift == batch.rare_shift
        _move(into[:, 0, target], fresh[:, source], weekend=opens_from_off, rare=rare)
        if going is None:
            return
        if batch.run > 1:
            _move(into[:, 1:, target], going[:, :-1, source], weekend=opens, rare=rare)
        if not batch.run_is_capped:
            top = np.full_like(into[:, -1, target], INFINITE)
            _move(top, going[:, -1, source], weekend=opens, rare=rare)
            np.minimum(into[:, -1, target], top, out=into[:, -1, target])

    def cheapest(self) -> tuple[NDArray[np.float64], list[list[int]]]:
        """The best end for each person and the way back from it."""
        batch = self.batch
        levels = np.arange(batch.levels)
        allowed = np.ones(self.shape, bool)
        if batch.levels > 1:
            fits = (levels >= batch.least_level[:, None]) & (levels <= batch.most_level[:, None])
            allowed &= fits[:, :, None, None]
        if self.tracks:
            allowed &= (np.arange(self.wide) <= batch.most_weekends[:, None])[:, None, :, None]
        if batch.counts > 1:
            allowed &= (np.arange(batch.counts) <= batch.most_rare[:, None])[:, None, None, :]
        values = np.empty(len(batch.people))
        schedules = []
        for position in range(len(batch.people)):
            work = np.where(allowed[position], self.work[-1][position], INFINITE)
            off = np.where(allowed[position], self.off[-1][position], INFINITE)
            values[position] = min(work.min(), off.min())
            possible = values[position] < INFINITE / 2
            schedules.append(self._walk(position, work, off) if possible else [])
            values[position] = values[position] if possible else INFINITE
        return values, schedules

    def _walk(self, position: int, work: Prices, off: Prices) -> list[int]:
        if work.min() <= off.min():
            shift, run, level, weekend, rare = map(int, np.unravel_index(int(work.argmin()), work.shape))
        else:
            run, level, weekend, rare = map(int, np.unravel_index(int(off.argmin()), off.shape))
            shift = OFF
        schedule = [OFF] * self.pricer.days
        for day in range(self.pricer.days - 1, -1, -1):
            schedule[day] = shift
            if shift == OFF:
                shift, run = self._before_off(position, day, run, (level, weekend, rare))
            else:
                rare -= shift == self.batch.rare_shift
                shift, run, level, weekend = self._before_work(position, day, shift, run, (level, weekend, rare))
        return schedule

    def _before_off(self, position: int, day: int, run: int, counted: tuple[int, int, int]) -> tuple[int, int]:
        work, off = self.work[day][position], self.off[day][position]
        top = self.batch.least_off - 1
        lengths = {run - 1} | ({top} if run == top else set())
        options = [(float(off[k, *counted]), OFF, k) for k in lengths if k >= 0]
        if run == 0:
            options += [
                (float(work[shift, length, *counted]), shift, length)
                for shift in range(self.pricer.shifts)
                for length in self.ended(day)
            ]
        _value, shift, length = min(options)
        return shift, length

    def _before_work(
        self, position: int, day: int, shift: int, run: int, counted: tuple[int, int, int]
    ) -> tuple[int, int, int, int]:
        level, weekend, rare = counted
        work, off, batch = self.work[day][position], self.off[day][position], self.batch
        level -= batch.minutes[shift]
        opens = self.tracks and day in self.pricer.saturday
        from_off = weekend - int(opens or (self.tracks and day in self.pricer.sunday))
        from_work = weekend - int(opens)
        options: list[tuple[float, int, int, int]] = []
        if run == 0 and from_off >= 0:
            options += [(float(off[k, level, from_off, rare]), OFF, k, from_off) for k in self.rested(day)]
        lengths = {run - 1} | ({run} if run == batch.run - 1 and not batch.run_is_capped else set())
        if from_work >= 0:
            options += [
                (float(work[before, length, level, from_work, rare]), before, length, from_work)
                for length in lengths
                if length >= 0
                for before in batch.before[shift]
            ]
        _value, before, length, weekend = min(options)
        return before, length, level, weekend


def _move(into: Prices, source: Prices, *, weekend: bool, rare: bool) -> None:
    """Copy values over: one weekend further where one opens, one count further where a rare shift is worked."""
    if weekend:
        into, source = into[..., 1:, :], source[..., :-1, :]
    if rare:
        into, source = into[..., 1:], source[..., :-1]
    into[...] = source


def _part_of(batch: Batch, people: Collection[int]) -> Batch:
    """The batch with only some of its people."""
    positions = [position for position, person in enumerate(batch.people) if person in people]
    moved = {old: new for new, old in enumerate(positions)}
    return replace(
        batch,
        people=[batch.people[position] for position in positions],
        least_level=batch.least_level[positions],
        most_level=batch.most_level[positions],
        most_weekends=batch.most_weekends[positions],
        most_rare=batch.most_rare[positions],
        start_work=[(moved[at], shift, run) for at, shift, run in batch.start_work if at in moved],
        start_off=[(moved[at], length) for at, length in batch.start_off if at in moved],
    )


def price_all(
    pricer: Pricer, prices: Prices, people: Collection[int], is_over: Callable[[], bool] = lambda: False
) -> tuple[NDArray[np.float64], list[list[int]]]:
    """Least price and schedule of the given people; INFINITE and [] for those who have none, and for the others."""
    values = np.full(len(pricer.frame.problem.people), INFINITE)
    schedules: list[list[int]] = [[] for _ in pricer.frame.problem.people]
    for whole in pricer.batches:
        batch = whole if len(people) == len(values) else _part_of(whole, people)
        if not batch.people:
            continue
        found, ways = pricer.price(prices, batch, is_over)
        for person, value, way in zip(batch.people, found, ways, strict=True):
            values[person] = value
            schedules[person] = way
    return values, schedules
