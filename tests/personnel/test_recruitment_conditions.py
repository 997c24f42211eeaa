"""Conditions of a post, fitness limits by region and category, vettings to look at again (handbook P1, P3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from lianfang.platform.id_numbers import invented_id_number
from lianfang.platform.problems import Refused
from personnel.models import FitnessStandard, Vacancy, Vetting
from personnel.rules.recruitment.candidates import eligibility_problems
from personnel.services.recruitment import applications, campaigns
from personnel.services.recruitment.fitness import set_fitness_standard
from teams.models import User
from tests.conftest import County
from tests.personnel.recruiting import make_application, make_campaign, make_draft, make_standard, pass_step, tick_off

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
POST: dict[str, Any] = {
    "title": "女子巡逻员",
    "places": 1,
    "born_from": dt.date(2000, 1, 1),
    "education": "bachelor",
    "sex": "female",
    "sex_reason": "女性人身检查岗位, 人民警察法",
    "groups": ["veteran"],
}


@pytest.mark.parametrize(
    ("person", "codes"),
    [
        ({"born": dt.date(2000, 1, 1), "education": "bachelor", "claims": ["veteran"]}, {"group_unproven"}),
        ({"born": dt.date(1999, 12, 31), "education": "bachelor"}, {"born_before", "group"}),
        ({"born": dt.date(2001, 1, 1), "education": "college"}, {"education", "group"}),
    ],
)
def test_post_asks_for_more_than_the_campaign(
    county: County, leader: User, brigade_staff: User, person: dict[str, Any], codes: set[str]
) -> None:
    make_standard(county.squadron)
    draft = make_draft(county.squadron, leader, born_from=dt.date(1990, 1, 1), education="senior")
    campaigns.set_priorities(by=leader, campaign=draft, priorities=[{"group": "veteran"}])
    posts = [{"unit": county.group, "title": "巡逻员", "places": 1}, {"unit": county.group, **POST}]
    campaigns.set_vacancies(by=leader, campaign=draft, vacancies=posts)
    campaigns.submit_campaign(by=leader, campaign=draft)
    campaign = campaigns.approve_campaign(by=brigade_staff, campaign=draft)
    usual, special = Vacancy.objects.order_by("pk")
    born = person["born"]
    woman = make_application(campaign, "甲", vacancy=special, id_number=invented_id_number(born, "female", 3), **person)
    assert {p.code for p in eligibility_problems(woman)} == codes
    man = make_application(campaign, "乙", vacancy=special, **person)
    assert {p.code for p in eligibility_problems(man)} == codes | {"sex"}
    assert eligibility_problems(make_application(campaign, "丙", vacancy=usual, **person)) == []
    applications.confirm_claims(by=leader, application=woman, claims=["veteran"])
    woman.refresh_from_db()
    assert not {p.code for p in eligibility_problems(woman)} & {"group", "group_unproven"}


def test_one_sex_needs_its_rule(county: County, leader: User) -> None:
    draft = make_draft(county.squadron, leader)
    posts = [{"unit": county.group, **POST, "sex_reason": " "}]
    with pytest.raises(Refused) as refused:
        campaigns.set_vacancies(by=leader, campaign=draft, vacancies=posts)
    assert [p.code for p in refused.value.problems] == ["sex_without_reason"]
    with pytest.raises(IntegrityError), transaction.atomic():
        Vacancy.objects.update(sex="male")


def test_group_of_a_post_can_be_claimed(county: County, leader: User) -> None:
    make_standard(county.squadron)
    draft = make_draft(county.squadron, leader)
    campaigns.set_vacancies(by=leader, campaign=draft, vacancies=[{"unit": county.group, **POST}])
    with pytest.raises(Refused) as refused:
        campaigns.submit_campaign(by=leader, campaign=draft)
    assert [p.code for p in refused.value.problems] == ["group_not_listed"]


RUN: dict[str, Any] = {"name": "1000米跑", "sex": "male", "age_from": 18, "age_until": 30, "limit": Decimal(255)}


def test_campaign_begins_with_the_limits_of_the_nearest_region(
    county: County, leader: User, brigade_staff: User, client_of: Callable[[User], Client]
) -> None:
    for unit, category, limit in (
        (county.root, "field", 280),
        (county.brigade, "field", 270),
        (county.brigade, "clerical", 300),
    ):
        items = [RUN | {"limit": Decimal(limit)}]
        set_fitness_standard(by=None, unit=unit, staff_category=category, items=items)
    draft = make_draft(county.squadron, leader, staff_category="field")
    assert [item.limit for item in draft.fitness_items.all()] == [270]
    set_fitness_standard(by=brigade_staff, unit=county.squadron, staff_category="field", items=[RUN])
    assert [i.limit for i in make_draft(county.squadron, leader).fitness_items.all()] == [255]
    assert [i.limit for i in make_draft(county.squadron, leader, staff_category="clerical").fitness_items.all()] == [
        300
    ]
    page = client_of(leader).get("/recruitment/fitness/").content.decode()
    assert "255" in page
    assert "270" in page
    with pytest.raises(Refused) as refused:
        set_fitness_standard(by=leader, unit=county.squadron, staff_category="field", items=[])
    assert [p.code for p in refused.value.problems] == ["no_right"]


def test_two_limits_for_one_age(county: County) -> None:
    items = [RUN, RUN | {"age_from": 30, "age_until": 40}]
    with pytest.raises(Refused) as refused:
        set_fitness_standard(by=None, unit=county.brigade, staff_category="field", items=items)
    assert [p.code for p in refused.value.problems] == ["fitness_overlap"]
    for wrong in ({"full_at": Decimal(300)}, {"age_until": 17}):
        with pytest.raises(IntegrityError), transaction.atomic():
            FitnessStandard.objects.create(unit=county.brigade, **(RUN | wrong))


def test_points_of_an_item() -> None:
    run = FitnessStandard(limit=Decimal(270), full_at=Decimal(210), less_is_better=True)
    values = ("270.01", "270", "240", "210", "180", "269.9")
    assert [run.points(Decimal(v)) for v in values] == [0, 60, 80, 100, 100, Decimal("60.07")]
    push = FitnessStandard(limit=Decimal(20), full_at=Decimal(50), less_is_better=False)
    assert [push.points(Decimal(v)) for v in ("19", "20", "35", "60")] == [0, 60, 80, 100]


def test_vetting_that_is_due_holds_back_and_reminds(
    county: County, leader: User, brigade_staff: User, client_of: Callable[[User], Client]
) -> None:
    make_standard(county.squadron)
    steps = [{"kind": "eligibility"}, {"kind": "vetting"}, {"kind": "written", "weight": 100}]
    steps += [{"kind": "notice"}, {"kind": "hire"}]
    campaign = make_campaign(county.squadron, leader, brigade_staff, steps=steps)
    person = make_application(campaign)
    pass_step(campaign, "eligibility", [person.pk])
    tick_off(person)
    Vetting.objects.update(look_again_on=TODAY)
    with pytest.raises(Refused) as refused:
        pass_step(campaign, "vetting", [person.pk])
    assert {p.code for p in refused.value.problems} == {"vetting_look_again"}
    at = client_of(leader)
    assert "/recruitment/vettings/" in at.get("/").content.decode()
    assert person.name in at.get("/recruitment/vettings/").content.decode()
    Vetting.objects.update(look_again_on=TODAY + dt.timedelta(days=60))
    assert "/recruitment/vettings/" not in at.get("/").content.decode()
    pass_step(campaign, "vetting", [person.pk])
