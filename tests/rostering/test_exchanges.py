"""Annealing by exchanges and the bound by counting: what they say of random squadrons is what the checker says."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.squadrons import squadron
from patrols.rostering import Need, Person, Waiver, check, objective, solve
from patrols.rostering import limits as L  # noqa: N812 - a namespace of many classes
from patrols.rostering.exchanges import Exchanger
from patrols.rostering.frame import Frame
from patrols.rostering.greedy import Greedy
from patrols.rostering.ledger import Ledger
from patrols.rostering.limits import FairShare
from patrols.rostering.relaxed import counted_bound
from tests.rostering.cast import HOUR, problems, station
from tests.rostering.test_model_against_checker import best_by_trying

RANDOM = settings(max_examples=100, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@st.composite
def some_with_hard_beats(draw):
    """Random squadrons; of some, posts that wear people out are to be evened out."""
    problem = draw(problems(with_fixed=True))
    if draw(st.booleans()):
        return problem
    needs = tuple(dataclasses.replace(need, is_hard=draw(st.booleans())) for need in problem.needs)
    shares = {person.id: draw(st.floats(0, 4)) for person in problem.people[1:]}
    share = FairShare(measure="hard_beats", shares=shares, weight=draw(st.integers(1, 9)))
    return dataclasses.replace(problem, needs=needs, limits=(*problem.limits, share))


def begun(problem):
    """What anneals, what judges, a first table and its account."""
    frame = Frame(problem)
    ledger, start = Ledger(frame), Greedy(frame).run()
    return frame, Exchanger(frame), ledger, start, ledger.open(start)


@given(some_with_hard_beats(), st.integers(0, 1000))
@RANDOM
def test_annealing_breaks_nothing_more_and_saves_what_it_says_where_it_knows_every_limit(problem, seed):
    frame, exchanger, ledger, start, before = begun(problem)
    found, saved = exchanger.anneal(start, moves=2000, heat=(50.0, 1.0), seed=seed, reassigning=0.5)
    after = ledger.open(found)
    assert [cell for cell in frame.fixed if found.work[cell] != start.work[cell]] == []
    if exchanger.is_exact:
        assert after.hard <= before.hard
        gain = before.objective - after.objective
        with_skills = any(need.shares for need in problem.needs)  # somebody more may bring a skill that was missing
        assert gain >= saved >= 0
        assert gain == saved or with_skills


@pytest.mark.parametrize(
    ("limit", "code", "shifts"),
    [
        (L.Rest(minutes=11 * HOUR), "rest", "night early night early"),
        (L.ConsecutiveDays(most=2), "consecutive_days", "early early early early early"),
        (L.ConsecutiveNights(most=1), "consecutive_nights", "night night night"),
        (L.HoursInSpan(span="week", most=24 * HOUR), "hours_week", "early early early early"),
        (L.WeeklyRest(days=4), "weekly_rest", "early early early early"),
    ],
)
def test_annealing_fills_what_an_exception_allows_and_no_more(limit, code, shifts):
    needs = tuple(Need(f"{day}", "gate", day, shift, 1, 1) for day, shift in enumerate(shifts.split()))
    for waivers in ((Waiver(code, 1, 1),), ()):
        problem = station(limit, days=7, people=(Person("wang"),), needs=needs, waivers=waivers)
        frame = Frame(problem)
        found, _saved = Exchanger(frame).anneal(
            frame.empty_table(), moves=20_000, heat=(3000.0, 100.0), seed=1, reassigning=1.0
        )
        roster = frame.roster_of(found)
        assert check(problem, roster) == []
        assert objective(problem, roster) == best_by_trying(problem)


@given(problems(with_fixed=True), st.integers(0, 1000))
@RANDOM
def test_several_who_anneal_one_roster_save_what_they_say(problem, seed):
    _frame, exchanger, ledger, start, before = begun(problem)
    course = exchanger.course(start, seconds=0.01, heat=(50.0, 1.0), seed=seed, reassigning=0.5, workers=2)
    for table, saved in course:
        found = ledger.open(table)
        assert found.hard <= before.hard or not exchanger.is_exact
        if exchanger.is_exact and exchanger.is_separable:
            assert before.objective - found.objective == saved >= 0


@given(some_with_hard_beats())
@RANDOM
def test_bound_by_counting_is_below_any_roster(problem):
    frame = Frame(problem)
    roster = solve(problem, seconds=0.2, workers=1).roster
    if not check(problem, roster):
        for by_week in (False, True):
            bound = counted_bound(frame, by_week=by_week)
            assert bound is not None
            assert bound <= objective(problem, roster)


@pytest.mark.parametrize("by_week", [False, True])
def test_counting_ends_when_asked_to_at_any_step_of_building(by_week):
    """A year of a county takes seconds to set up: whoever stops the search does not wait for it."""
    frame = Frame(squadron(12, 14, 3))
    asked = []
    bound = counted_bound(frame, by_week=by_week, is_over=lambda: bool(asked.append(1)))
    assert bound is not None
    assert len(asked) > len(frame.problem.people) + len(frame.problem.limits)
    for moment in range(0, len(asked), 5):
        times = iter(range(len(asked)))
        assert counted_bound(frame, by_week=by_week, is_over=lambda: next(times) >= moment) is None  # noqa: B023


def test_a_squadron_is_shared_out_as_fairly_as_can_be():
    result = solve(squadron(12, 14, 3), seconds=120)
    assert (result.status, result.hard_violations, result.uncovered) == ("optimal", 0, 0)


@pytest.mark.parametrize("weight", [0, 5])
def test_nobody_to_exchange_with_and_nothing_to_gain(weight):
    needs = (Need("gate", "gate", 0, "early", 1, 1, weight_minimum=weight, weight_ideal=0, weight_over=0),)
    for people in ((), (Person("wang"),)):
        result = solve(dataclasses.replace(station(needs=needs), people=people), seconds=0.5)
        assert result.objective == (0 if people else weight)


def test_each_stretch_of_a_course_draws_anew(monkeypatch):
    seeds = []
    run = "patrols.rostering.exchanges._Course.run"
    monkeypatch.setattr(run, lambda _course, _moves, _heat, seed: seeds.append(seed))
    exchanger = begun(station(needs=(Need("n", "gate", 0, "early", 1, 1),)))[1]
    course = exchanger.course(Greedy(exchanger.frame).run(), seconds=0.05, heat=(2.0, 1.0), seed=1, reassigning=0.5)
    for _table, _saved in course:
        if len(seeds) > 20:
            break
    assert len(set(seeds)) == len(seeds) > 20
