"""Choosing among whole schedules: comes to the best roster, never to a worse one, and can be stopped."""

from __future__ import annotations

import dataclasses

import pytest

from patrols.rostering import Need, Person, Wish, objective
from patrols.rostering import limits as L  # noqa: N812 - a namespace of many classes
from patrols.rostering.columns import Generator
from patrols.rostering.frame import Frame
from patrols.rostering.weave import Weaver
from patrols.rostering.whole import Choosing
from tests.rostering.cast import HOUR, station
from tests.rostering.test_model_against_checker import solve_with, whole_model

NAMES = ("wang", "li", "zhang", "liu", "chen")


@pytest.fixture
def frame():
    days = 10
    needs = tuple(
        Need(f"{day}/{shift}", "gate", day, shift, 1, 1 + day % 2, weight_minimum=60, weight_ideal=60, weight_over=1)
        for day in range(days)
        for shift in ("early", "night")
    )
    people = tuple(
        Person(name, wishes=tuple(Wish(day, weight=1 + (number * day) % 4) for day in range(number, days, 3)))
        for number, name in enumerate(NAMES)
    )
    rules = (L.ConsecutiveDays(most=3, least=2), L.DaysOff(least=2), L.Rest(minutes=11 * HOUR), L.Wishes())
    return Frame(station(*rules, days=days, people=people, needs=needs))


@pytest.fixture
def choosing(frame):
    generator = Weaver(frame).generator()
    generator.generate(lambda: False, gap=0)
    return Choosing(generator, 0)


def rows(table):
    return {person: tuple(row) for person, row in enumerate(table.work.tolist())}


def cost_of(frame, schedules):
    table = frame.empty_table()
    for person, schedule in schedules.items():
        Weaver(frame).put(table, person, schedule)
    return objective(frame.problem, frame.roster_of(table))


def test_among_all_that_are_useful_is_the_best_roster(frame, choosing):
    start = rows(frame.empty_table())
    before = cost_of(frame, start)
    choosing.gather(before, 600, lambda: False)
    choice = choosing.among(choosing.useful(before), start.items())
    assert choice.make(60)
    solver, feasible = solve_with(whole_model(frame))
    assert feasible
    assert cost_of(frame, choice.schedules) == round(solver.objective_value) < before


def test_nobody_gains_by_schedules_that_cost_more_than_what_is_between_the_best_and_the_bound(choosing):
    choosing.gather(10_000, 50, lambda: False)
    fewer, more = choosing.useful(choosing.bound + 3), choosing.useful(choosing.bound + 300)
    assert fewer == more[: len(fewer)]
    assert len(fewer) < len(more)
    assert all(choosing.reduced[column] <= 2 + 1e-6 for column in fewer)


def test_nothing_is_gathered_when_time_is_up_and_the_start_stays(frame, choosing):
    start = rows(frame.empty_table())
    choosing.gather(10_000, 50, lambda: True)
    choice = choosing.among([], start.items())
    assert choice.make(1)
    assert choice.schedules == start


def test_without_column_generation_there_are_no_prices_to_go_by(frame):
    with pytest.raises(ValueError, match="not been begun"):
        Choosing(Generator(frame), 0)


def test_hard_limits_that_the_pricing_does_not_know_are_kept(frame):
    capped = dataclasses.replace(
        frame.problem, limits=(*frame.problem.limits, L.ShiftCount(shift="night", most=8, weight=0))
    )
    generator = Weaver(Frame(capped)).generator()
    generator.generate(lambda: False, gap=0)
    choosing = Choosing(generator, 0)
    choosing.gather(10_000, 50, lambda: False)
    nights = capped.shift_types.index(next(shift for shift in capped.shift_types if shift.id == "night"))
    assert all(schedule.count(nights) <= 8 for _person, schedule in choosing.useful(100_000))
