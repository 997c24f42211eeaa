"""What a person's schedule is counted by while it is laid day after day: minutes, weekends, nights in a row…

Each counter starts somewhere, grows or starts anew with what is done on a day, and must lie between two numbers when
the day is over. All counters of a person together make an automaton: for each day the combinations that are still
possible, numbered, and for each action (a shift after a day off, a shift after work, a day off) the next one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

NO_LIMIT = 1 << 30
MOST_STATES = 4_000  # of a day; a counter that would need more is left out
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Counter:
    """One quantity, never negative. Actions: shifts 0…n-1 after a day off, n…2n-1 after work, 2n: a day off."""

    start: int
    add: Ints  # days × actions
    clear: NDArray[np.bool_]  # days × actions: whether the counter starts anew before it grows
    least: Ints  # for each day, once it is over
    most: Ints
    floor: Ints | None = None  # fewer count as so many: what is below is not told apart

    @property
    def key(self) -> tuple[object, ...]:
        parts = (self.add, self.clear, self.least, self.most)
        return (self.start, *(part.tobytes() for part in parts))

    def scaled(self) -> Counter:
        """The same in the largest unit that loses nothing."""
        unit = int(np.gcd.reduce(self.add.ravel(), initial=self.start)) or 1
        least = np.where(self.least > 0, -(-self.least // unit), 0)
        return Counter(self.start // unit, self.add // unit, self.clear, least, self.most // unit, self.floor)

    def even(self, share: NDArray[np.float64]) -> Ints:
        """What it would be after each day, if it grew evenly to its most: ``share`` of the way is behind by then."""
        found: Ints = self.start + np.floor((int(self.most[-1]) - self.start) * share).astype(np.int64)
        return found

    def along(self, actions: Ints) -> Ints:
        """What it is after each day if these are the actions; of a counter that never starts anew."""
        found: Ints = self.start + np.cumsum(self.add[np.arange(len(actions)), actions])
        return found

    def narrowed(self, width: int, pace: Ints) -> Counter:
        """Near a pace only: for horizons so long that all combinations would be too many to hold.

        What lies far ahead of the pace is left out, and so is what lies far behind if a least asks for it; else it
        counts as more than it is. Schedules keep the limit, but not all that keep it are found.
        """
        width *= int(self.add.max(initial=1))
        most = np.minimum(self.most, pace + width)
        if self.least.any():
            return replace(self, least=np.maximum(self.least, pace - width), most=most)
        return replace(self, most=most, floor=np.clip(pace - width, 0, self.most))

    def within(self, days: range, actions: Ints) -> Counter:
        """The same over some days only, where on each of the others its action is given."""
        before, after = np.arange(days.start), np.arange(days.stop, len(self.most))
        cleared = np.flatnonzero(self.clear[before, actions[before]])
        begun = int(cleared[-1]) if len(cleared) else 0
        start = int(self.add[before[begun:], actions[before[begun:]]].sum()) + (0 if len(cleared) else self.start)
        cleared = np.flatnonzero(self.clear[after, actions[after]])
        after = after[: cleared[0]] if len(cleared) else after
        later = np.cumsum(self.add[after, actions[after]])
        least, most = self.least[days.start : days.stop].copy(), self.most[days.start : days.stop].copy()
        least[-1] = max(least[-1], (self.least[after] - later).max(initial=0))
        most[-1] = min(most[-1], (self.most[after] - later).min(initial=NO_LIMIT))
        inside = slice(days.start, days.stop)
        return Counter(start, self.add[inside], self.clear[inside], least, most)

    def without_least(self) -> Counter:
        """The same where nothing is asked for at the end: for a least that is out of reach."""
        return replace(self, least=np.zeros_like(self.least))


@dataclass(frozen=True)
class Automaton:
    """The possible combinations of the counters after each day, and where each action leads from them."""

    sizes: Ints  # combinations before day 0, after day 0, …
    at: Ints  # days × actions: where in ``steps`` the action's table begins
    steps: NDArray[np.int32]  # the next combination, -1: not possible

    @property
    def possible(self) -> bool:
        return bool((self.sizes > 0).all())


class TooMany(Exception):
    """More combinations than can be priced."""


def automaton(counters: Sequence[Counter], pace: Pace, days: int, actions: int, most: int = MOST_STATES) -> Automaton:
    """All combinations that can be reached and from which the end can be; raises TooMany beyond ``most`` a day."""
    from patrols.rostering.kernel import combine

    sizes_of = np.array([_size(counter) for counter in counters], np.int64)
    factors = np.cumprod(np.concatenate([[1], sizes_of]))
    start = sum(counter.start * int(factor) for counter, factor in zip(counters, factors[:-1], strict=True))
    sizes, at, steps = combine(
        start,
        sizes_of,
        _stacked([counter.add for counter in counters], (days, actions), np.int64),
        _stacked([counter.clear for counter in counters], (days, actions), np.bool_),
        _stacked([np.zeros(days) if own.floor is None else own.floor for own in counters], (days,), np.int64),
        _stacked([pace.needs(counter) for counter in counters], (days,), np.int64),
        _stacked([counter.most for counter in counters], (days,), np.int64),
        most,
    )
    if not len(sizes):
        raise TooMany
    return Automaton(sizes, at, steps)


def _size(counter: Counter) -> int:
    """How many values the counter can have."""
    grown = counter.start + int(counter.add.max(axis=1).sum())
    return max(counter.start, min(grown, int(counter.most.max(initial=0)))) + 1


def _stacked(parts: Sequence[NDArray[Any]], shape: tuple[int, ...], kind: type) -> NDArray[Any]:
    return np.array(parts, kind).reshape(len(parts), *shape)


class Pace:
    """How much a counter can still grow: by the longest runs of work with the shortest breaks between them."""

    def __init__(self, most_run: int | None, least_off: int, days: int, shifts: int) -> None:
        self.most_run, self.least_off, self.days, self.shifts = most_run, least_off, days, shifts
        self._known: dict[bytes, Ints] = {}

    def needs(self, counter: Counter) -> Ints:
        """For each day the least value from which every later least can still be reached."""
        least = counter.least.copy()
        if not least.any():
            return least
        if self.most_run is None or counter.clear.any():
            growth = counter.add.max(axis=1)
            for day in range(self.days - 2, -1, -1):
                if not counter.clear[day + 1].any():
                    least[day] = max(least[day], least[day + 1] - growth[day + 1])
            return least
        gains = counter.add[:, : 2 * self.shifts].max(axis=1)
        key = gains.tobytes()
        if key not in self._known:
            self._known[key] = self._growth(gains)
        return np.maximum(least, int(least[-1]) - self._known[key])

    def _growth(self, gains: Ints) -> Ints:
        """For each day the most that can be added after it."""
        run, gap = self.most_run or 1, self.least_off
        rest = np.zeros(self.days, np.int64)
        worked = np.zeros(run + 1, np.int64)  # the most from here on with so many days of work behind
        idle = np.zeros(gap + 1, np.int64)  # with so many days off behind
        for day in range(self.days - 1, -1, -1):
            rest[day] = max(worked.max(), idle.max())
            on = gains[day]
            new_idle = np.empty_like(idle)
            for length in range(gap + 1):
                begin = on + worked[1] if length >= gap else -NO_LIMIT
                new_idle[length] = max(begin, idle[min(gap, length + 1)])
            new_worked = np.empty_like(worked)
            for length in range(run + 1):
                further = on + worked[length + 1] if length < run else -NO_LIMIT
                new_worked[length] = max(further, idle[1])
            worked, idle = new_worked, new_idle
        return rest
