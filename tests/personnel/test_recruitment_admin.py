"""Recruitment in Django admin keeps to the pages' rules."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from personnel.models import Campaign, Notice, Objection
from personnel.services.recruitment import applications, notice
from teams.models import User
from tests.conftest import County
from tests.personnel.recruiting import make_application, make_campaign, make_standard
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
