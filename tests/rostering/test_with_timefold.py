"""What Timefold is told of a squadron: the costs in its numbers are the checker's."""

from __future__ import annotations

import dataclasses
from collections import Counter

import pytest

from bench import with_timefold
from bench.squadrons import FIVE_SHIFTS, squadron
from bench.with_timefold import Row, Translation
from patrols.rostering import Fixed, Problem, Roster, check, objective, solve

SHIFTS = {"minutes": (0, 1023), "nights": (10, 63), "weekends": (16, 63), "holidays": (22, 63)}


@pytest.fixture(scope="module")
def problem() -> Problem:
    return squadron(10, 14, 3, FIVE_SHIFTS, seed=3)


@pytest.fixture(scope="module")
def roster(problem: Problem) -> Roster:
    return solve(problem, seconds=20, rounds=0, workers=1).roster


def test_a_roster_costs_the_same_in_numbers(problem: Problem, roster: Roster) -> None:
    assert len(roster) > 50
    assert not check(problem, roster)
    data = Translation(problem).data(1.0)
    found = _cost(problem, data, roster) - _cost(problem, data, ())
    assert found == objective(problem, roster) - objective(problem, ())


def test_only_who_may_serve_a_need_is_in_its_group(problem: Problem, roster: Roster) -> None:
    data = Translation(problem).data(1.0)
    groups = {place["need"]: data["groups"][place["group"]] for place in data["places"]}
    names = [person.id for person in problem.people]
    needs = {(need.day, need.shift, need.beat): number for number, need in enumerate(problem.needs)}
    assert all(names.index(d.person) in groups[needs[d.day, d.shift, d.beat or ""]] for d in roster)


def test_a_problem_beyond_its_model_is_refused(problem: Problem) -> None:
    with pytest.raises(ValueError, match="fixed cells"):
        Translation(dataclasses.replace(problem, fixed=(Fixed(problem.people[0].id, 0),)))


def test_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(with_timefold, "find_spec", lambda name: None)
    assert "not installed" in with_timefold.why_not()


def _cost(problem: Problem, data: Row, roster: Roster) -> int:
    """What the numbers say: open places, wishes, and what each carries."""
    heads = Counter(problem.need_at[duty.day, duty.shift, duty.beat].id for duty in roster)
    numbers = {person.id: number for number, person in enumerate(problem.people)}
    places: dict[tuple[int, str, str | None], Row] = {}
    cost = 0
    for place in (place for place in data["places"] if place["inside"]):
        need = problem.needs[place["need"]]
        places[need.day, need.shift, need.beat] = place
        heads[need.id] -= 1
        cost += place["cost"] if heads[need.id] < 0 else 0
    carried = Counter[int]()
    for duty in roster:
        person = numbers[duty.person]
        carried[person] += places[duty.day, duty.shift, duty.beat]["carried"]
        cost += data["members"][person]["off"][duty.day]
    for number, member in enumerate(data["members"]):
        cost += sum(member[name][carried[number] >> low & mask] for name, (low, mask) in SHIFTS.items())
    return cost
