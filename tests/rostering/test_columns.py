"""Column generation: its bound never lies above a roster that exists, and is worth having."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from patrols.rostering import Need, Period, Person, Problem, Wish, check, cover_cost, days_from, solve
from patrols.rostering import limits as L  # noqa: N812 - a namespace of many classes
from patrols.rostering.columns import Generator, cell_prices
from patrols.rostering.frame import OFF, Frame
from patrols.rostering.pricing import INFINITE, Pricer, price_all
from patrols.rostering.problem import Fixed
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


def proven(problem: Problem, *, soft: bool = True) -> int | None:
    generator = Generator(Frame(problem), soft=soft)
    generator.generate(lambda: False)
    return generator.bound


THREE_EARLY = tuple(Need(f"{day}", "gate", day, "early", 1, 1) for day in range(3))


@pytest.mark.parametrize(
    ("limit", "cost"),
    [
        (L.HoursInSpan(span="month", most=960, already={"wang": -480}), 0),
        (L.HoursInSpan(span="month", most=960, already={"wang": 480}), 20_000),
        (L.HoursInSpan(span="month", most=960, already={"wang": 2000}), 30_000),
        (L.HoursInSpan(span="month", least=960, most=1440, already={"wang": -480}), 0),
        (L.HoursInSpan(span="week", most=960, already={"wang": -480}), 0),
    ],
)
def test_hours_from_before_count_also_where_they_are_fewer_than_none(limit, cost):
    """A quarter that began with quiet weeks leaves more room: minutes before are below the norm, so negative."""
    first_of_month = tuple(replace(day, date=day.date + timedelta(days=1)) for day in days_from(MONDAY, 3))
    assert proven(Problem(first_of_month, (Person("wang"),), (EARLY,), THREE_EARLY, (limit,))) == cost


@pytest.mark.parametrize(
    ("beats", "cost"),
    [(("gate", "street"), 0), (("street", "yard"), 10_000), (("gate", "gate"), 300), (("kennel", "gate"), 0)],
)
def test_a_duty_fixed_with_its_beat_counts_for_the_need_there_or_for_none(beats, cost):
    """Not for another that the person could serve; the need that it counts for may be closed to others like them."""
    kennel = Need("kennel", "kennel", 0, "early", 0, 1, skills=frozenset({"dog"}), weight_ideal=0)
    gate = Need("gate", "gate", 0, "early", 1, 1)
    fixed = tuple(Fixed(name, 0, "early", beat) for name, beat in zip("ab", beats, strict=True))
    cast = (Person("a"), Person("b"))
    problem = station(L.Skilled(), days=1, people=cast, needs=(gate, kennel), fixed=fixed)
    frame = Frame(problem)
    assert cover_cost(problem, frame.roster_of(frame.empty_table())) == cost
    assert proven(problem, soft=False) == cost


@pytest.mark.parametrize(("of_spare", "of_others"), [(0.5, 0), (1e-6, 1e-6), (0, -1e-6), (-0.5, 0.5), (0.5, -0.5)])
def test_bound_holds_for_prices_that_are_off(of_spare, of_others):
    """The end of the linear programme is exact but for rounding, and what that does to a price may have any sign."""
    needs = tuple(Need(f"{day}", "gate", day, "early", 1, 2) for day in range(10))
    rare, seldom = L.ShiftCount(shift="early", most=9), L.ConsecutiveDays(most=1)  # so the count has four to spare
    limits = (rare, seldom, L.HoursInSpan(span="week", most=600, hard=False))
    problem = station(*limits, days=10, people=(Person("wang"), Person("li")), needs=needs)
    generator = Generator(Frame(problem))
    generator.generate(lambda: False)
    best = generator.best
    master = generator.master
    prices = [row.dual_value() for row in master.rows]
    spare = [row.Lb() < row.Ub() and abs(price) < 1e-9 for row, price in zip(master.rows, prices, strict=True)]
    assert any(spare)
    off = [price + (of_spare if free else of_others) for price, free in zip(prices, spare, strict=True)]
    master.rows = [SimpleNamespace(dual_value=lambda price=price: price) for price in off]
    duals = master.solve()
    bound, _added = generator._price(duals, lambda: False)
    assert bound <= best + 1e-9
    assert 0.5 in {abs(of_spare), abs(of_others)} or bound > best - 1


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
            span="whole",
            most=data.draw(st.integers(8, 50)) * HOUR,
            least=data.draw(st.integers(0, 2)) * 480,
            already={"wang": data.draw(st.integers(-20, 20)) * HOUR},
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
