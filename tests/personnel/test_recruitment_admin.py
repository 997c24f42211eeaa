"""Recruitment in Django admin keeps to the pages' rules."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from personnel.models import Campaign, FitnessStandard, Notice, Objection
from personnel.services.recruitment import applications, notice
from teams.models import User
from tests.conftest import County
from tests.personnel.recruiting import make_application, make_campaign, make_draft, make_standard
from tests.personnel.test_recruitment_pages import TODAY, ok

pytestmark = pytest.mark.django_db
Sign = Callable[[User], Client]


@pytest.fixture
def campaign(county: County, leader: User, brigade_staff: User) -> Campaign:
    make_standard(county.squadron)
    return make_campaign(county.squadron, leader, brigade_staff)


def test_candidates_are_read_masked_within_the_scope(
    campaign: Campaign, leader: User, outsider: User, client_of: Sign
) -> None:
    application = make_application(campaign, "赵一")
    listed, page = "/admin/personnel/application/", f"/admin/personnel/application/{application.pk}/change/"
    assert "赵一" in client_of(leader).get(listed).content.decode()
    shown = client_of(leader).get(page).content.decode()
    assert application.masked_id_number in shown
    assert application.id_number not in shown
    assert application.phone not in shown
    assert "赵一" not in client_of(outsider).get(listed).content.decode()
    assert client_of(outsider).get(page).status_code == 302
    assert client_of(leader).post(page, {"name": "钱二"}).status_code == 403
    assert client_of(leader).get("/admin/teams/user/").status_code == 403


def test_relative_does_not_see_the_candidate(campaign: Campaign, leader: User, client_of: Sign) -> None:
    application = make_application(campaign, "赵一")
    applications.declare_kinship(by=leader, application=application, assessor=leader, relation="外甥")
    assert "赵一" not in client_of(leader).get("/admin/personnel/application/").content.decode()


def test_objection_is_answered_once_and_in_words(campaign: Campaign, leader: User, client_of: Sign) -> None:
    shown = Notice.objects.create(campaign=campaign, first_day=TODAY, last_day=TODAY)
    objection = notice.object_to(by=None, notice=shown, text="材料不实", contact="某人")
    page, at = f"/admin/personnel/objection/{objection.pk}/change/", client_of(leader)
    assert at.post(page, {"answer": " ", "is_upheld": "false"}).status_code == 200
    ok(at.post(page, {"answer": "经核查不属实", "is_upheld": "false"}))
    row = Objection.objects.get()
    assert (row.answer, row.is_upheld, row.answered_by) == ("经核查不属实", False, leader)
    assert at.post(page, {"answer": "改口", "is_upheld": "true"}).status_code == 403


def test_plan_is_changed_while_it_is_a_draft(campaign: Campaign, county: County, leader: User, client_of: Sign) -> None:
    draft, at = make_draft(county.squadron, leader), client_of(leader)
    page = f"/admin/personnel/campaign/{draft.pk}/change/"
    data = {
        "title": "改名",
        "year": draft.year,
        "apply_from": draft.apply_from,
        "apply_until": draft.apply_until,
        "staff_category": "field",
        "bonus_rule": "highest",
        "notice_days": 5,
    }
    assert at.post(page, data | {"formula": "笔试 * 口才"}).status_code == 200
    assert not Campaign.objects.filter(title="改名").exists()
    ok(at.post(page, data | {"formula": "笔试 * 40% + 面试 * 60%"}))
    assert Campaign.objects.get(pk=draft.pk).title == "改名"
    assert at.post(f"/admin/personnel/campaign/{campaign.pk}/change/", data).status_code == 403


def test_fitness_limits_are_the_brigades(county: County, leader: User, brigade_staff: User, client_of: Sign) -> None:
    data = {"unit": county.squadron.pk, "staff_category": "field", "name": "长跑", "sex": "male", "limit": 270}
    data |= {"age_from": 18, "age_until": 30, "less_is_better": "on"}
    add = "/admin/personnel/fitnessstandard/add/"
    assert client_of(leader).post(add, data).status_code == 403
    at = client_of(brigade_staff)
    ok(at.post(add, data))
    assert at.post(add, data | {"age_from": 25, "age_until": 40}).status_code == 200  # two limits for 25 to 30
    assert FitnessStandard.objects.get().limit == 270
    ok(at.post(f"/admin/personnel/fitnessstandard/{FitnessStandard.objects.get().pk}/change/", data | {"limit": 260}))
    assert FitnessStandard.objects.get().limit == 260
    ok(at.post(f"/admin/personnel/fitnessstandard/{FitnessStandard.objects.get().pk}/delete/", {"post": "yes"}))
    assert not FitnessStandard.objects.exists()
