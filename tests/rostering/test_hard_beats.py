"""Hard beats are dealt out evenly after the search (handbook D9)."""

from __future__ import annotations

from patrols.rostering import Assignment, Need, Person, check, objective
from patrols.rostering import limits as L  # noqa: N812 - many classes, one letter
from patrols.rostering.hard_beats import even_out
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


def test_who_always_had_the_hard_beat_shares_it():
    problem = station(SHARE, needs=NEEDS)
    fair = even_out(problem, ALWAYS_WANG)
    assert (gaol_days(fair, "wang"), gaol_days(fair, "li")) == (2, 2)
    assert objective(problem, fair) < objective(problem, ALWAYS_WANG)
    assert {(item.person, item.day, item.shift) for item in fair} == {
        (item.person, item.day, item.shift) for item in ALWAYS_WANG
    }


def test_fixed_cells_skills_and_pairs_are_heeded():
    fixed = tuple(Fixed(item.person, item.day, item.shift, item.beat) for item in ALWAYS_WANG)
    assert even_out(station(SHARE, needs=NEEDS, fixed=fixed), ALWAYS_WANG) == ALWAYS_WANG
    skilled = tuple(
        Need(n.id, n.beat, n.day, n.shift, 1, 1, skills=frozenset({"dog"} if n.is_hard else ()), is_hard=n.is_hard)
        for n in NEEDS
    )
    people = (Person("wang", skills=frozenset({"dog"})), Person("li"))
    problem = station(SHARE, L.Skilled(), needs=skilled, people=people)
    assert even_out(problem, ALWAYS_WANG) == ALWAYS_WANG
    assert check(problem, even_out(problem, ALWAYS_WANG)) == []


def test_two_who_are_not_paired_are_not_brought_together():
    roster = (
        Assignment("wang", 0, "early", "gaol"),
        Assignment("li", 0, "early", "gate"),
        Assignment("zhao", 0, "early", "gate"),
    )
    share = L.FairShare(measure="hard_beats", shares={"wang": 0, "li": 1}, weight=10)
    apart = L.NotPaired(pair=("wang", "zhao"))
    problem = station(share, apart, needs=NEEDS)
    assert even_out(problem, roster) == roster
    assert even_out(station(share, needs=NEEDS), roster) != roster
