"""Best responses and weaving: never worse, never against a hard limit; the value of a part is that of the roster."""

from __future__ import annotations

import random

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
