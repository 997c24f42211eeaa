"""Properties of the ranking, and the quota under parallel hires (handbook P5, P6, T3)."""

from __future__ import annotations

import datetime as dt
import threading
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from lianfang.platform.problems import Refused
from personnel.models import Application, Campaign, Member, Vacancy
from personnel.rules.recruitment.formula import parse
from personnel.rules.recruitment.ranking import Candidate, Formula, half_up, rank
from personnel.services.recruitment import notice
from teams.models import StaffingStandard, User
from tests.conftest import County
from tests.factories import make_user
from tests.personnel.recruiting import make_application, make_campaign, make_standard, step_of, tick_off

KINDS = ("written", "fitness", "interview")
marks = st.decimals(0, 100, places=2)
days = st.dates(dt.date(1990, 1, 1), dt.date(1990, 1, 4))
ties = st.permutations(["priority", "written", "interview", "older"]).map(tuple)


OWN = (
    "written * 40% + fitness * 20% + interview * 40% + bonus",
    "max(written, fitness) * 0.5 + min(written, interview) / 2",
    "average(written, fitness, interview) + cap(bonus, 1)",
    "trimmed(written, fitness, interview)",
    "(written + fitness + interview - max(written, fitness, interview)) / 2",
    "round(written / 3) * 3",
)


@st.composite
def formulas(draw: st.DrawFn) -> Formula:
    if draw(st.booleans()):
        return Formula((), tie_breaks=draw(ties), own=parse(draw(st.sampled_from(OWN))))
    first = draw(st.integers(0, 100))
    second = draw(st.integers(0, 100 - first))
    weights = (Decimal(first), Decimal(second), Decimal(100 - first - second))
    return Formula(tuple(zip(KINDS, weights, strict=True)), tie_breaks=draw(ties))


@st.composite
def fields(draw: st.DrawFn) -> list[Candidate]:
    coarse = st.sampled_from([Decimal(60), Decimal(70), Decimal(80)])
    rows = draw(st.lists(st.tuples(st.integers(1, 2), coarse, coarse, coarse, days, st.booleans()), max_size=12))
    return [
        Candidate(key, group, dict(zip(KINDS, (a, b, c), strict=True)), born, has_priority=first)
        for key, (group, a, b, c, born, first) in enumerate(rows)
    ]


@given(fields(), formulas(), st.randoms())
def test_rank_does_not_depend_on_the_order_of_entry(people: list[Candidate], formula: Formula, chance: object) -> None:
    shuffled = list(people)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    ranks = {p.candidate.key: (p.rank, p.total) for p in rank(people, formula)}
    assert {p.candidate.key: (p.rank, p.total) for p in rank(shuffled, formula)} == ranks


@given(fields(), formulas())
def test_better_total_never_stands_behind(people: list[Candidate], formula: Formula) -> None:
    placed = rank(people, formula)
    for one in placed:
        for other in placed:
            if one.candidate.group == other.candidate.group and one.total > other.total:
                assert one.rank < other.rank


@given(fields(), formulas())
def test_equals_are_parted_by_the_printed_order_alone(people: list[Candidate], formula: Formula) -> None:
    def merit(c: Candidate, key: str) -> object:
        found = {"priority": not c.has_priority, "older": c.born}
        return found[key] if key in found else -c.scores[key]

    placed = rank(people, formula)
    for one in placed:
        for other in placed:
            if one.candidate.group != other.candidate.group or one.total != other.total:
                continue
            mine = [merit(one.candidate, key) for key in formula.tie_breaks]
            theirs = [merit(other.candidate, key) for key in formula.tie_breaks]
            assert (one.rank < other.rank) == (mine < theirs)


@given(marks)
def test_one_full_weight_is_the_score_itself(mark: Decimal) -> None:
    formula = Formula((("written", Decimal(100)),))
    assert formula.total(Candidate(1, 1, {"written": mark}, dt.date(1990, 1, 1))) == mark


def test_two_decimals_half_up() -> None:
    assert (half_up(Decimal("84.125")), half_up(Decimal("84.135"))) == (Decimal("84.13"), Decimal("84.14"))


@pytest.mark.django_db(transaction=True)
def test_quota_holds_under_20_parallel_hires(county: County) -> None:
    """Two campaigns of one unit with 10 places each are approved; then the headcount leaves room for 5."""
    leader = make_user("l1", "leader", county.squadron)
    brigade = make_user("b1", "brigade", county.brigade)
    standard = make_standard(county.squadron, required=20)
    campaigns = [make_campaign(county.squadron, leader, brigade, places=10) for _ in range(2)]
    people = [at_hire(c, n) for c in campaigns for n in range(10)]
    StaffingStandard.objects.filter(pk=standard.pk).update(required=5)
    start = threading.Barrier(20)
    hired: list[bool] = []

    def hire(pk: int) -> None:
        start.wait()
        try:
            hired.append(hired_now(pk, leader))
        finally:
            connection.close()

    threads = [threading.Thread(target=hire, args=(p.pk,)) for p in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(hired) == 20
    assert sum(hired) == 5
    assert Member.objects.count() == 5
    assert sum(Vacancy.objects.values_list("hired", flat=True)) == 5


def at_hire(campaign: Campaign, n: int) -> Application:
    application = make_application(campaign, f"孙{n}")
    tick_off(application)
    Application.objects.filter(pk=application.pk).update(step=step_of(campaign, "hire"))
    return application


def hired_now(pk: int, by: User) -> bool:
    today = timezone.localdate()
    try:
        notice.hire(
            by=by,
            application=Application.objects.get(pk=pk),
            hired_on=today,
            contract_from=today,
            contract_until=None,
            probation_until=None,
            training_due_on=today,
        )
    except Refused:
        return False
    return True
