"""Annealing by exchanges and the bound by counting: what they say of random squadrons is what the checker says."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.squadrons import squadron
from patrols.rostering import check, objective, solve
from patrols.rostering.exchanges import Exchanger
from patrols.rostering.frame import Frame
from patrols.rostering.greedy import Greedy
from patrols.rostering.ledger import Ledger
from patrols.rostering.relaxed import counted_bound
from tests.rostering.cast import problems

RANDOM = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@given(problems(with_fixed=True), st.integers(0, 1000))
@RANDOM
def test_annealing_breaks_nothing_more_and_costs_no_more_where_it_knows_every_limit(problem, seed):
    frame = Frame(problem)
    exchanger, ledger = Exchanger(frame), Ledger(frame)
    start = Greedy(frame).run()
    before = ledger.open(start)
    found = exchanger.anneal(start, moves=2000, heat=(50.0, 1.0), seed=seed, reassigning=0.5)
    after = ledger.open(found)
    assert [cell for cell in frame.fixed if found.work[cell] != start.work[cell]] == []
    if exchanger.is_exact:
        assert after.hard <= before.hard
        assert after.hard or after.objective <= before.objective


@given(problems(with_fixed=True))
@RANDOM
def test_bound_by_counting_is_below_any_roster(problem):
    frame = Frame(problem)
    roster = solve(problem, seconds=0.2, workers=1).roster
    if not check(problem, roster):
        for by_week in (False, True):
            bound = counted_bound(frame, by_week=by_week)
            assert bound is not None
            assert bound <= objective(problem, roster)


def test_a_squadron_is_shared_out_as_fairly_as_can_be():
    result = solve(squadron(12, 14, 3), seconds=120)
    assert (result.status, result.hard_violations, result.uncovered) == ("optimal", 0, 0)
