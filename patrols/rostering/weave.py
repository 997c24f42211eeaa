"""Better rosters out of whole schedules: everyone's best answer to the others, and a few people's best schedules.

A *response* is the exact cheapest schedule of one person against the cover that the others leave. A *weave* frees
some people (within some days), builds their linear programme by column generation, gives up as soon as its bound
shows that nothing is to be gained, and else dives for whole schedules.
"""

from __future__ import annotations

import math
import random
import time
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from patrols.rostering.columns import Generator, cell_prices, wish_costs
from patrols.rostering.frame import NOWHERE, OFF, Frame, Part, Table
from patrols.rostering.ledger import Account
from patrols.rostering.limits import ShiftCount
from patrols.rostering.neighbourhoods import Neighbourhoods
from patrols.rostering.pricing import INFINITE, Pricer, Schedule
from patrols.rostering.problem import Person

SWEEPS = 12
TRIES = 4
KEPT = 30.0  # schedules that cost at most so much more than the best stay in a dive
MOST_SECONDS = 4.0  # for one weave; one that takes longer is made smaller next time,
LATE = 1.5  # and one that takes so many times as long is given up
WINDOWS = (14, 28, 42, 42)


class Weaver:
    """Works on one problem; tables go in and out, nothing is kept of them."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.pricer = Pricer(frame)
        self.cells = cell_prices(frame)
        self.duty_cost = wish_costs(frame)
        self.days, self.shifts = len(frame.problem.days), len(frame.problem.shift_types)
        self.need_at = np.full((self.days, self.shifts), NOWHERE)
        for (day, shift), needs in frame.needs_of_slot.items():
            self.need_at[day, shift] = needs[0]
        self._weigh()
        self._counts = [self._most_of(person) for person in frame.problem.people]

    def _weigh(self) -> None:
        needs = self.frame.problem.needs
        kinds = ("minimum", "ideal", "weight_minimum", "weight_ideal", "weight_over")
        nothing = [0] * len(kinds)  # stands last, where NOWHERE finds it
        found = np.array([*([getattr(need, kind) for kind in kinds] for need in needs), nothing], float)
        self.minimum, self.ideal, self.below_minimum, self.below_ideal, self.beyond = found[self.need_at].transpose(
            2, 0, 1
        )

    def _most_of(self, person: Person) -> dict[int, int]:
        """The most duties of a shift, where a hard limit says so."""
        own = [limit for limit in self.frame.hard if isinstance(limit, ShiftCount) and limit.concerns(person)]
        return {self.frame.shift_index[limit.shift]: limit.most for limit in own}

    def generator(self, workers: int = 1) -> Generator:
        """Column generation for everyone."""
        return Generator(self.frame, self.pricer, cells=self.cells, duty_cost=self.duty_cost, workers=workers)

    @cached_property
    def is_plain(self) -> bool:
        """Whether each shift of a day has one need, so that schedules say all there is to say."""
        return bool(self.frame.problem.needs) and all(len(needs) == 1 for needs in self.frame.needs_of_slot.values())

    @cached_property
    def seconds_to_price(self) -> float:
        """How long it takes to price everyone once, by a few of them."""
        some = range(0, len(self.frame.problem.people), max(1, len(self.frame.problem.people) // 5))
        for person in some:
            self.pricer.lane(person)  # built once
        self.pricer.price(0, self.cells[0])  # may have to be compiled
        begun = time.monotonic()
        for person in some:
            self.pricer.price(person, self.cells[person])
        return (time.monotonic() - begun) * len(self.frame.problem.people) / len(some)

    # --- one person's response -----------------------------------------------------------------------------------

    def heads(self, table: Table) -> NDArray[np.int64]:
        """How many people serve the need of each day and shift."""
        found = np.zeros((self.days, self.shifts), np.int64)
        people, days = np.nonzero((table.work != OFF) & (table.place != NOWHERE))
        np.add.at(found, (days, table.work[people, days]), 1)
        return found

    def next_one(self, heads: NDArray[np.int64]) -> NDArray[np.float64]:
        """What one more on each day and shift costs (negative: saves)."""
        cost: NDArray[np.float64] = np.where(heads < self.ideal, -self.below_ideal, self.beyond)
        return np.where(heads < self.minimum, -self.below_minimum, cost)

    def respond(self, table: Table, rng: random.Random, is_over: Callable[[], bool], sweeps: int = SWEEPS) -> Table:
        """Everyone's best response to the others, one after the other, until nobody finds a better one."""
        table = table.copy()
        heads = self.heads(table)
        order = list(range(len(self.frame.problem.people)))
        for _sweep in range(sweeps):
            rng.shuffle(order)
            changed = False
            for person in order:
                if is_over():
                    return table
                changed |= self._respond(table, heads, person)
            if not changed:
                break
        return table

    def _respond(self, table: Table, heads: NDArray[np.int64], person: int) -> bool:
        days = np.arange(self.days)
        self._count(heads, table, person, -1)
        prices = self._prices(heads, person)
        value, schedule = self._within_counts(self.pricer, person, prices)
        old = prices[days, table.work[person]].sum()
        better = bool(schedule) and (value < old - 1e-6 or not self.accepts(person, table.work[person]))
        if better:
            self.put(table, person, schedule)
        self._count(heads, table, person, 1)
        return better

    def respond_near(self, table: Table, person: int, blur: NDArray[np.float64]) -> Table | None:
        """The table with the person's best response near what they do now, where that costs no more.

        ``blur``, days × (shifts and a day off), is what the prices are to be wrong by: what is found then differs from
        time to time, and among schedules that cost the same comes to others than the present one.
        """
        pricer = self.pricer.near(person, table.work[person])
        if pricer is None:
            return None
        heads = self.heads(table)
        self._count(heads, table, person, -1)
        prices = self._prices(heads, person)
        _value, schedule = self._within_counts(pricer, person, np.minimum(prices + blur, INFINITE))
        days = np.arange(self.days)
        if not schedule or prices[days, schedule].sum() > prices[days, table.work[person]].sum() + 1e-6:
            return None
        found = table.copy()
        self.put(found, person, schedule)
        return found

    def _prices(self, heads: NDArray[np.int64], person: int) -> NDArray[np.float64]:
        """What a day's duty costs the person and saves the cover that ``heads`` leave."""
        prices: NDArray[np.float64] = self.duty_cost[person] + self.cells[person]
        prices[:, :-1] += self.next_one(heads)
        np.minimum(prices, INFINITE, out=prices)
        return prices

    def _within_counts(self, pricer: Pricer, person: int, prices: NDArray[np.float64]) -> tuple[float, Schedule]:
        """The cheapest schedule within the counts that the pricing does not hold.

        What is too many is made dearer; if that is not enough, the shift stays open on its best days only.
        """
        value, schedule = pricer.price(person, prices)
        own = prices
        for attempt in range(TRIES + self.shifts):
            over = self._too_many(person, schedule) if schedule else []
            if not over:
                return value, schedule
            own = own.copy()
            if attempt < TRIES:
                own[:, over] += 2.0 * 4**attempt
            else:
                self._close(own, prices, person, schedule, over)
            _value, schedule = pricer.price(person, np.minimum(own, INFINITE))
            value = float(prices[np.arange(self.days), schedule].sum()) if schedule else INFINITE
        return INFINITE, ()

    def _close(
        self, own: NDArray[np.float64], prices: NDArray[np.float64], person: int, schedule: Schedule, over: list[int]
    ) -> None:
        for shift in over:
            days = np.flatnonzero(np.array(schedule) == shift)
            kept = days[np.argsort(prices[days, shift], kind="stable")][: self._counts[person][shift]]
            closed = np.ones(self.days, bool)
            closed[kept] = False
            own[closed, shift] = INFINITE

    def _too_many(self, person: int, schedule: Collection[int]) -> list[int]:
        """The shifts that the schedule has too often for the person."""
        times = Counter(schedule)
        return [shift for shift, most in self._counts[person].items() if times[shift] > most]

    def accepts(self, person: int, schedule: NDArray[np.int16]) -> bool:
        """Whether the person may work the schedule, as far as the pricing and the counts tell."""
        return not self._too_many(person, schedule.tolist()) and self.pricer.accepts(person, schedule)

    def _count(self, heads: NDArray[np.int64], table: Table, person: int, by: int) -> None:
        days = np.flatnonzero((table.work[person] != OFF) & (table.place[person] != NOWHERE))
        heads[days, table.work[person, days]] += by

    def put(self, table: Table, person: int, schedule: Schedule, days: range | None = None) -> None:
        """Give a person a schedule; each duty serves the first need of its day and shift that they can serve."""
        days = range(self.days) if days is None else days
        kind = self.frame.kind_of[person]
        for day, shift in zip(days, schedule, strict=True):
            fixed = self.frame.fixed.get((person, day)) if self.frame.fixed else None
            table.work[person, day], table.place[person, day] = shift, NOWHERE
            if fixed is not None and fixed.beat is not None:
                table.place[person, day] = self.frame.place_of(fixed)
            elif shift != OFF:
                needs = self.frame.needs_of_slot.get((day, shift), ())
                table.place[person, day] = next((n for n in needs if n in self.frame.open_needs[kind]), NOWHERE)

    # --- several people's schedules ------------------------------------------------------------------------------

    def weave(
        self, table: Table, people: Sequence[int], window: range, is_over: Callable[[], bool]
    ) -> tuple[Table | None, bool]:
        """A better table for the people within the window, or None; and whether there is none for sure."""
        part = Part.of(table, people, window)
        generator = self._beside(table, part)
        for person in part.people:
            generator.master.add(person, tuple(table.work[person, part.days.start : part.days.stop].tolist()))
        generator.master.solve()
        cost = generator.master.value
        enough = cost - 1 + 1e-4
        done = generator.generate(is_over, hopeless=enough, gap=0.4 / max(cost, 1))
        if not done or generator.best >= enough or generator.master.value >= enough:
            return None, done
        return self.dive(generator, table, is_over, enough=enough), False

    def _beside(self, table: Table, part: Part) -> Generator:
        some, days = list(part.people), slice(part.days.start, part.days.stop)
        cells = self.cells[some, days]
        later = np.arange(len(part.window), len(part.days))
        cells[:, later] = INFINITE
        for place, person in enumerate(some):
            cells[place, later, table.work[person, part.window.stop : part.days.stop]] = 0
        pricer = self.pricer.within(part)
        return Generator(self.frame, pricer, table=table, cells=cells, duty_cost=self.duty_cost[some, days])

    def dive(
        self,
        generator: Generator,
        table: Table,
        is_over: Callable[[], bool],
        *,
        enough: float = math.inf,
        steps: int = 60,
        rounds: int = 25,
    ) -> Table | None:
        """Settle the surest schedules, a share of them at a time; the programme of those left is built anew each time
        that half of it is settled.

        When time is up, those left get their likeliest schedules at once. None as soon as the value passes ``enough``.
        """
        days = generator.pricer.days
        table = table.copy()
        left = set(generator.master.people)
        gap = 0.5 / max(1.0, generator.master.value)
        while True:
            surest = generator.surest(len(left) if is_over() else -(-len(left) // steps))
            for person, schedule in surest:
                self.put(table, person, schedule, days)
            left -= {person for person, _schedule in surest}
            if not (left and surest):
                return table
            generator.settle(surest)
            if 2 * len(left) <= len(generator.master.people):
                generator = self._rest(generator, table, sorted(left))
            done = generator.generate(is_over, rounds=rounds, gap=gap, proves=False, hopeless=enough)
            if done and generator.master.value >= enough:
                return None

    def _rest(self, generator: Generator, table: Table, people: list[int]) -> Generator:
        """Column generation for those who are left, with the schedules that may still be of use."""
        rest = Generator(
            self.frame,
            generator.pricer,
            people=people,
            table=table,
            cells=generator.cells,
            duty_cost=generator.duty_cost,
        )
        for person, schedule in generator.promising(people, KEPT):
            rest.master.add(person, schedule)
        return rest


class Weaving:
    """Which people and days to free next, and how many: more while that is quick and proves that nothing is there."""

    def __init__(self, weaver: Weaver, rng: random.Random) -> None:
        self.weaver, self.rng = weaver, rng
        self.people = len(weaver.frame.problem.people)
        self.size = float(min(self.people, 8))
        self.shapes = Neighbourhoods(weaver.frame)

    def next(self, table: Table, account: Account, is_over: Callable[[], bool]) -> Table | None:
        """A table that may be better, made from this one."""
        begun = time.monotonic()
        people, window = self._draw(account, table)
        late = begun + LATE * MOST_SECONDS
        found, hopeless = self.weaver.weave(table, people, window, lambda: is_over() or time.monotonic() > late)
        spent = time.monotonic() - begun
        if spent > MOST_SECONDS:
            self.size = max(3.0, self.size * 0.85)
        elif hopeless or spent < MOST_SECONDS / 4:
            self.size = min(float(self.people), self.size * 1.08)
        return found

    def _draw(self, account: Account, table: Table) -> tuple[list[int], range]:
        day = self.shapes.costly_day(self.rng, account)
        count = max(2, round(self.size * self.rng.choice((0.5, 1.0, 1.0))))
        length = min(self.weaver.days, self.rng.choice(WINDOWS))
        first = min(max(day - self.rng.randrange(length), 0), self.weaver.days - length)
        people = self.shapes.some_people(self.rng, account, table, min(count, self.people), day)
        return sorted(people), range(first, first + length)
