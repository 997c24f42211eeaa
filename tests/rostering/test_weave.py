"""Best responses and weaving: never worse, never against a hard limit; the value of a part is that of the roster."""

from __future__ import annotations

import itertools
import random

import numpy as np
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from patrols.rostering import Need, Person, Problem, Wish
from patrols.rostering import limits as L  # noqa: N812 - a namespace of many classes
from patrols.rostering.frame import OFF, Frame, Part
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
    part = weaver._beside(table, Part.of(table, people, range(DAYS)))
    for person in people:
        part.master.add(person, tuple(table.work[person].tolist()))
    part.master.solve()
    elsewhere = sum(cost for person, cost in account.by_person.items() if person not in people)
    assert round(part.master.value, 4) + elsewhere == account.objective
    found, _nothing_there = weaver.weave(table, people, range(DAYS), lambda: False)
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


@given(stations(), st.integers(0, 6), st.integers(1, 3))
@settings(phases=[Phase.generate], max_examples=20, deadline=None, derandomize=True)
def test_a_person_gets_the_best_of_some_days_that_goes_with_all_the_others(problem, first, length):
    """Pricing a part against trying everything, judged by the checker over all days."""
    frame = Frame(problem)
    weaver, ledger = Weaver(frame), Ledger(frame)
    table = weaver.respond(frame.empty_table(), random.Random(1), lambda: False)
    window = range(first, min(first + length, DAYS))
    part = weaver._beside(table, Part.of(table, [0], window))
    days = part.pricer.days
    prices = np.random.default_rng(first).integers(-9, 9, part.cells[0].shape) + part.cells[0]
    best = np.inf
    for middle in itertools.product(*((OFF, *frame.allowed[0][day]) for day in window)):
        other = table.copy()
        weaver.put(other, 0, (*middle, *table.work[0, window.stop : days.stop].tolist()), days)
        if not ledger.open(other).hard_by_person[0]:
            best = min(best, prices[np.arange(len(days)), other.work[0, days.start : days.stop]].sum())
    value, schedule = part.pricer.price(0, prices)
    assert value == best
    weaver.put(table, 0, schedule, days)
    assert ledger.open(table).hard_by_person[0] == 0


@given(stations(), st.integers(0, 9))
@settings(
    phases=[Phase.generate], max_examples=10, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
def test_a_response_near_the_present_schedule_never_costs_more_and_without_blur_is_the_best(problem, seed):
    frame = Frame(problem)
    weaver, ledger, numbers = Weaver(frame), Ledger(frame), np.random.default_rng(seed)
    table = weaver.respond(frame.empty_table(), random.Random(seed), lambda: False, sweeps=1)
    before = ledger.open(table)
    person = int(numbers.integers(4))
    blurred = weaver.respond_near(table, person, numbers.random(weaver.cells.shape[1:]))
    plain = weaver.respond_near(table, person, np.zeros(weaver.cells.shape[1:]))
    assert plain is not None
    for found in (blurred, plain):
        if found is not None:
            assert (ledger.open(found).hard, before.hard) == (0, 0)
            assert ledger.open(found).objective <= before.objective
            assert [p for p in range(4) if (found.work[p] != table.work[p]).any()] in ([], [person])
    # On nine days the corridor holds every schedule.
    heads, exact = weaver.heads(table), table.copy()
    weaver._respond(exact, heads, person)
    assert ledger.open(plain).objective == ledger.open(exact).objective


def test_on_a_long_horizon_the_present_schedule_is_one_of_those_near_it():
    days = 182
    needs = tuple(Need(f"{day}/{s.id}", "gate", day, s.id, 1, 1) for day in range(days) for s in (EARLY, LATE))
    hours = L.HoursInSpan(span="whole", most=105 * 8 * HOUR, least=95 * 8 * HOUR)
    rules = (L.ConsecutiveDays(most=5, least=2), L.DaysOff(least=2), L.Weekends(most=13), hours)
    frame = Frame(station(*rules, days=days, people=tuple(map(Person, "abcd")), needs=needs))
    weaver, ledger = Weaver(frame), Ledger(frame)
    table = frame.empty_table()
    for person in range(4):
        # Mostly in the first half: far off an even pace.
        on_duty = [day % 7 < (5 if day < 91 else 3) for day in range(days)]
        weaver.put(table, person, tuple(person % 2 if on else OFF for on in on_duty))
    assert ledger.open(table).hard == 0
    for person in range(4):
        near = weaver.pricer.near(person, table.work[person])
        assert near is not None
        assert near.accepts(person, table.work[person])
        found = weaver.respond_near(table, person, np.zeros(weaver.cells.shape[1:]))
        assert found is not None
        assert ledger.open(found).hard == 0
        assert ledger.open(found).objective < ledger.open(table).objective
