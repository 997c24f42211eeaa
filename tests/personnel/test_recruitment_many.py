"""500 candidates: no page asks more for them than for three."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lianfang.platform.id_numbers import invented_id_number
from personnel.models import Application, Campaign, Kinship, PanelMark, PanelSeat, StepResult
from personnel.services.recruitment import board, panels, ranking
from teams.models import User
from tests.conftest import County
from tests.personnel.recruiting import STEPS, make_application, make_campaign, make_standard, step_of

pytestmark = pytest.mark.django_db
PANEL = [s | ({"panel": "average", "panel_size": 2} if s["kind"] == "interview" else {}) for s in STEPS]
MANY = 496  # with the first three just within one batch


@pytest.fixture
def campaign(county: County, leader: User, brigade_staff: User) -> Campaign:
    make_standard(county.squadron)
    return make_campaign(county.squadron, leader, brigade_staff, steps=PANEL)


def add(campaign: Campaign, count: int, serial: int = 0) -> None:
    """Candidates in the interview, with a written score; every tenth named a relative who is nobody here."""
    first = Application.objects.filter(campaign=campaign).first() or make_application(campaign)
    made = []
    for n in range(count):
        born = dt.date(1996, 1, 1) + dt.timedelta(days=serial + n)
        copy = Application(
            **{f.attname: getattr(first, f.attname) for f in Application._meta.concrete_fields if f.name != "id"}
        )
        copy.id_number, copy.number = invented_id_number(born, "male", 490), f"M{serial + n:09d}"
        copy.step = step_of(campaign, "interview")
        copy.derive()
        made.append(copy)
    Application.objects.bulk_create(made)
    written = step_of(campaign, "written")
    StepResult.objects.bulk_create(
        [StepResult(application=a, step=written, score=60 + n % 40, outcome="passed") for n, a in enumerate(made)]
    )
    Kinship.objects.bulk_create(
        [Kinship(application=a, side="candidate", relative_name="孙某", relation="舅") for a in made[::10]]
    )


def test_who_is_to_score_is_read_in_one_pass(campaign: Campaign) -> None:
    """Without figures of its own about hundreds of rows the planner would read them all for each of them."""
    asked = str(board.to_score(campaign, step_of(campaign, "interview")).query)
    assert asked.count('"personnel_application" ') == 1


def queries(call: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as captured:
        call()
    return len(captured)


def test_pages_ask_no_more_for_many(campaign: Campaign, leader: User, client_of: Callable[[User], Client]) -> None:
    at = client_of(leader)
    interview, written = step_of(campaign, "interview"), step_of(campaign, "written")
    two = [PanelSeat.objects.create(step=interview, name=name) for name in ("一", "二")]
    pages = [
        f"/recruitment/{campaign.pk}/",
        f"/recruitment/{campaign.pk}/board/",
        f"/recruitment/{campaign.pk}/figures/",
        f"/recruitment/{campaign.pk}/scores/{interview.pk}/",
        f"/recruitment/{campaign.pk}/scores/{written.pk}/",
        f"/recruitment/assessors/{two[0].pk}/",
        f"/recruitment/assessors/{two[0].pk}/workbook/",
    ]
    add(campaign, 3)
    few = [queries(lambda page=page: at.get(page)) for page in pages]  # type: ignore[misc]
    give(leader, two, campaign)
    marks = queries(lambda: give(leader, two, campaign))
    add(campaign, MANY, serial=3)
    assert [queries(lambda page=page: at.get(page)) for page in pages] == few  # type: ignore[misc]
    give(leader, two, campaign)
    assert queries(lambda: give(leader, two, campaign)) == marks
    assert StepResult.objects.filter(step=interview, score=Decimal("71.00")).count() == MANY + 3


def give(leader: User, two: list[PanelSeat], campaign: Campaign) -> None:
    """70 and 72 from the two assessors, anew each time."""
    PanelMark.objects.all().delete()
    everybody = list(Application.objects.filter(step__kind="interview").values_list("pk", flat=True))
    for seat, mark in zip(two, (70, 72), strict=True):
        panels.save_marks(by=leader, seat=seat, marks=dict.fromkeys(everybody, Decimal(mark)))


def test_ranking_of_many(campaign: Campaign, leader: User, client_of: Callable[[User], Client]) -> None:
    at = client_of(leader)
    two = [PanelSeat.objects.create(step=step_of(campaign, "interview"), name=name) for name in ("一", "二")]
    add(campaign, MANY)
    Application.objects.exclude(step__kind="interview").delete()
    give(leader, two, campaign)
    Application.objects.update(step=step_of(campaign, "medical"), waiting=True)
    spent = queries(lambda: ranking.freeze(by=leader, campaign=campaign))
    assert spent < 40
    page = f"/recruitment/{campaign.pk}/ranking/"
    assert queries(lambda: at.get(page)) < 33
    assert at.get(page).content.decode().count("/recruitment/applications/") == MANY
