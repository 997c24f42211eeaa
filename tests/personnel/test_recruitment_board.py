"""The board's bulk decisions, and recruitment on paper and as workbooks (handbook P3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from lianfang.platform.workbook import read_workbook
from personnel.models import Application, Campaign, StepResult
from personnel.rules.recruitment import readiness
from personnel.services.recruitment import applications, board, notice
from teams.models import User
from tests.conftest import County
from tests.personnel.recruiting import (
    freeze_at,
    make_application,
    make_campaign,
    make_standard,
    pass_step,
    score,
    step_of,
    tick_off,
)
from tests.personnel.test_recruitment_pages import TODAY, ok

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign(county: County, leader: User, brigade_staff: User) -> Campaign:
    make_standard(county.squadron)
    fields = {"education": "college", "born_from": dt.date(1990, 1, 1)}
    return make_campaign(county.squadron, leader, brigade_staff, title="示范招聘", **fields)


@pytest.fixture
def at(leader: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(leader)


def press(at: Client, campaign: Campaign, kind: str, outcome: str, query: str = "", **more: Any) -> Any:
    data = {"step": step_of(campaign, kind).pk, "outcome": outcome, **more}
    return ok(at.post(f"/recruitment/{campaign.pk}/board/decide/{query}", data))


def states(campaign: Campaign) -> dict[str, tuple[str, str, str]]:
    rows = Application.objects.filter(campaign=campaign).values_list("name", "step__kind", "state", "reason")
    return {name: (kind, state, reason) for name, kind, state, reason in rows}


def test_who_may_passes_and_who_misses_a_condition_drops_out_for_it(campaign: Campaign, at: Client) -> None:
    make_application(campaign, "甲")
    make_application(campaign, "乙", education="senior")
    make_application(campaign, "丙", born=dt.date(1989, 12, 31), education="senior")
    press(at, campaign, "eligibility", "ready")
    assert {name: s[0] for name, s in states(campaign).items()} == {
        "甲": "written",
        "乙": "eligibility",
        "丙": "eligibility",
    }
    back = press(at, campaign, "eligibility", "out", query="?q=丙")
    assert "q=" in back["Location"]
    assert {name: s[1] for name, s in states(campaign).items()} == {"甲": "active", "乙": "active", "丙": "failed"}
    press(at, campaign, "eligibility", "out")
    reasons = {name: s[2] for name, s in states(campaign).items()}
    assert reasons["乙"] != reasons["丙"]
    assert "1989-12-31" in reasons["丙"]


def test_everybody_means_everybody_the_filter_shows(campaign: Campaign, at: Client) -> None:
    for name in ("赵一", "赵二", "钱一"):
        make_application(campaign, name)
    press(at, campaign, "eligibility", "failed", query="?q=赵", everybody="1", reason="缺考")
    assert [name for name, s in states(campaign).items() if s[1] == "failed"] == ["赵一", "赵二"]
    press(at, campaign, "eligibility", "failed", query="?readiness=out", everybody="1", reason="缺考")
    assert states(campaign)["钱一"][1] == "active"


def test_bulk_leaves_out_who_is_related(campaign: Campaign, at: Client, leader: User) -> None:
    application = make_application(campaign, "赵一")
    make_application(campaign, "赵二")
    applications.declare_kinship(by=leader, application=application, assessor=leader, relation="外甥")
    press(at, campaign, "eligibility", "ready")
    assert {name: s[0] for name, s in states(campaign).items()} == {"赵一": "eligibility", "赵二": "written"}


def test_board_of_a_finished_campaign_decides_nothing(campaign: Campaign, at: Client, leader: User) -> None:
    from personnel.services.recruitment.campaigns import end_campaign

    make_application(campaign, "赵一")
    end_campaign(by=leader, campaign=campaign)
    press(at, campaign, "eligibility", "ready")
    assert states(campaign)["赵一"][0] == "eligibility"


def test_every_final_code_is_one_that_the_rules_know() -> None:
    """A code that is renamed there would turn a missed condition into something still to be done."""
    import inspect

    from personnel.rules.recruitment import candidates

    source = inspect.getsource(candidates)
    assert [code for code in readiness.FINAL if f'"{code}"' not in source] == []


def ranked(campaign: Campaign, leader: User, name: str = "赵一") -> Application:
    application = make_application(campaign, name)
    freeze_at(campaign, leader, {application.pk: ("90", "80.5")})
    return application


def test_workbooks_keep_text_as_text_and_numbers_hidden(campaign: Campaign, at: Client, leader: User) -> None:
    application = ranked(campaign, leader, "=cmd|'x'!A1")
    Application.objects.filter(pk=application.pk).update(school="@SUM(1+1)", major="-2+3")
    for address in ("ranking/workbook/", "candidates/workbook/", "figures/workbook/"):
        data = at.get(f"/recruitment/{campaign.pk}/{address}").content
        cells = [str(cell) for row in read_workbook(data)[0].rows for cell in row]
        assert application.id_number not in "".join(cells)
        assert "13800001234" not in "".join(cells)
        assert b"<f>" not in unzipped(data)
    rows = read_workbook(at.get(f"/recruitment/{campaign.pk}/candidates/workbook/").content)[0].rows
    assert rows[1][1] == "=cmd|'x'!A1"
    assert {"@SUM(1+1)", "-2+3"} <= set(rows[1])


def test_export_keeps_to_the_filter(campaign: Campaign, at: Client) -> None:
    make_application(campaign, "甲")
    make_application(campaign, "乙", education="senior")
    rows = read_workbook(at.get(f"/recruitment/{campaign.pk}/candidates/workbook/?readiness=out").content)[0].rows
    assert [row[1] for row in rows[1:]] == ["乙"]


def unzipped(data: bytes) -> bytes:
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return b"".join(book.read(name) for name in book.namelist())


def test_names_are_never_markup(campaign: Campaign, at: Client, leader: User) -> None:
    name = "<img src=x onerror=alert(1)>"
    application = make_application(campaign, name, school="<script>alert(1)</script>", relatives=[(name, name)])
    pass_step(campaign, "eligibility", [application.pk])
    board.check_disqualifiers(by=leader, application=application, on=TODAY, points={"other": (False, name)})
    written = step_of(campaign, "written").pk
    for address in (
        f"{campaign.pk}/board/",
        f"applications/{application.pk}/",
        f"{campaign.pk}/scores/{written}/",
        f"{campaign.pk}/scores/{written}/print/",
        f"{campaign.pk}/figures/",
        f"{campaign.pk}/figures/print/",
    ):
        page = at.get(f"/recruitment/{address}")
        assert page.status_code == 200
        assert "<img src=x" not in page.content.decode()
        assert "<script>alert" not in page.content.decode()


def test_notice_for_the_wall_masks_names(campaign: Campaign, at: Client, leader: User) -> None:
    application = ranked(campaign, leader, "欧阳建国")
    board.let_in(by=leader, campaign=campaign, step=step_of(campaign, "medical"))
    pass_step(campaign, "medical", [application.pk])
    tick_off(application)
    pass_step(campaign, "vetting", [application.pk])
    board.let_in(by=leader, campaign=campaign, step=step_of(campaign, "notice"))
    shown = notice.publish_notice(by=leader, campaign=campaign, first_day=TODAY)
    page = at.get(f"/recruitment/notices/{shown.pk}/print/").content.decode()
    assert "欧**国" in page
    assert "欧阳建国" not in page
    assert application.number not in page
    assert "86.20" in at.get(f"/recruitment/{campaign.pk}/ranking/print/").content.decode()


def test_funnel_counts_each_candidate_once_a_step(campaign: Campaign, at: Client, leader: User) -> None:
    people = [make_application(campaign, name) for name in ("赵一", "赵二", "赵三", "赵四")]
    pass_step(campaign, "eligibility", [p.pk for p in people[:3]])
    applications.withdraw(by=leader, application=people[3], reason="另有工作")
    score(campaign, "written", leader, {people[0].pk: "90", people[1].pk: "50"})
    pass_step(campaign, "written", [people[0].pk])
    press(at, campaign, "written", "out")
    bars = {b.label.kind: b for b in at.get(f"/recruitment/{campaign.pk}/figures/").context["bars"]}
    eligibility, written = bars["eligibility"], bars["written"]
    assert (eligibility.reached, eligibility.passed, eligibility.failed, eligibility.here) == (4, 3, 0, 0)
    assert (written.reached, written.passed, written.failed, written.here, written.share) == (3, 1, 1, 1, 50)
    assert bars["interview"].here == 1
    assert StepResult.objects.get(application=people[1], step__kind="written").note


def test_figures_ask_no_more_for_more_candidates(
    campaign: Campaign, at: Client, django_assert_max_num_queries: Any
) -> None:
    for n in range(6):
        make_application(campaign, f"赵{n}")
    for address in ("figures/", "figures/workbook/", "candidates/workbook/", "board/"):
        with django_assert_max_num_queries(40):
            assert at.get(f"/recruitment/{campaign.pk}/{address}").status_code == 200
