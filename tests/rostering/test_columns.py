"""Column generation: its bound never lies above a roster that exists, and is worth having."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from patrols.rostering import Need, Period, Person, Problem, Wish, check, days_from, solve
from patrols.rostering import limits as L  # noqa: N812 - a namespace of many classes
from patrols.rostering.columns import Generator, cell_prices
from patrols.rostering.frame import OFF, Frame
from patrols.rostering.pricing import INFINITE, Pricer, price_all
from tests.rostering.cast import DAY, EARLY, HOUR, LATE, MONDAY, NIGHT, duties, problems, station
from tests.rostering.test_model_against_checker import solve_with, whole_model

RELAXED = settings(
    phases=[Phase.generate], max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


@given(problems(with_fixed=True))
@RELAXED
def test_bound_is_never_above_the_best_roster(problem):
    frame = Frame(problem)
    generator = Generator(frame)
    generator.generate(lambda: False)
    solver, feasible = solve_with(whole_model(frame))
    if feasible and generator.bound is not None and not check(problem, frame.roster_of(frame.empty_table())):
        assert generator.bound <= round(solver.objective_value)


def week_of_shifts(*limits: L.Limit, days: int = 6):
    needs = tuple(Need(f"{day}/{s.id}", "gate", day, s.id, 1, 1) for day in range(days) for s in (EARLY, LATE, NIGHT))
    return station(*limits, days=days, people=(Person("wang"),), needs=needs)


@given(st.data())
@settings(phases=[Phase.generate], max_examples=8, deadline=None, derandomize=True)
def test_cheapest_schedule_is_that_of_trying_all_of_them(data):
    """Pricing against brute force over 4^6 schedules, each judged by the checker."""
    problem = week_of_shifts(
        L.Rest(minutes=11 * HOUR),
        L.ConsecutiveDays(most=data.draw(st.integers(2, 4)), least=data.draw(st.integers(1, 2))),
        L.DaysOff(least=data.draw(st.integers(1, 3))),
        L.HoursInSpan(
            span="whole", most=data.draw(st.integers(8, 50)) * HOUR, least=data.draw(st.integers(0, 2)) * 480
        ),
        L.Weekends(most=data.draw(st.integers(0, 1))),
        L.ShiftCount(shift="night", most=data.draw(st.integers(1, 2))),
    )
    frame = Frame(problem)
    prices = cell_prices(frame)
    cells = data.draw(st.lists(st.integers(-9, 9), min_size=24, max_size=24))
    prices[0, :, [0, 1, 2, -1]] += np.array(cells, float).reshape(4, 6)
    values, schedules = price_all(Pricer(frame), prices, [0])
    best = min(
        (
            float(prices[0, np.arange(6), way].sum())
            for way in itertools.product((OFF, 0, 1, 2), repeat=6)
            if not check(
                problem, duties("wang", *((day, (EARLY, LATE, NIGHT)[s]) for day, s in enumerate(way) if s != OFF))
            )
        ),
        default=INFINITE,
    )
    assert values[0] == best
    if best < INFINITE:
        assert prices[0, np.arange(6), schedules[0]].sum() == best


def test_bound_proves_the_best_roster_of_two_people_who_cannot_cover_a_week():
    needs = tuple(Need(f"{day}", "gate", day, "early", 2, 2, weight_minimum=1000) for day in range(7))
    cast = (Person("wang", wishes=(Wish(0, weight=3),)), Person("li"))
    problem = station(L.ConsecutiveDays(most=3), L.Wishes(), days=7, people=cast, needs=needs)
    result = solve(problem, seconds=10)
    assert result.status == "optimal"
    assert (result.objective, result.bound) == (2003, 2003)


def test_where_schedules_are_held_near_a_pace_long_leave_has_its_own(monkeypatch):
    """Three weeks off in ten: nobody can be that far ahead of an even pace, or make it up afterwards."""
    monkeypatch.setattr("patrols.rostering.pricing.MOST_VALUES", 60_000)
    monkeypatch.setattr("patrols.rostering.pricing.MOST_NARROWED", 60_000)
    needs = tuple(Need(f"{day}", "gate", day, "early", 1, 1) for day in range(70))
    cast = (Person("wang", unavailable=(Period(10 * DAY, 31 * DAY),)), Person("li"))
    hours = (L.HoursInSpan(span="whole", least=30 * 480, most=32 * 480), L.Weekends(most=8), L.DaysOff(least=2))
    rules = (L.Absent(), L.ConsecutiveDays(most=5), *hours)
    problem = Problem(days_from(MONDAY, 70), cast, (EARLY,), needs, rules)
    frame = Frame(problem)
    pricer = Pricer(frame)
    assert not pricer.exact
    for person, prices in enumerate(cell_prices(frame)):
        _value, schedule = pricer.price(person, prices)
        worked = duties(cast[person].id, *((day, EARLY) for day, shift in enumerate(schedule) if shift != OFF))
        assert not [item for item in check(problem, worked) if item.person == cast[person].id]
