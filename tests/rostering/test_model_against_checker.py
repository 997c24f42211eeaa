"""The model and the checker say the same about random squadrons, though each judges by itself."""

from __future__ import annotations

import itertools

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from ortools.sat.python import cp_model

from patrols.rostering import Assignment, Need, Person, Problem, Waiver, check, objective
from patrols.rostering import limits as L  # noqa: N812 - a namespace of many classes
from patrols.rostering.frame import OFF, Frame, Table
from patrols.rostering.greedy import Greedy
from patrols.rostering.model import RosterModel
from tests.rostering.cast import HOUR, problems, station

RELAXED = settings(
    phases=[Phase.generate], max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


def whole_model(frame: Frame) -> RosterModel:
    cells = [(p, d) for p in range(len(frame.problem.people)) for d in range(len(frame.problem.days))]
    model = RosterModel(frame, frame.empty_table(), cells, whole=True)
    model.minimise()
    return model


def solve_with(model: RosterModel, work: Table | None = None) -> tuple[cp_model.CpSolver, bool]:
    if work is not None:
        for (person, day, shift), literal in model.duties.items():
            model.model.add(literal == int(work.work[person, day] == shift))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    status = solver.solve(model.model)
    assert status in (cp_model.OPTIMAL, cp_model.INFEASIBLE)
    return solver, status == cp_model.OPTIMAL


def in_reach(problem: Problem, roster: tuple[Assignment, ...]) -> list[str]:
    """Broken hard limits, but for a "least" that is out of reach: there the model asks for as much as can be.

    That is so for hours beyond what the needs offer, and for a run of last month that no duty of this one can go on.
    """
    broken = check(problem, roster)
    return [
        item.code for item in broken if "least" not in item.params or not (item.code[:5] == "hours" or item.days[0] < 0)
    ]


@st.composite
def rosters(draw: st.DrawFn, problem: Problem) -> tuple[Assignment, ...]:
    """Any roster made of the problem's needs, broken limits and all."""
    found = []
    for person in problem.people:
        for day in problem.days:
            options = [need for need in problem.needs if need.day == day.index]
            need = draw(st.sampled_from([None, *options]))
            if need is not None:
                found.append(Assignment(person.id, day.index, need.shift, need.beat))
    return tuple(found)


@given(st.data())
@RELAXED
def test_model_refuses_a_roster_only_if_the_checker_does(data):
    problem = data.draw(problems())
    roster = data.draw(rosters(problem))
    frame = Frame(problem)
    table = frame.table_of(roster)
    cells = itertools.product(range(len(problem.people)), range(len(problem.days)))
    offered = all(table.work[cell] == OFF or table.work[cell] in frame.allowed[cell[0]][cell[1]] for cell in cells)
    solver, feasible = solve_with(whole_model(frame), table)
    if not check(problem, roster):
        assert offered
        assert feasible
        assert round(solver.objective_value) <= objective(problem, roster)


@given(problems())
@RELAXED
def test_what_the_model_returns_passes_the_checker_and_costs_what_it_says(problem):
    frame = Frame(problem)
    model = whole_model(frame)
    solver, feasible = solve_with(model)
    if feasible:
        roster = frame.roster_of(model.read(solver))
        assert in_reach(problem, roster) == []
        assert round(solver.objective_value) == objective(problem, roster)


@given(st.data())
@RELAXED
def test_every_roster_that_the_model_accepts_passes_the_checker(data):
    """The other direction, on shifts drawn at random rather than on optimal ones."""
    problem = data.draw(problems(most_limits=2))
    frame = Frame(problem)
    model = whole_model(frame)
    roster = data.draw(rosters(problem))
    table = frame.table_of(roster)
    for (person, day, shift), literal in model.duties.items():
        if data.draw(st.booleans()):
            model.model.add(literal == int(table.work[person, day] == shift))
    solver, feasible = solve_with(model)
    if feasible:
        assert in_reach(problem, frame.roster_of(model.read(solver))) == []


# --- exceptions ------------------------------------------------------------------------------------------------------

SOME_DAYS = 5


@st.composite
def with_exceptions(draw: st.DrawFn) -> Problem:
    """One person, a few days, limits that clash or count days in a row, and exceptions to some of them."""
    shifts, few = st.sampled_from(["early", "night", "24h"]), st.integers(1, 3)
    rest = L.Rest(minutes=draw(st.sampled_from([11 * HOUR, 30 * HOUR])))
    succession = L.ForbiddenSuccession(before=draw(shifts), after=draw(st.sets(shifts, min_size=1).map(frozenset)))
    kinds = st.one_of(
        st.builds(L.ConsecutiveDays, most=few, least=st.integers(1, 2)),
        st.builds(L.ConsecutiveNights, most=few, least=st.integers(1, 2)),
        st.builds(L.WeeklyRest, days=st.integers(3, 5)),
    )
    codes = st.sampled_from(["rest", "consecutive_days", "consecutive_nights", "weekly_rest", "succession"])
    first, length = st.integers(-1, SOME_DAYS - 1), st.integers(0, 1)
    exceptions = st.builds(lambda code, day, more: Waiver(code, day, day + more), codes, first, length)
    offered = st.tuples(st.integers(0, SOME_DAYS - 1), shifts)
    needs = tuple(
        Need(f"{day}/{shift}", "gate", day, shift, 1, 1, weight_minimum=20, weight_ideal=0)
        for day, shift in draw(st.lists(offered, min_size=5, max_size=9, unique=True))
    )
    return station(
        *(rest, succession, *draw(st.lists(kinds, max_size=1))),
        days=SOME_DAYS,
        people=(Person("wang"),),
        needs=needs,
        waivers=tuple(draw(st.lists(exceptions, min_size=1, max_size=3))),
    )


def best_by_trying(problem: Problem) -> int:
    """What the best of all rosters costs that the checker accepts."""
    offered = [[None, *(need for need in problem.needs if need.day == day.index)] for day in problem.days]
    rosters = (
        tuple(Assignment("wang", need.day, need.shift, need.beat) for need in chosen if need is not None)
        for chosen in itertools.product(*offered)
    )
    return min(objective(problem, roster) for roster in rosters if not check(problem, roster))


@given(with_exceptions())
@RELAXED
def test_model_finds_what_exceptions_allow_and_no_more(problem):
    frame = Frame(problem)
    model = whole_model(frame)
    solver, feasible = solve_with(model)
    assert feasible
    assert round(solver.objective_value) == best_by_trying(problem)
    assert check(problem, frame.roster_of(model.read(solver))) == []


def test_an_exception_to_one_limit_holds_where_another_forbids_other_duties():
    needs = (Need("0", "gate", 0, "night", 1, 1), Need("1", "gate", 1, "early", 1, 1))
    limits = (L.Rest(minutes=11 * HOUR), L.ForbiddenSuccession(before="late", after=frozenset({"drill"})))
    problem = station(*limits, days=2, people=(Person("wang"),), needs=needs, waivers=(Waiver("rest", 0, 1),))
    frame = Frame(problem)
    solver, _feasible = solve_with(whole_model(frame))
    assert solver.objective_value == best_by_trying(problem) == 0
    assert (Greedy(frame).run().work != OFF).all()
