"""Campaigns of the leader's squadron: one takes applications, one is amid its interviews, one is finished (P1–P7)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from random import Random
from typing import Any

from django.db.models import F
from django.utils import timezone

from lianfang.home.demonstration.accounts import FIRST
from lianfang.home.demonstration.layout import SquadronPlan
from lianfang.home.demonstration.names import invented_name
from lianfang.platform.id_numbers import invented_id_number
from personnel.models import (
    Application,
    Campaign,
    Channel,
    DisqualifierKind,
    Notice,
    Objection,
    StepKind,
    StepResult,
)
from personnel.rules.recruitment.hiring import longest_probation, months_on
from personnel.services.recruitment import board, campaigns, notice, ranking
from personnel.services.recruitment.applications import new_application
from teams.models import Unit, User, YearlyFigures
from teams.services.quota import set_standard

SEED = 36
DIVISION = "990102"  # no such division either; apart from the members'
FLOATING = 12_000  # newcomers of the year: six more places at 5 per 10,000
EDUCATIONS = ("college", "college", "bachelor", "vocational")
ITEMS: tuple[dict[str, Any], ...] = (
    {"name": "1000米跑", "sex": "male", "limit": Decimal(270), "less_is_better": True, "measure": "秒"},
    {"name": "800米跑", "sex": "female", "limit": Decimal(270), "less_is_better": True, "measure": "秒"},
)


def set_up_recruitment(
    units: Mapping[str, Unit], users: Mapping[str, User], plans: Sequence[SquadronPlan], today: dt.date
) -> None:
    """The quota of the year for every town, and the campaigns."""
    if FIRST not in plans:
        return
    set_up_quota(units, users["brigade"], plans, today.year)
    chance = Random(SEED)  # noqa: S311 - invented people, no secrets
    unit, leader, brigade = units[FIRST.code], users["leader"], users["brigade"]
    running = _campaign(unit, leader, brigade, "联防队员秋季招聘", today - dt.timedelta(days=24), today.year)
    _apply(running, 36, chance)
    _until_interview(running, leader, chance)
    over = _campaign(unit, leader, brigade, "联防队员夏季招聘", today - dt.timedelta(days=75), today.year)
    _apply(over, 16, chance)
    _until_notice(over, leader, chance, today)
    _hire_and_close(over, leader, today)
    for campaign in (running, over):
        _date_back(campaign)
    # Its days are judged by the clock, whatever day the demonstration is built for.
    now = _campaign(
        unit, leader, brigade, "联防队员冬季招聘", timezone.localdate() - dt.timedelta(days=4), today.year, 14
    )
    _apply(now, 9, chance)


def set_up_quota(units: Mapping[str, Unit], by: User, plans: Sequence[SquadronPlan], year: int) -> None:
    """The towns' standard: 5 members per 10,000 residents."""
    for plan in plans:
        if plan.population is None:
            continue
        figures = {"registered_population": plan.population, "floating_population": FLOATING if plan is FIRST else 0}
        YearlyFigures.objects.update_or_create(unit=units[plan.code], year=year, defaults=figures)
        set_standard(by=by, unit=units[plan.code], year=year)


def _campaign(
    unit: Unit, leader: User, brigade: User, title: str, first_day: dt.date, year: int, days: int = 6
) -> Campaign:
    """Applications from `first_day` for so many days more; two places; by the leader, approved by the brigade."""
    campaign = campaigns.draft_campaign(
        by=leader,
        unit=unit,
        title=title,
        year=year,
        apply_from=first_day,
        apply_until=first_day + dt.timedelta(days=days),
        born_from=dt.date(first_day.year - 35, 1, 1),
        born_until=dt.date(first_day.year - 18, 1, 1),
        education="vocational",
        tie_breaks=["priority", "written"],
        contact="城关派出所 办公室",
    )
    group = Unit.objects.get_descendants(unit).order_by("path")[0]
    campaigns.set_vacancies(by=leader, campaign=campaign, vacancies=[{"unit": group, "title": "巡逻员", "places": 2}])
    campaigns.set_priorities(
        by=leader,
        campaign=campaign,
        priorities=[{"group": "veteran", "bonus": 2}, {"group": "bravery", "bonus": 3}, {"group": "local_youth"}],
    )
    campaigns.set_fitness_items(by=leader, campaign=campaign, items=ITEMS)
    campaigns.submit_campaign(by=leader, campaign=campaign)
    return campaigns.approve_campaign(by=brigade, campaign=campaign)


def _apply(campaign: Campaign, count: int, chance: Random) -> None:
    vacancy, made = campaign.vacancies.select_related("campaign").get(), []
    for n in range(count):
        sex = "male" if chance.random() > 0.25 else "female"
        born = campaign.apply_from - dt.timedelta(days=chance.randint(20 * 365, 33 * 365))
        claims = ["veteran"] if chance.random() < 0.3 and sex == "male" else []
        values = {
            "name": invented_name(chance, sex),
            "phone": f"1700001{n:04d}",
            "education": chance.choice(EDUCATIONS),
            "claims": claims,
            "confirmed_claims": claims,
        }
        number = invented_id_number(born, sex, n, division=DIVISION)
        application = new_application(vacancy, chance.choice(Channel.values), number, values)
        application.derive()
        made.append(application)
    Application.objects.bulk_create(made)


def _here(campaign: Campaign, kind: str) -> list[int]:
    rows = Application.objects.running().filter(campaign=campaign, step__kind=kind, waiting=False)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _pass(campaign: Campaign, kind: str, *, failing: int = 0, reason: str = "", by: User) -> None:
    """The first `failing` drop out, the others pass."""
    step, everybody = campaign.steps.get(kind=kind), _here(campaign, kind)
    if failing:
        board.decide(by=by, campaign=campaign, step=step, applications=everybody[:failing], passed=False, reason=reason)
    board.decide(by=by, campaign=campaign, step=step, applications=everybody[failing:], passed=True)


def _score(campaign: Campaign, kind: str, pks: Sequence[int], chance: Random, by: User, lowest: int = 62) -> None:
    scores = {pk: Decimal(chance.randint(lowest * 2, 190)) / 2 for pk in pks}
    board.save_scores(by=by, campaign=campaign, step=campaign.steps.get(kind=kind), scores=dict(scores))


def _until_interview(campaign: Campaign, by: User, chance: Random) -> None:
    """Six candidates of the interview, four of them scored."""
    _pass(campaign, StepKind.ELIGIBILITY, failing=3, reason="学历不符合要求", by=by)
    _score(campaign, StepKind.WRITTEN, _here(campaign, StepKind.WRITTEN)[5:], chance, by)
    _pass(campaign, StepKind.WRITTEN, failing=5, reason="缺考", by=by)
    _run(campaign, by)
    _pass(campaign, StepKind.FITNESS, failing=4, reason="体能不达标", by=by)
    board.let_in(by=by, campaign=campaign, step=campaign.steps.get(kind=StepKind.INTERVIEW))
    _score(campaign, StepKind.INTERVIEW, _here(campaign, StepKind.INTERVIEW)[:4], chance, by)


def _run(campaign: Campaign, by: User) -> None:
    """Everybody runs within the limit."""
    items = {item.sex: item.pk for item in campaign.fitness_items.all()}
    rows = Application.objects.select_related("campaign__unit", "step").filter(pk__in=_here(campaign, StepKind.FITNESS))
    for application in rows:
        board.save_fitness(by=by, application=application, values={items[application.sex]: Decimal(240)})


def _until_notice(campaign: Campaign, by: User, chance: Random, today: dt.date) -> None:
    """Ranked, vetted, and put up; the notice ended a few days ago, so that hiring is next."""
    _pass(campaign, StepKind.ELIGIBILITY, failing=1, reason="年龄不符合要求", by=by)
    _score(campaign, StepKind.WRITTEN, _here(campaign, StepKind.WRITTEN), chance, by)
    _pass(campaign, StepKind.WRITTEN, by=by)
    _run(campaign, by)
    _pass(campaign, StepKind.FITNESS, by=by)
    board.let_in(by=by, campaign=campaign, step=campaign.steps.get(kind=StepKind.INTERVIEW))
    _score(campaign, StepKind.INTERVIEW, _here(campaign, StepKind.INTERVIEW), chance, by)
    _pass(campaign, StepKind.INTERVIEW, by=by)
    ranking.freeze(by=by, campaign=campaign)
    board.let_in(by=by, campaign=campaign, step=campaign.steps.get(kind=StepKind.MEDICAL))
    _pass(campaign, StepKind.MEDICAL, by=by)
    for application in Application.objects.select_related("campaign__unit").filter(
        pk__in=_here(campaign, StepKind.VETTING)
    ):
        _vet(application, by, today)
    _pass(campaign, StepKind.VETTING, by=by)
    board.let_in(by=by, campaign=campaign, step=campaign.steps.get(kind=StepKind.NOTICE))
    shown = notice.publish_notice(by=by, campaign=campaign, first_day=timezone.localdate())
    # Its end is judged by the clock, whatever day the demonstration is built for.
    first_day = min(today, timezone.localdate()) - dt.timedelta(days=18)
    last_day = notice.last_day_of(first_day, campaign.notice_days)
    Notice.objects.filter(pk=shown.pk).update(first_day=first_day, last_day=last_day)
    _object(shown, by, first_day)
    _pass(campaign, StepKind.NOTICE, by=by)


def _object(shown: Notice, by: User, first_day: dt.date) -> None:
    """Somebody objected on the second day, and was answered two days later."""
    entry = shown.entries.order_by("pk").first()
    objection = Objection.objects.create(
        notice=shown,
        entry=entry,
        unit_id=shown.campaign.unit_id,
        number=f"Y{first_day.year}000000000001",
        text="该考生在报名表上的工作经历与实际不符。",
        contact="某居民小区 17000000000",
        received_at=timezone.make_aware(dt.datetime.combine(first_day + dt.timedelta(days=1), dt.time(10, 20))),
        due_on=notice.last_day_of(first_day + dt.timedelta(days=2), notice.ANSWER_DAYS),
    )
    answer = "经向原单位核实，工作经历属实，不影响录用。"
    notice.answer_objection(by=by, objection=objection, answer=answer, is_upheld=False)
    Objection.objects.filter(pk=objection.pk).update(answered_on=first_day + dt.timedelta(days=3))


def _hire_and_close(campaign: Campaign, by: User, today: dt.date) -> None:
    """Both places are filled, for three years, and the campaign is finished; the pre-job training lies ahead."""
    until = months_on(today, 36) - dt.timedelta(days=1)
    rows = Application.objects.select_related("campaign__unit", "vacancy__unit", "step")
    for application in rows.filter(pk__in=_here(campaign, StepKind.HIRE)):
        notice.hire(
            by=by,
            application=application,
            hired_on=today,
            contract_from=today,
            contract_until=until,
            probation_until=longest_probation(today, until),
            training_due_on=today + dt.timedelta(days=21),
        )
    campaigns.end_campaign(by=by, campaign=campaign)


def _vet(application: Application, by: User, today: dt.date) -> None:
    points = dict.fromkeys(DisqualifierKind.values, (False, ""))
    board.check_disqualifiers(by=by, application=application, on=today, points=points)
    board.save_vetting(
        by=by,
        application=application,
        assessors="郑警官、冯督察",
        visited_on=today - dt.timedelta(days=25),
        findings="走访社区、单位，表现良好。",
        is_sound=True,
    )


def _date_back(campaign: Campaign) -> None:
    """Each step took four days, from the campaign's first day on."""
    first = timezone.make_aware(dt.datetime.combine(campaign.apply_from, dt.time(9)))
    rows = Application.objects.filter(campaign=campaign)
    rows.update(applied_at=first + dt.timedelta(days=1))
    for n, step in enumerate(campaign.steps.all()):
        came = first + dt.timedelta(days=1 + 4 * n)
        results = StepResult.objects.filter(step=step)
        results.update(entered_at=came)
        results.filter(decided_at__isnull=False).update(decided_at=F("entered_at") + dt.timedelta(days=3 + n % 2))
        rows.filter(step=step).update(step_since=came)
