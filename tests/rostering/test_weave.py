"""Best responses and weaving: never worse, never against a hard limit; the value of a part is that of the roster."""

from __future__ import annotations

import itertools
import random

import numpy as np
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from patrols.rostering import Need, Person, Problem, Wish
from patrols.rostering import limits as L  # noqa: N812 - a namespace of many classes
from patrols.rostering.frame import Frame
from patrols.rostering.ledger import Ledger
from patrols.rostering.weave import Weaver
from tests.rostering.cast import EARLY, HOUR, LATE, NIGHT, station

DAYS = 9


@st.composite
def stations(draw: st.DrawFn) -> Problem:
    needs = tuple(
        Need(f"{day}/{shift.id}", "gate", day, shift.id, draw(st.integers(0, 2)), 2, weight_minimum=50, weight_ideal=20)
        for day in range(DAYS)
        for shift in (EARLY, LATE, NIGHT)
    )
    wishes = st.builds(
        Wish, st.integers(0, DAYS - 1), st.sampled_from([None, "early"]), st.booleans(), st.integers(1, 5)
    )
    cast = tuple(Person(name, wishes=tuple(draw(st.lists(wishes, max_size=3)))) for name in "abcd")
    return station(
        L.Rest(minutes=11 * HOUR),
        L.ConsecutiveDays(most=draw(st.integers(2, 4)), least=draw(st.integers(1, 2))),
        L.DaysOff(least=draw(st.integers(1, 2))),
        L.HoursInSpan(span="whole", most=56 * HOUR, least=draw(st.sampled_from([0, 24 * HOUR]))),
        L.WeeklyRest(days=2),
        L.ConsecutiveNights(most=2),
        L.Weekends(most=1),
        L.ShiftCount(shift="early", most=3),
        L.Wishes(),
        days=DAYS,
        people=cast,
        needs=needs,
    )


@given(stations(), st.integers(0, 9))
@settings(
    phases=[Phase.generate], max_examples=10, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
def test_weaving_keeps_hard_limits_and_costs_what_the_programme_says(problem, seed):
    frame = Frame(problem)
    weaver, ledger, rng = Weaver(frame), Ledger(frame), random.Random(seed)
    table = weaver.respond(frame.empty_table(), rng, lambda: False)
    account = ledger.open(table)
    assert account.hard == 0
    assert ledger.open(weaver.respond(table, rng, lambda: False)).objective <= account.objective
    people = sorted(rng.sample(range(4), 2))
    part = weaver._beside(table, people, weaver.cells)
    for person in people:
        part.master.add(person, tuple(table.work[person].tolist()))
    part.master.solve()
    assert round(part.master.value, 4) == account.objective
    found, _nothing_there = weaver.weave(table, account.objective, people, range(DAYS), lambda: False)
    if found is not None:
        better = ledger.open(found)
        assert better.hard == 0
        assert better.objective < account.objective


@given(stations(), st.integers(0, 5))
@settings(
    phases=[Phase.generate], max_examples=6, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
def test_a_dive_gives_everyone_a_schedule_also_when_time_is_up_on_the_way(problem, asked):
    frame = Frame(problem)
    weaver = Weaver(frame)
    whole = weaver.generator(workers=2)
    whole.generate(lambda: False)
    bound = whole.bound
    times = iter(range(10_000))
    table = weaver.dive(whole, frame.empty_table(), lambda: next(times) >= asked, steps=2)
    assert table is not None
    account = Ledger(frame).open(table)
    assert account.hard == 0
    assert bound <= account.objective
    whole.reopen()
    whole.generate(lambda: False)
    assert whole.bound == bound


@given(stations())
@settings(phases=[Phase.generate], max_examples=6, deadline=None, derandomize=True)
def test_a_person_frozen_outside_some_days_gets_the_best_of_those_days(problem):
    """What the pricing leaves out as out of reach is never what it is asked for."""
    frame = Frame(problem)
    weaver = Weaver(frame)
    table = weaver.respond(frame.empty_table(), random.Random(1), lambda: False)
    cells = weaver._frozen(table, [0], range(3, 6))
    prices = cells[0] + weaver.duty_cost[0]
    best = min(
        sum(prices[day, shift] for day, shift in enumerate(row))
        for row in (
            [*table.work[0, :3].tolist(), *middle, *table.work[0, 6:].tolist()]
            for middle in itertools.product(range(-1, 3), repeat=3)
        )
        if weaver.pricer.accepts(0, np.array(row, np.int16))
    )
    assert weaver.pricer.price(0, prices)[0] == best
