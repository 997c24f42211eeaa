"""Panels, kinship and the seal of a frozen ranking (handbook P3, P6)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lianfang.platform.problems import Refused
from personnel.models import (
    Application,
    AssessorRelative,
    Campaign,
    Kinship,
    PanelMark,
    PanelSeat,
    RankingRow,
    StepResult,
)
from personnel.rules.recruitment.kinship import related_to
from personnel.rules.recruitment.panel import panel_score
from personnel.rules.recruitment.seals import seal_problems
from personnel.services.recruitment import applications, board, panels, ranking
from personnel.services.recruitment.notice import hire_problems
from teams.models import Unit, User
from tests.conftest import County
from tests.factories import make_user
from tests.personnel.recruiting import (
    STEPS,
    freeze_at,
    make_application,
    make_campaign,
    make_standard,
    pass_step,
    score,
    second_brigade,
    step_of,
    tick_off,
)

pytestmark = pytest.mark.django_db
PANEL = [s | ({"panel": "trimmed", "panel_size": 3} if s["kind"] == "interview" else {}) for s in STEPS]


def codes(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {p.code for p in refused.value.problems}


@pytest.fixture
def campaign(county: County, leader: User, brigade_staff: User) -> Campaign:
    make_standard(county.squadron)
    return make_campaign(county.squadron, leader, brigade_staff, steps=PANEL, places=2)


def at_interview(campaign: Campaign, leader: User, *names: str, **fields: Any) -> list[Application]:
    people = [make_application(campaign, name, **fields) for name in names]
    pks = [p.pk for p in people]
    pass_step(campaign, "eligibility", pks)
    score(campaign, "written", second_brigade_once(campaign), dict.fromkeys(pks, "80"))
    pass_step(campaign, "written", pks)
    return people


def second_brigade_once(campaign: Campaign) -> User:
    found: User | None = User.objects.filter(username="brigade_two").first()
    return found or second_brigade(Unit.objects.get_parent(campaign.unit))


def mark(seat: PanelSeat, by: User, marks: dict[int, str]) -> None:
    panels.save_marks(by=by, seat=seat, marks={pk: Decimal(text) for pk, text in marks.items()})


def seats(campaign: Campaign, *names: str) -> list[PanelSeat]:
    step = step_of(campaign, "interview")
    return [panels.add_seat(by=None, step=step, name=name) for name in names]


@pytest.mark.parametrize(
    ("panel", "size", "marks", "count", "score"),
    [
        ("average", 2, ["80", "81"], 2, "80.50"),
        ("average", 2, ["80", "80.01", "80.01"], 3, "80.01"),  # 80.00666…
        ("average", 3, ["80", "81"], 2, None),
        ("average", 2, ["80", "81"], 3, None),  # somebody has not marked yet
        ("trimmed", 3, ["60", "80", "100", "90"], 4, "85.00"),
        ("trimmed", 3, ["80", "80", "80"], 3, "80.00"),
        ("trimmed", 3, ["10", "80.125", "80.13", "99"], 4, "80.13"),  # 80.1275
    ],
)
def test_marks_become_a_score(
    campaign: Campaign, panel: str, size: int, marks: list[str], count: int, score: str | None
) -> None:
    step = step_of(campaign, "interview")
    step.panel, step.panel_size = panel, size
    assert panel_score(step, [Decimal(m) for m in marks], count) == (Decimal(score) if score else None)


def test_panel_drops_highest_and_lowest(campaign: Campaign, leader: User) -> None:
    (person,) = at_interview(campaign, leader, "甲")
    for seat, given_mark in zip(seats(campaign, "一", "二", "三", "四"), ("60", "80", "90", "100"), strict=True):
        assert person.results.filter(step__kind="interview", score__isnull=False).count() == 0
        mark(seat, leader, {person.pk: given_mark})
    assert person.results.get(step__kind="interview").score == Decimal("85.00")
    with pytest.raises(Refused) as refused:
        score(campaign, "interview", leader, {person.pk: "99"})
    assert codes(refused) == {"panel_scores"}


def test_own_sheet_is_filled_in_by_its_assessor_alone(campaign: Campaign, leader: User, brigade_staff: User) -> None:
    (person,) = at_interview(campaign, leader, "甲")
    seat = panels.add_seat(by=leader, step=step_of(campaign, "interview"), name="", user=brigade_staff)
    with pytest.raises(Refused) as refused:
        mark(seat, leader, {person.pk: "90"})
    assert codes(refused) == {"sheet_of_another"}
    mark(seat, brigade_staff, {person.pk: "90"})


def test_related_assessor_leaves_the_count(campaign: Campaign, leader: User) -> None:
    """Four seats, one related by the name that the candidate wrote: three marks make the score."""
    (person,) = at_interview(campaign, leader, "甲", relatives=[("王 建国", "舅舅")])
    four = seats(campaign, "王建国", "二", "三", "四")
    with pytest.raises(Refused) as refused:
        mark(four[0], leader, {person.pk: "100"})
    assert codes(refused) == {"assessor_related"}
    with pytest.raises(IntegrityError), transaction.atomic():
        PanelMark.objects.create(seat=four[0], application=person, score=100)
    for seat, given_mark in zip(four[1:], ("70", "80", "100"), strict=True):
        mark(seat, leader, {person.pk: given_mark})
    assert person.results.get(step__kind="interview").score == Decimal("80.00")


def test_kinship_strikes_the_marks_given_before(campaign: Campaign, leader: User, brigade_staff: User) -> None:
    (person,) = at_interview(campaign, leader, "甲")
    own = panels.add_seat(by=leader, step=step_of(campaign, "interview"), name="", user=brigade_staff)
    three = seats(campaign, "二", "三", "四")
    mark(own, brigade_staff, {person.pk: "100"})
    for seat in three:
        mark(seat, leader, {person.pk: "70"})
    applications.declare_kinship(by=brigade_staff, application=person, assessor=brigade_staff, relation="连襟")
    assert set(PanelMark.objects.values_list("seat", flat=True)) == {seat.pk for seat in three}
    assert person.results.get(step__kind="interview").score == Decimal("70.00")


@pytest.mark.parametrize("name", ["周 队长", "周·队长", "ｌｅａｄｅｒ", " 周队长 "])
def test_names_are_compared_however_they_are_written(campaign: Campaign, leader: User, name: str) -> None:
    person = make_application(campaign, relatives=[(name, "母亲的堂弟的妻子")])
    assert related_to(leader, [person.pk]) == {person.pk}


def test_nobody_is_no_relative(campaign: Campaign, leader: User) -> None:
    make_application(campaign, relatives=[("无", "无"), (" None ", "")])
    assert not Kinship.objects.exists()


def test_kinship_of_an_earlier_campaign_still_counts(
    campaign: Campaign, county: County, leader: User, brigade_staff: User
) -> None:
    before = make_application(campaign)
    applications.declare_kinship(by=leader, application=before, assessor=leader, relation="侄子")
    later = make_campaign(county.squadron, leader, brigade_staff, title="下一次招聘")
    again = make_application(later, "甲", id_number=before.id_number)
    assert related_to(leader, [again.pk]) == {again.pk}
    with pytest.raises(Refused):
        board.decide(
            by=leader, campaign=later, step=step_of(later, "eligibility"), applications=[again.pk], passed=True
        )


def test_assessor_declares_before_the_candidate_applies(campaign: Campaign, leader: User) -> None:
    panels.declare_relative(by=leader, campaign=campaign, candidate_name="孙 小明", relation="外甥")
    person = make_application(campaign, "孙小明")
    pass_step(campaign, "eligibility", [person.pk])
    with pytest.raises(Refused) as refused:
        score(campaign, "written", leader, {person.pk: "100"})
    assert codes(refused) == {"assessor_related"}


def test_relative_opens_nothing_of_the_candidate(
    campaign: Campaign, leader: User, client_of: Callable[[User], Client]
) -> None:
    person = make_application(campaign, "孙小明", relatives=[("周队长", "姨父")])
    other = make_application(campaign, "李四")
    at = client_of(leader)
    base = f"/recruitment/applications/{person.pk}/"
    for page in ("", "checklist/", "vetting/", "hire/", "correct/"):
        assert at.get(base + page).status_code == 403, page
    for action in ("withdraw/", "claims/", "fitness/", "documents/"):
        assert at.post(base + action, {"reason": "x"}).status_code == 403, action
    board_page = at.get(f"/recruitment/{campaign.pk}/board/").content.decode()
    assert f"/applications/{other.pk}/" in board_page
    assert f"/applications/{person.pk}/" not in board_page
    step = step_of(campaign, "eligibility")
    everybody = {"step": step.pk, "everybody": "1", "outcome": "failed", "reason": "x"}
    at.post(f"/recruitment/{campaign.pk}/board/decide/", everybody)
    assert list(Application.objects.order_by("pk").values_list("state", flat=True)) == ["active", "failed"]


def test_database_stops_a_relative_who_is_signed_in(campaign: Campaign, leader: User) -> None:
    """Whatever name the row gives, and without any service."""
    person = make_application(campaign, relatives=[("周队长", "姨父")])
    step = step_of(campaign, "eligibility")
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lf.user', %s, true)", [str(leader.pk)])
    for broken in (
        lambda: StepResult.objects.create(application=person, step=step, outcome="passed"),
        lambda: StepResult.objects.create(application=person, step=step_of(campaign, "written"), score=90),
        lambda: Application.objects.filter(pk=person.pk).update(state="hired"),
    ):
        with pytest.raises(IntegrityError, match="relat"), transaction.atomic():
            broken()


# Whatever the order of declarations, seats and scores

MARK_IN_SQL = """
INSERT INTO personnel_panelmark (seat_id, application_id, score, marked_at)
  SELECT id, %s, 5, now() FROM personnel_panelseat WHERE name = %s
"""
NAMES = ("周队长", "王建国", "李梅")
acts = st.lists(
    st.one_of(
        st.tuples(st.just("says"), st.integers(0, 1), st.sampled_from(NAMES)),
        st.tuples(st.just("declares"), st.integers(0, 1), st.sampled_from(NAMES)),
        st.tuples(st.just("expects"), st.integers(0, 1), st.sampled_from(NAMES)),
        st.tuples(st.just("marks"), st.integers(0, 1), st.sampled_from(NAMES)),
        st.tuples(st.just("scores"), st.integers(0, 1), st.sampled_from(NAMES)),
        st.tuples(st.just("sql"), st.integers(0, 1), st.sampled_from(NAMES)),
        st.tuples(st.just("sits"), st.integers(0, 1), st.sampled_from(NAMES)),
    ),
    max_size=12,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts)
def test_no_related_assessor_ever_scores(campaign: Campaign, leader: User, did: list[tuple[str, int, str]]) -> None:
    with transaction.atomic():
        people = at_interview(campaign, leader, "甲", "乙")
        brigade = Unit.objects.get_parent(campaign.unit)
        users = {name: make_user(f"u{n}", "brigade", brigade, name=name) for n, name in enumerate(NAMES)}
        for act, who, name in did:
            try:
                with transaction.atomic():
                    _do(act, campaign, people[who], users[name])
            except (Refused, IntegrityError):
                pass
            _nobody_is_scored_by_a_relative(people, list(users.values()))
        transaction.set_rollback(True)


def _do(act: str, campaign: Campaign, person: Application, user: User) -> None:
    step = step_of(campaign, "interview")
    if act == "says":
        applications.add_relatives(person, [(user.name, "亲戚")])
    elif act == "declares":
        applications.declare_kinship(by=user, application=person, assessor=user, relation="亲戚")
    elif act == "expects":
        panels.declare_relative(by=user, campaign=campaign, candidate_name=person.name, relation="亲戚")
    elif act == "sits":
        panels.add_seat(by=None, step=step, name=user.name, user=user)
    elif act == "marks":
        seat, _made = PanelSeat.objects.get_or_create(step=step, name=user.name)
        mark(seat, second_brigade_once(campaign), {person.pk: "9"})
    elif act == "scores":
        StepResult.objects.filter(application=person, step__kind="written").update(score=1, assessor=user)
    else:
        with connection.cursor() as cursor:
            cursor.execute(MARK_IN_SQL, [person.pk, user.name])


def _nobody_is_scored_by_a_relative(people: list[Application], users: list[User]) -> None:
    said = set(Kinship.objects.values_list("application_id", "relative_name"))
    by_name = {p.name: p.pk for p in people}
    said |= {(by_name[r.candidate_name], r.assessor_name) for r in AssessorRelative.objects.all()}
    marked = set(PanelMark.objects.values_list("application_id", "seat__name"))
    scored = set(StepResult.objects.filter(score__isnull=False).values_list("application_id", "assessor__name"))
    assert not (marked | scored) & said


# The seal


def frozen(campaign: Campaign, leader: User) -> list[Application]:
    people = [make_application(campaign, name) for name in ("甲", "乙")]
    freeze_at(campaign, leader, {people[0].pk: ("90", "90"), people[1].pk: ("80", "80")})
    return people


TAMPERINGS = [
    "UPDATE personnel_rankingrow SET total = 99 WHERE rank = 2",
    "UPDATE personnel_rankingrow SET rank = 3 - rank",
    (
        "UPDATE personnel_rankingrow r SET application_id = (SELECT sum(application_id) FROM personnel_rankingrow) "
        "- r.application_id"
    ),
    "DELETE FROM personnel_rankingrow WHERE rank = 1",
    "UPDATE personnel_ranking SET formula = 'x'",
    "UPDATE personnel_stepresult SET score = 100 WHERE score = 80",
]
TABLES = ("personnel_rankingrow", "personnel_ranking", "personnel_stepresult")


def tamper(sql: str) -> None:
    """As somebody with the owner's password would, behind every trigger."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute("ALTER TABLE personnel_rankingrow DROP CONSTRAINT ranked_once")
        cursor.execute(sql)
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


@pytest.mark.parametrize("sql", TAMPERINGS)
def test_tampered_ranking_is_told_and_stops_everything(
    county: County, leader: User, brigade_staff: User, client_of: Callable[[User], Client], sql: str
) -> None:
    make_standard(county.squadron)
    campaign = make_campaign(county.squadron, leader, brigade_staff)
    people = frozen(campaign, leader)
    assert seal_problems(campaign) == []
    tick_off(people[0])
    tamper(sql)
    assert [p.code for p in seal_problems(campaign)] == ["ranking_tampered"]
    with pytest.raises(Refused) as refused:
        board.let_in(by=leader, campaign=campaign, step=step_of(campaign, "medical"))
    assert codes(refused) == {"ranking_tampered"}
    Application.objects.filter(pk=people[0].pk).update(step=step_of(campaign, "hire"), waiting=False)
    page = client_of(leader).get(f"/recruitment/applications/{people[0].pk}/hire/").content.decode()
    assert str(seal_problems(campaign)[0].message) in page or "封" in page
    assert "ranking_tampered" in {p.code for p in hire_problems(Application.objects.get(pk=people[0].pk))}


def test_correction_makes_a_ranking_with_its_own_seal(county: County, leader: User, brigade_staff: User) -> None:
    make_standard(county.squadron)
    campaign = make_campaign(county.squadron, leader, brigade_staff)
    people = frozen(campaign, leader)
    result = StepResult.objects.get(application=people[1], step__kind="written")
    row = Application.objects.select_related("campaign__unit").get(pk=people[1].pk)
    with pytest.raises(Refused) as refused:
        ranking.propose_correction(by=leader, application=row, result=result, after=Decimal(101), reason="漏加")
    assert codes(refused) == {"score_unreadable"}
    correction = ranking.propose_correction(
        by=leader, application=row, result=result, after=Decimal(100), reason="漏加"
    )
    ranking.approve_correction(by=brigade_staff, correction=correction)
    assert seal_problems(campaign) == []
    assert RankingRow.objects.filter(ranking__version=2, rank=1).get().application_id == people[1].pk
