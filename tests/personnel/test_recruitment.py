"""From the plan to the hire (handbook P1–P7)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from lianfang.platform.problems import Refused
from personnel.models import (
    Application,
    Campaign,
    Member,
    Notice,
    RankingRow,
    Step,
    StepResult,
    Vacancy,
)
from personnel.services.recruitment import applications, board, campaigns, notice, places, ranking
from teams.models import User
from tests.conftest import County
from tests.personnel.recruiting import (
    STEPS,
    freeze_at,
    make_application,
    make_campaign,
    make_draft,
    make_standard,
    pass_step,
    score,
    second_brigade,
    step_of,
    tick_off,
)

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


def codes(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {p.code for p in refused.value.problems}


@pytest.fixture
def campaign(county: County, leader: User, brigade_staff: User) -> Campaign:
    make_standard(county.squadron)
    return make_campaign(county.squadron, leader, brigade_staff, places=2)


def test_plan_to_member(campaign: Campaign, leader: User, brigade_staff: User) -> None:
    people = [make_application(campaign, name) for name in ("甲", "乙", "丙")]
    first, second, third = (p.pk for p in people)
    freeze_at(campaign, leader, {first: ("90", "80"), second: ("70", "70"), third: ("80", "80.01")})
    assert list(RankingRow.objects.values_list("application_id", "rank", "total")) == [
        (first, 1, 86),
        (third, 2, pytest.approx(Decimal("80.00"))),
        (second, 3, 70),
    ]
    board.let_in(by=leader, campaign=campaign, step=step_of(campaign, "medical"))
    assert set(Application.objects.filter(waiting=True).values_list("pk", flat=True)) == {second}
    pass_step(campaign, "medical", [first, third])
    for person in people:
        tick_off(person)
    pass_step(campaign, "vetting", [first, third])
    board.let_in(by=leader, campaign=campaign, step=step_of(campaign, "notice"))
    shown = notice.publish_notice(by=leader, campaign=campaign, first_day=TODAY)
    with pytest.raises(Refused) as refused:
        pass_step(campaign, "notice", [first])
    assert codes(refused) == {"notice_runs"}
    Notice.objects.filter(pk=shown.pk).update(first_day=TODAY - dt.timedelta(9), last_day=TODAY - dt.timedelta(1))
    pass_step(campaign, "notice", [first, third])
    hired = hire(Application.objects.get(pk=first), leader)
    member = hired.member
    assert (member.name, member.unit, member.position, member.phone) == ("甲", campaign.unit, "巡逻员", "13800001234")
    assert member.birth_date == people[0].birth_date
    assert Vacancy.objects.get().hired == 1


def hire(application: Application, by: User) -> notice.Hire:
    return notice.hire(
        by=by,
        application=application,
        hired_on=TODAY,
        contract_from=TODAY,
        contract_until=TODAY.replace(year=TODAY.year + 3),
        probation_until=TODAY + dt.timedelta(days=60),
        training_due_on=TODAY + dt.timedelta(days=30),
    )


def test_campaign_beyond_the_gap(county: County, leader: User, brigade_staff: User) -> None:
    make_standard(county.squadron, required=2)
    draft = make_draft(county.squadron, leader, places=3)
    with pytest.raises(Refused) as refused:
        campaigns.submit_campaign(by=leader, campaign=draft)
    assert codes(refused) == {"quota_exceeded"}


def test_second_campaign_counts_the_first(county: County, leader: User, brigade_staff: User) -> None:
    make_standard(county.squadron, required=3)
    make_campaign(county.squadron, leader, brigade_staff, places=2)
    draft = make_draft(county.squadron, leader, places=2)
    with pytest.raises(Refused) as refused:
        campaigns.submit_campaign(by=leader, campaign=draft)
    assert codes(refused) == {"quota_exceeded"}


def test_campaign_without_standard(county: County, leader: User) -> None:
    draft = make_draft(county.squadron, leader)
    with pytest.raises(Refused) as refused:
        campaigns.submit_campaign(by=leader, campaign=draft)
    assert codes(refused) == {"quota_missing"}


def test_drafter_does_not_approve(county: County, brigade_staff: User) -> None:
    make_standard(county.squadron)
    draft = make_draft(county.squadron, brigade_staff)
    campaigns.submit_campaign(by=brigade_staff, campaign=draft)
    with pytest.raises(Refused) as refused:
        campaigns.approve_campaign(by=brigade_staff, campaign=draft)
    assert codes(refused) == {"own_campaign"}
    other = second_brigade(county.brigade)
    assert campaigns.approve_campaign(by=other, campaign=draft).is_open


def test_leader_does_not_approve(county: County, leader: User, brigade_staff: User) -> None:
    make_standard(county.squadron)
    draft = make_draft(county.squadron, brigade_staff)
    campaigns.submit_campaign(by=brigade_staff, campaign=draft)
    with pytest.raises(Refused) as refused:
        campaigns.approve_campaign(by=leader, campaign=draft)
    assert codes(refused) == {"no_right"}


@pytest.mark.parametrize(
    ("steps", "code"),
    [
        ([s | ({"weight": 50} if s["kind"] == "interview" else {}) for s in STEPS], "weights_not_100"),
        ([s for s in STEPS if s["kind"] != "vetting"], "step_missing"),
        ([STEPS[-1], *STEPS[:-1]], "notice_and_hire_last"),
        ([STEPS[3], *STEPS[:3], *STEPS[4:]], "ratio_without_scores"),
    ],
)
def test_steps_that_make_no_campaign(county: County, leader: User, steps: list[dict[str, object]], code: str) -> None:
    make_standard(county.squadron)
    draft = make_draft(county.squadron, leader, steps=steps)
    with pytest.raises(Refused) as refused:
        campaigns.submit_campaign(by=leader, campaign=draft)
    assert code in codes(refused)


def test_same_person_twice(campaign: Campaign) -> None:
    application = make_application(campaign)
    with pytest.raises(Refused) as refused:
        make_application(campaign, "别名", id_number=application.id_number)
    assert codes(refused) == {"applied_already"}


@pytest.mark.parametrize(
    ("fields", "person", "code"),
    [
        ({"born_from": dt.date(1995, 1, 1)}, {"born": dt.date(1994, 12, 31)}, "born_before"),
        ({"born_until": dt.date(2000, 1, 1)}, {"born": dt.date(2000, 1, 2)}, "born_after"),
        ({"education": "college"}, {"education": "vocational"}, "education"),
    ],
)
def test_condition_not_met(
    county: County, leader: User, brigade_staff: User, fields: dict[str, object], person: dict[str, object], code: str
) -> None:
    make_standard(county.squadron)
    campaign = make_campaign(county.squadron, leader, brigade_staff, **fields)
    application = make_application(campaign, **person)
    with pytest.raises(Refused) as refused:
        pass_step(campaign, "eligibility", [application.pk])
    assert codes(refused) == {code}


def test_hit_of_the_checklist_blocks(campaign: Campaign, leader: User) -> None:
    application = make_application(campaign)
    board.check_disqualifiers(by=leader, application=application, on=TODAY, points={"drugs": (True, "判决书 12 号")})
    with pytest.raises(Refused) as refused:
        pass_step(campaign, "eligibility", [application.pk])
    assert codes(refused) == {"disqualified"}
    with pytest.raises(IntegrityError), transaction.atomic():
        Application.objects.filter(pk=application.pk).update(state="hired")


def test_below_the_pass_mark(campaign: Campaign, leader: User) -> None:
    application = make_application(campaign)
    pass_step(campaign, "eligibility", [application.pk])
    score(campaign, "written", leader, {application.pk: "59.99"})
    with pytest.raises(Refused) as refused:
        pass_step(campaign, "written", [application.pk])
    assert codes(refused) == {"below_pass_mark"}


def test_substitute_moves_up(campaign: Campaign, leader: User) -> None:
    people = [make_application(campaign, name) for name in ("甲", "乙", "丙")]
    scores = {p.pk: (mark, mark) for p, mark in zip(people, ("90", "80", "70"), strict=True)}
    freeze_at(campaign, leader, scores)
    board.let_in(by=leader, campaign=campaign, step=step_of(campaign, "medical"))
    third = Application.objects.get(pk=people[2].pk)
    assert third.waiting
    applications.withdraw(by=leader, application=people[0], reason="另有工作")
    third.refresh_from_db()
    assert not third.waiting


def test_interview_by_ratio_with_equals_at_the_edge(county: County, leader: User, brigade_staff: User) -> None:
    make_standard(county.squadron)
    steps = [s | ({"ratio": 2} if s["kind"] == "interview" else {}) for s in STEPS]
    campaign = make_campaign(county.squadron, leader, brigade_staff, steps=steps)
    people = [make_application(campaign, name) for name in ("甲", "乙", "丙", "丁")]
    pass_step(campaign, "eligibility", [p.pk for p in people])
    score(campaign, "written", leader, dict(zip((p.pk for p in people), ("90", "80", "80", "70"), strict=True)))
    pass_step(campaign, "written", [p.pk for p in people])
    assert places.fill(campaign, step_of(campaign, "interview")) == 3


def test_related_assessor_by_account(campaign: Campaign, leader: User, brigade_staff: User) -> None:
    application = make_application(campaign)
    pass_step(campaign, "eligibility", [application.pk])
    applications.declare_kinship(by=leader, application=application, assessor=leader, relation="表弟")
    with pytest.raises(Refused) as refused:
        score(campaign, "written", leader, {application.pk: "90"})
    assert codes(refused) == {"assessor_related"}
    score(campaign, "written", brigade_staff, {application.pk: "80"})
    with pytest.raises(IntegrityError), transaction.atomic():
        StepResult.objects.update(score=99, assessor=leader)


def test_related_assessor_by_the_candidates_word(campaign: Campaign, leader: User) -> None:
    application = make_application(campaign, relatives=[("周队长", "舅舅")])
    pass_step(campaign, "eligibility", [application.pk])
    with pytest.raises(Refused) as refused:
        score(campaign, "written", leader, {application.pk: "90"})
    assert codes(refused) == {"assessor_related"}
    step = step_of(campaign, "written")
    with pytest.raises(IntegrityError), transaction.atomic():
        StepResult.objects.create(application=application, step=step, score=90, assessor=leader)


def test_kinship_declared_after_the_score(campaign: Campaign, leader: User, brigade_staff: User) -> None:
    application = make_application(campaign)
    pass_step(campaign, "eligibility", [application.pk])
    for kind in ("written", "interview"):
        score(campaign, kind, leader, {application.pk: "90"})
        pass_step(campaign, kind, [application.pk])
    applications.declare_kinship(by=leader, application=application, assessor=leader, relation="外甥")
    assert not StepResult.objects.filter(score__isnull=False).exists()  # struck by the database
    with pytest.raises(Refused) as refused:
        ranking.freeze(by=brigade_staff, campaign=campaign)
    assert codes(refused) == {"score_missing"}
    for kind in ("written", "interview"):
        score(campaign, kind, brigade_staff, {application.pk: "70"})
    assert ranking.freeze(by=brigade_staff, campaign=campaign).rows.get().total == 70


def test_frozen_score_needs_two_people(campaign: Campaign, leader: User, brigade_staff: User) -> None:
    people = [make_application(campaign, name) for name in ("甲", "乙")]
    freeze_at(campaign, leader, {people[0].pk: ("90", "90"), people[1].pk: ("80", "80")})
    result = StepResult.objects.get(application=people[1], step__kind="written")
    with pytest.raises(IntegrityError), transaction.atomic():
        StepResult.objects.filter(pk=result.pk).update(score=100)
    application = Application.objects.select_related("campaign__unit").get(pk=people[1].pk)
    correction = ranking.propose_correction(
        by=leader, application=application, result=result, after=Decimal(100), reason="漏加"
    )
    with pytest.raises(Refused) as refused:
        ranking.approve_correction(by=leader, correction=correction)
    assert codes(refused) == {"correction_own"}
    after = ranking.approve_correction(by=brigade_staff, correction=correction)
    assert list(after.rows.values_list("application_id", "rank")) == [(people[1].pk, 1), (people[0].pk, 2)]
    assert list(campaign.rankings.get(version=1).rows.values_list("application_id", flat=True)) == [
        people[0].pk,
        people[1].pk,
    ]


def test_database_refuses_what_the_rules_refuse(campaign: Campaign, leader: User) -> None:
    application = make_application(campaign)
    freeze_at(campaign, leader, {application.pk: ("90", "90")})
    for broken in (
        lambda: Campaign.objects.update(title="改名"),
        lambda: Campaign.objects.update(status="draft"),
        lambda: Step.objects.update(weight=0),
        lambda: Vacancy.objects.update(places=9),
        lambda: Vacancy.objects.update(hired=3),
        lambda: campaign.rankings.all().delete(),
        lambda: RankingRow.objects.update(total=100),
        lambda: StepResult.objects.filter(step__weight__gt=0).delete(),
        lambda: Campaign.objects.create(
            unit=campaign.unit,
            title="x",
            year=2026,
            apply_from=TODAY,
            apply_until=TODAY,
            drafted_by=leader,
            status="open",
        ),
        lambda: Campaign.objects.update(drafted_by=None),
        lambda: StepResult.objects.filter(step__weight=0).update(outcome="failed", note=""),
        lambda: Application.objects.update(state="failed", reason=""),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            broken()


def test_quota_holds_below_the_service(campaign: Campaign, county: County, leader: User) -> None:
    """Raw SQL: the state alone, without room in the headcount."""
    application = make_application(campaign)
    Member.objects.all().delete()
    campaign_year = TODAY.year
    county.squadron.staffing_standards.filter(year=campaign_year).update(required=0)
    from tests.factories import make_member

    make_member(county.group)
    with pytest.raises(IntegrityError), transaction.atomic():
        Application.objects.filter(pk=application.pk).update(state="hired")


def test_notice_counts_working_days(db: None) -> None:
    assert notice.last_day_of(dt.date(2027, 3, 1), 5) == dt.date(2027, 3, 5)  # Monday to Friday
    assert notice.last_day_of(dt.date(2027, 3, 5), 5) == dt.date(2027, 3, 11)


def test_objection_keeps_from_hiring_until_answered(campaign: Campaign, leader: User) -> None:
    application = make_application(campaign)
    freeze_at(campaign, leader, {application.pk: ("90", "90")})
    board.let_in(by=leader, campaign=campaign, step=step_of(campaign, "medical"))
    pass_step(campaign, "medical", [application.pk])
    tick_off(application)
    pass_step(campaign, "vetting", [application.pk])
    board.let_in(by=leader, campaign=campaign, step=step_of(campaign, "notice"))
    shown = notice.publish_notice(by=leader, campaign=campaign, first_day=TODAY)
    objection = notice.object_to(by=None, notice=shown, text="材料不实", contact="")
    Notice.objects.filter(pk=shown.pk).update(first_day=TODAY - dt.timedelta(9), last_day=TODAY - dt.timedelta(1))
    with pytest.raises(Refused) as refused:
        pass_step(campaign, "notice", [application.pk])
    assert codes(refused) == {"objection_unanswered"}
    notice.answer_objection(by=leader, objection=objection, answer="经核查不属实", is_upheld=False)
    pass_step(campaign, "notice", [application.pk])
    assert Application.objects.get().step.kind == "hire"
