"""Hard beats are dealt out evenly (handbook D9)."""

from __future__ import annotations

import dataclasses

from patrols.rostering import Assignment, Need, Person, check, solve
from patrols.rostering import limits as L  # noqa: N812 - many classes, one letter
from patrols.rostering.problem import Fixed
from tests.rostering.cast import station

NEEDS = tuple(
    Need(f"{day}{beat}", beat, day, "early", 1, 1, is_hard=beat == "gaol")
    for day in range(4)
    for beat in ("gaol", "gate")
)
SHARE = L.FairShare(measure="hard_beats", shares={"wang": 2, "li": 2}, weight=10)
ALWAYS_WANG = tuple(
    item
    for day in range(4)
    for item in (Assignment("wang", day, "early", "gaol"), Assignment("li", day, "early", "gate"))
)


def gaol_days(roster, person):
    return sum(item.person == person and item.beat == "gaol" for item in roster)


def solved(*limits, start=ALWAYS_WANG, needs=NEEDS, **more):
    problem = station(*limits, needs=needs, **more)
    result = solve(problem, seconds=20, start=start, rounds=3)
    assert check(problem, result.roster) == []
    return result


def test_who_always_had_the_hard_beat_shares_it():
    fair = solved(SHARE)
    assert (gaol_days(fair.roster, "wang"), gaol_days(fair.roster, "li")) == (2, 2)
    assert (fair.status, fair.objective) == ("optimal", 0)


def test_fixed_cells_and_skills_are_heeded():
    fixed = tuple(Fixed(item.person, item.day, item.shift, item.beat) for item in ALWAYS_WANG)
    assert gaol_days(solved(SHARE, fixed=fixed).roster, "wang") == 4
    skilled = tuple(dataclasses.replace(n, skills=frozenset({"dog"} if n.is_hard else ())) for n in NEEDS)
    people = (Person("wang", skills=frozenset({"dog"})), Person("li"))
    assert gaol_days(solved(SHARE, L.Skilled(), needs=skilled, people=people).roster, "wang") == 4


def test_two_who_are_not_paired_are_not_brought_together():
    needs = tuple(
        dataclasses.replace(need, minimum=need.minimum + (need.beat == "gate"), ideal=2) for need in NEEDS[:2]
    )
    roster = (
        Assignment("wang", 0, "early", "gaol"),
        Assignment("li", 0, "early", "gate"),
        Assignment("zhao", 0, "early", "gate"),
    )
    people = (Person("wang"), Person("li"), Person("zhao"))
    share = L.FairShare(measure="hard_beats", shares={"wang": 0, "li": 1}, weight=10)
    apart = L.NotPaired(pair=("wang", "zhao"))
    assert gaol_days(solved(share, start=roster, needs=needs, people=people).roster, "li") == 1
    assert gaol_days(solved(share, apart, start=roster, needs=needs, people=people).roster, "zhao") == 1
