"""The cheapest whole schedule of each person at given prices, by dynamic programming over the days.

State: a run of work (last shift, length) or of days off (length) and the person's counters. What this leaves out of
the limits makes schedules cheaper, never dearer: a bound built on it stays a bound, and a schedule is checked before
it is used.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from patrols.rostering.counters import Automaton, Counter, Ints, Pace, TooMany, automaton
from patrols.rostering.frame import OFF, Frame, Part
from patrols.rostering.limits import (
    ConsecutiveDays,
    ConsecutiveNights,
    DaysOff,
    HoursInSpan,
    Limit,
    ShiftCount,
    Weekends,
    WeeklyRest,
)
from patrols.rostering.problem import DAYS_A_WEEK, Problem

Prices = NDArray[np.float64]  # people × days × shifts (last column: a day off)
Schedule = tuple[int, ...]
INFINITE = 1e12
FORBIDDEN = 5e11
MOST_VALUES = 24_000_000  # of one person: 192 MB
MOST_NARROWED = 2_000_000  # where schedules are left out anyway, rather a few more than a pricing that takes long
WIDTHS = (7, 5, 3, 2)  # days or weekends ahead of the pace, or behind it, where all combinations are too many
CORRIDOR = 4  # the same on either side of a schedule
MOST_COUNTED = 7  # a shift type with a larger "most" is left to the master programme
ANY = 1 << 30


class Interrupted(Exception):
    """Pricing was asked to stop."""


@dataclass(frozen=True)
class Form:
    """Runs and breaks as the nodes need them."""

    most_run: int | None
    least_run: int
    least_off: int
    judged: bool
    clashes: frozenset[tuple[int, int]]

    @property
    def run(self) -> int:
        return max(self.most_run or 1, self.least_run)


@dataclass(frozen=True)
class Lane:
    """Everything about a person that the kernel asks for."""

    automaton: Automaton
    offsets: Ints
    form: Ints
    group_of: Ints
    members: NDArray[np.bool_]
    start: int
    tracked: frozenset[int]  # ids of the limits that the counters hold
    exact: bool  # whether no schedule that keeps them is left out


class Pricer:
    """Prices schedules: for everyone over all days, or ``within`` a part. People with the same numbers share a lane."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.people: tuple[int, ...] = tuple(range(len(frame.problem.people)))
        self.days = range(len(frame.problem.days))
        self.shifts = len(frame.problem.shift_types)
        self.part: Part | None = None
        self._lanes: dict[tuple[object, ...], Lane] = {}
        self._of_person: dict[int, Lane] = {}
        self._counted: dict[int, list[tuple[Limit, Counter]]] = {}
        self._paces: dict[tuple[int | None, int, int], Pace] = {}
        self._same: dict[tuple[object, ...], Counter] = {}
        self._scratch = threading.local()

    def within(self, part: Part) -> Pricer:
        """Prices what the part leaves open; schedules then run over its days."""
        other = copy(self)
        other.people, other.days, other.part = part.people, part.days, part
        if part.days != self.days:
            other._lanes, other._of_person = {}, {}
        return other

    def near(self, person: int, row: NDArray[np.int16]) -> Pricer | None:
        """Prices for one person what is near a schedule of theirs, at little cost on any horizon: each counter stays in
        a corridor around what it is there. None where even that is too much to hold."""
        actions = self._actions(person, row)
        counted = [
            (limit, counter if counter.clear.any() else counter.narrowed(CORRIDOR, counter.along(actions)))
            for limit, counter in self._counters_of(person)
        ]
        form = self._form(person)
        together = self._wider(
            [counter for _limit, counter in counted], self._pace(form), self._most(form, MOST_VALUES)
        )
        if together is None:
            return None
        other = copy(self)
        other.people = (person,)
        other._of_person = {person: self._made(together, form, self._start(person, form), counted, exact=False)}
        return other

    @property
    def exact(self) -> bool:
        """Whether the least price is a bound: nothing is left out that could be cheaper."""
        return all(self.lane(person).exact for person in self.people)

    def tracks(self, person: int, limit: Limit) -> bool:
        """Whether every schedule priced for the person keeps this hard limit."""
        return id(limit) in self.lane(person).tracked

    def price(self, person: int, prices: NDArray[np.float64]) -> tuple[float, Schedule]:
        """The least total price and its schedule (shift or OFF for each day); INFINITE and () where there is none."""
        schedule = np.empty(len(prices), np.int16)
        value = self._cheapest(self.lane(person), prices, schedule)
        return (value, tuple(schedule.tolist())) if value < FORBIDDEN else (INFINITE, ())

    def _cheapest(self, lane: Lane, prices: NDArray[np.float64], schedule: NDArray[np.int16]) -> float:
        from patrols.rostering.kernel import cheapest

        parts = lane.automaton
        value: float = cheapest(
            prices, parts.sizes, parts.at, parts.steps, lane.offsets, lane.form, lane.group_of, lane.members,
            lane.start, self._values(int(lane.offsets[-1])), schedule,
        )  # fmt: skip
        return value

    def accepts(self, person: int, schedule: NDArray[np.int16]) -> bool:
        """Whether the schedule is one of those that are priced for the person."""
        prices = np.full((len(schedule), self.shifts + 1), INFINITE)
        prices[np.arange(len(schedule)), schedule] = 0
        return self.price(person, prices)[0] < FORBIDDEN

    def _values(self, size: int) -> NDArray[np.float64]:
        have: NDArray[np.float64] | None = getattr(self._scratch, "values", None)
        if have is None or len(have) < size:
            have = self._scratch.values = np.empty(size)
        return have

    # --- building ------------------------------------------------------------------------------------------------

    def lane(self, person: int) -> Lane:
        """Made when first asked for."""
        if person not in self._of_person:
            self._of_person[person] = self._lane(person)
        return self._of_person[person]

    def _lane(self, person: int) -> Lane:
        form = self._form(person)
        counted = self._counters_of(person)
        if self.part is not None:
            actions = self._actions(person, self.part.work[person])
            counted = [(limit, counter.within(self.days, actions)) for limit, counter in counted]
        start, share = self._start(person, form), self._share(person)
        exact = (form, start, tuple((id(limit), counter.key) for limit, counter in counted))
        for known in (exact, (*exact, share.tobytes())):
            if known in self._lanes:
                return self._lanes[known]
        lane = self._build(form, start, counted, share, MOST_NARROWED)
        if not lane.exact:
            some = np.empty(len(self.days), np.int16)
            if (
                self._cheapest(lane, open_cells(self.frame, person)[self.days.start : self.days.stop], some)
                >= FORBIDDEN
            ):
                lane = self._build(form, start, counted, share, MOST_VALUES)
        self._lanes[exact if lane.exact else (*exact, share.tobytes())] = lane
        return lane

    def _share(self, person: int) -> NDArray[np.float64]:
        """How much of their work a person should have behind them after each day: even over the days they are there."""
        free = np.array([bool(self.frame.allowed[person][day]) for day in self.days])
        return np.asarray(np.cumsum(free) / max(1, free.sum()))

    def _counters_of(self, person: int) -> list[tuple[Limit, Counter]]:
        if person not in self._counted:
            found = [
                (limit, counter.scaled())
                for limit in sorted(self._countable(person), key=self._order)
                for counter in _counters(limit, self.frame, person)
            ]
            self._counted[person] = [(limit, self._same.setdefault(own.key, own)) for limit, own in found]
        return self._counted[person]

    def _actions(self, person: int, work: NDArray[np.int16]) -> Ints:
        """What the person does on each of all days, as counters number it."""
        row = work.astype(np.int64)
        worked = np.concatenate([[self.frame.known(person, -1)], row[:-1]]) != OFF
        return np.where(row == OFF, 2 * self.shifts, row + self.shifts * worked)

    def _build(
        self,
        form: Form,
        start: int,
        counted: list[tuple[Limit, Counter]],
        share: NDArray[np.float64],
        narrowed: int,
    ) -> Lane:
        most = self._most(form, MOST_VALUES), self._most(form, narrowed)
        best, held, exact = self._hold_all(counted, share, self._pace(form), most)
        return self._made(best, form, start, held, exact=exact)

    def _most(self, form: Form, values: int) -> int:
        """How many combinations a day may have, if so many values are kept in all."""
        return max(1, values // (self._nodes(form) * len(self.days)))

    def _nodes(self, form: Form) -> int:
        return form.least_off + self.shifts * form.run

    def _pace(self, form: Form) -> Pace:
        known = (form.most_run, form.least_off, len(self.days))
        return self._paces.setdefault(known, Pace(*known, self.shifts))

    def _made(
        self, together: Automaton, form: Form, start: int, held: list[tuple[Limit, Counter]], *, exact: bool
    ) -> Lane:
        offsets = np.concatenate([[0], np.cumsum(together.sizes * self._nodes(form))])
        group_of, members = self._groups(form.clashes)
        return Lane(
            automaton=together,
            offsets=offsets,
            form=np.array(
                [form.run, form.most_run is not None, form.least_run, form.least_off, form.judged, self.days.start]
            ),
            group_of=group_of,
            members=members,
            start=start,
            tracked=frozenset(id(limit) for limit, _counter in held),
            exact=exact,
        )

    def _hold_all(
        self, counted: list[tuple[Limit, Counter]], share: NDArray[np.float64], pace: Pace, most: tuple[int, int]
    ) -> tuple[Automaton, list[tuple[Limit, Counter]], bool]:
        """All counters, near the pace where they are too many else, or as many as can be held; and if it is exact.

        ``most`` combinations a day: of all of them, and of those near the pace.
        """
        for width in (None, *WIDTHS):
            own = counted
            if width is not None:
                own = [(limit, c if c.clear.any() else c.narrowed(width, c.even(share))) for limit, c in counted]
            together = self._wider([counter for _limit, counter in own], pace, most[width is not None])
            if together is not None:
                return together, own, width is None
        return *self._hold(counted, pace, most[0]), True

    def _hold(
        self, counted: list[tuple[Limit, Counter]], pace: Pace, most: int
    ) -> tuple[Automaton, list[tuple[Limit, Counter]]]:
        """As many of the counters together as can be held, the first first."""
        held: list[tuple[Limit, Counter]] = []
        best = automaton([], pace, len(self.days), 2 * self.shifts + 1, most)
        for limit, counter in counted:
            for version in (counter, counter.without_least()):
                wider = self._wider([*(own for _limit, own in held), version], pace, most)
                if wider is not None:
                    best = wider
                    held.append((limit, version))
                    break
        return best, held

    def _wider(self, counters: list[Counter], pace: Pace, most: int) -> Automaton | None:
        try:
            found = automaton(counters, pace, len(self.days), 2 * self.shifts + 1, most)
        except TooMany:
            return None
        return found if found.possible else None

    def _groups(self, clashes: frozenset[tuple[int, int]]) -> tuple[Ints, NDArray[np.bool_]]:
        """Shifts that may come after the same ones share a group."""
        before = [
            tuple((first, second) not in clashes for first in range(self.shifts)) for second in range(self.shifts)
        ]
        groups = list(dict.fromkeys(before))
        return np.array([groups.index(own) for own in before]), np.array(groups, bool).reshape(-1, self.shifts)

    def _countable(self, person: int) -> Iterator[Limit]:
        waived = {waiver.code for waiver in self.frame.problem.waivers}
        who = self.frame.problem.people[person]
        return (limit for limit in self.frame.hard if limit.name not in waived and limit.concerns(who))

    @staticmethod
    def _order(limit: Limit) -> tuple[int, int]:
        """What matters most first: later ones are left out when the states become too many."""
        kinds = (HoursInSpan, Weekends, WeeklyRest, ConsecutiveNights, ShiftCount)
        rank = next((number for number, kind in enumerate(kinds) if isinstance(limit, kind)), len(kinds))
        short = isinstance(limit, HoursInSpan) and limit.span == "week"
        return (rank + 2 * short, limit.most if isinstance(limit, ShiftCount) else 0)

    def _form(self, person: int) -> Form:
        most: int | None = None
        least = off = 1
        for limit in self._countable(person):
            if isinstance(limit, ConsecutiveDays):
                most = limit.most if most is None else min(most, most if limit.most is None else limit.most)
                least = max(least, limit.least)
            elif isinstance(limit, DaysOff):
                off = max(off, limit.least)
        clashes = frozenset() if self.frame.problem.waivers else frozenset(self.frame.clash_sets(person).get(1, ()))
        return Form(most, least, off, self.frame.problem.known_from < 0, clashes)

    def _start(self, person: int, form: Form) -> int:
        """The node before the first day."""
        last, first = self.days.start - 1, min(self.frame.problem.known_from, 0)
        run = off = 0
        while self._at(person, last - run) != OFF:
            run += 1
        if run:
            return form.least_off + self._at(person, last) * form.run + min(run, form.run) - 1
        while off < form.least_off and last - off >= first and self._at(person, last - off) == OFF:
            off += 1
        return (off if last - off >= first else form.least_off) - 1

    def _at(self, person: int, day: int) -> int:
        return self.frame.known(person, day) if self.part is None or day < 0 else int(self.part.work[person, day])


def open_cells(frame: Frame, person: int) -> NDArray[np.float64]:
    """Days × shifts (last: off): 0 for what a cell may hold, INFINITE for what it may not."""
    shifts = len(frame.problem.shift_types)
    prices = np.full((len(frame.problem.days), shifts + 1), INFINITE)
    for day, allowed in enumerate(frame.allowed[person]):
        cell = frame.fixed.get((person, day)) if frame.fixed else None
        if cell is None:
            prices[day, [*allowed, -1]] = 0
        else:
            prices[day, -1 if cell.shift is None else frame.shift_index[cell.shift]] = 0
    return prices


def price_all(
    pricer: Pricer,
    prices: Prices,
    people: Collection[int],
    is_over: Callable[[], bool] = lambda: False,
    workers: int = 1,
) -> tuple[NDArray[np.float64], list[Schedule]]:
    """Least price and schedule of the given people; INFINITE and () for those who have none, and for the others.

    ``prices`` and what is returned are in the order of the pricer's people.
    """
    values = np.full(len(pricer.people), INFINITE)
    schedules: list[Schedule] = [()] * len(values)
    places = {person: place for place, person in enumerate(pricer.people)}

    def price(some: Collection[int]) -> None:
        for person in some:
            if is_over():
                raise Interrupted
            place = places[person]
            values[place], schedules[place] = pricer.price(person, prices[place])

    people = list(people)
    if workers == 1 or len(people) < workers:
        price(people)
        return values, schedules
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(price, [people[first::workers] for first in range(workers)]))
    return values, schedules


# --- limits as counters ----------------------------------------------------------------------------------------------


def _counters(limit: Limit, frame: Frame, person: int) -> Iterator[Counter]:
    """The hard limit as counters; none where the pricing does not know it."""
    if isinstance(limit, HoursInSpan):
        yield _hours(limit, frame, person)
    elif isinstance(limit, Weekends):
        yield _weekends(limit, frame.problem)
    elif isinstance(limit, WeeklyRest):
        yield _weekly_rest(limit, frame, person)
    elif isinstance(limit, ConsecutiveNights) and limit.most is not None:
        yield _nights(limit.most, frame, person)
    elif isinstance(limit, ShiftCount) and 0 < limit.most <= MOST_COUNTED:
        add, clear = _blank(frame.problem)
        shift = frame.shift_index[limit.shift]
        add[:, [shift, shift + len(frame.problem.shift_types)]] = 1
        yield Counter(0, add, clear, np.zeros(len(add), np.int64), np.full(len(add), limit.most))


def _blank(problem: Problem) -> tuple[Ints, NDArray[np.bool_]]:
    shape = (len(problem.days), 2 * len(problem.shift_types) + 1)
    return np.zeros(shape, np.int64), np.zeros(shape, bool)


def minutes_outside(limit: HoursInSpan, frame: Frame, person: int, span: list[int]) -> int:
    """A person's minutes in a span of the limit apart from the problem's days; negative where ``already`` is."""
    shifts = frame.problem.shift_types
    known = [frame.outside[person, day] for day in span if (person, day) in frame.outside]
    already = limit.already.get(frame.problem.people[person].id, 0) if span[0] <= 0 else 0
    return already + sum(shifts[shift].counted_minutes for shift in known)


def _hours(limit: HoursInSpan, frame: Frame, person: int) -> Counter:
    """Counts the problem's days only: what is worked outside makes ``most`` and ``least`` so much smaller."""
    problem = frame.problem
    add, clear = _blank(problem)
    minutes = [shift.counted_minutes for shift in problem.shift_types]
    add[:, :-1] = [*minutes, *minutes]
    least, most = np.zeros(len(add), np.int64), np.full(len(add), ANY)
    for span in limit.spans(problem):
        inside = [day for day in span if 0 <= day < len(add)]
        cap = limit.cap(problem, span)
        outside = minutes_outside(limit, frame, person, span)
        clear[inside[0]] = inside[0] > 0
        if cap is not None:
            most[inside] = max(cap - outside, 0)
        if limit.least is not None:
            least[inside[-1]] = limit.least - outside
    return Counter(0, add, clear, least, most)


def _weekends(limit: Weekends, problem: Problem) -> Counter:
    add, clear = _blank(problem)
    shifts = len(problem.shift_types)
    for first, *rest in limit.weekends(problem):
        add[first, :-1] = 1
        add[rest, :shifts] = 1
    return Counter(0, add, clear, np.zeros(len(add), np.int64), np.full(len(add), limit.most))


def _weekly_rest(limit: WeeklyRest, frame: Frame, person: int) -> Counter:
    add, clear = _blank(frame.problem)
    add[:, :-1] = 1
    most = np.zeros(len(add), np.int64)
    start = 0
    for week in limit.weeks(frame.problem):
        inside = [day for day in week if 0 <= day < len(add)]
        before = sum((person, day) in frame.outside for day in week if day < 0)
        later = sum((person, day) in frame.outside for day in week if day >= 0)
        if inside[0] == 0:
            start = before
        else:
            clear[inside[0]] = True
        most[inside] = max(DAYS_A_WEEK - limit.days - later, before)
    return Counter(start, add, clear, np.zeros(len(add), np.int64), most)


def _nights(most: int, frame: Frame, person: int) -> Counter:
    add, clear = _blank(frame.problem)
    kinds = frame.problem.shift_types
    nights = [index for index, shift in enumerate(kinds) if shift.is_night]
    clear[:] = True
    add[:, [*nights, *(night + len(kinds) for night in nights)]] = 1
    clear[:, [night + len(kinds) for night in nights]] = False
    start = 0
    while frame.outside.get((person, -1 - start), OFF) in nights:
        start += 1
    return Counter(start, add, clear, np.zeros(len(add), np.int64), np.full(len(add), max(most, start)))
