"""Applications from a workbook: previewed, all or nothing, bad rows back with their reason (handbook P2)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from lianfang.platform.id_numbers import invented_id_number
from lianfang.platform.workbook import read_workbook
from personnel.models import Application, Campaign, RecruitmentUpload, StepResult
from personnel.services.recruitment import score_workbook, uploads
from teams.models import User
from tests.conftest import County
from tests.personnel.recruiting import make_application, make_campaign, make_standard, pass_step, step_of
from tests.personnel.test_recruitment_pages import BORN, ok
from tests.personnel.workbooks import sheet

pytestmark = pytest.mark.django_db
HEADER = ["序号", "姓名", "身份证号码", "联系电话", "学历", "报考岗位", "优先情形", "亲属"]


def line(serial: int, **cells: Any) -> list[Any]:
    values = {
        "序号": serial,
        "姓名": "孙小明",
        "身份证号码": invented_id_number(BORN, "male", serial),
        "联系电话": "13800001234",
        "学历": "大专",
    } | cells
    return [values.get(key, "") for key in HEADER]


@pytest.fixture
def campaign(county: County, leader: User, brigade_staff: User) -> Campaign:
    make_standard(county.squadron)
    return make_campaign(county.squadron, leader, brigade_staff, priorities=[{"group": "veteran", "bonus": 2}])


@pytest.fixture
def at(leader: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(leader)


def send(at: Client, campaign: Campaign, rows: list[list[Any]]) -> str:
    """Upload; answers the address of the preview."""
    file = SimpleUploadedFile("报名表.xlsx", sheet([["招聘报名表"], HEADER, *rows]))
    return str(ok(at.post(f"/recruitment/{campaign.pk}/applications/import/", {"workbook": file}))["Location"])


def confirm(at: Client, preview: str) -> Any:
    page = at.get(preview)
    return at.post(preview, {"fingerprint": page.context["plan"].fingerprint()})


def test_workbook_is_previewed_and_then_entered(campaign: Campaign, at: Client) -> None:
    rows = [
        line(1, 优先情形="退役军人、高校毕业生", 亲属="周队长（舅舅）；李四 姐姐"),
        line(2, 姓名="孙二", 报考岗位="巡逻员"),
    ]
    preview = send(at, campaign, rows)
    assert not Application.objects.exists()
    ok(confirm(at, preview))
    first = Application.objects.get(name="孙小明")
    assert (first.channel, first.education, first.claims) == ("workbook", "college", ["veteran"])
    relatives = first.kinships.values_list("relative_name", "relation").order_by("pk")
    assert list(relatives) == [("周队长", "舅舅"), ("李四", "姐姐")]
    assert not RecruitmentUpload.objects.exists()


def test_same_workbook_again_changes_nothing(campaign: Campaign, at: Client) -> None:
    rows = [line(1), line(2, 姓名="孙二")]
    ok(confirm(at, send(at, campaign, rows)))
    before = list(Application.objects.values())
    page = at.get(send(at, campaign, rows))
    assert [len(part) for part in (page.context["plan"].new, page.context["plan"].unchanged)] == [0, 2]
    assert list(Application.objects.values()) == before


def test_bad_rows_come_back_with_their_reasons_and_nothing_is_entered(campaign: Campaign, at: Client) -> None:
    there = make_application(campaign, "孙一")
    rows = [
        line(1),
        line(2, 身份证号码="110101199001011234"),
        line(3, 学历="高不成"),
        line(4, 报考岗位="局长"),
        line(5, 优先情形="关系户"),
        line(1, 姓名="孙二"),
        line(7, 姓名="孙一一", 身份证号码=there.id_number),
        line(8, 姓名="=HYPERLINK(1)", 联系电话="+86 138"),
    ]
    preview = send(at, campaign, rows)
    assert confirm(at, preview).status_code == 422
    assert Application.objects.count() == 1
    back = read_workbook(at.get(f"{preview}reasons/").content)[0].rows
    reasons = {n: row[len(HEADER)] for n, row in enumerate(back[2:], 1) if len(row) > len(HEADER) and row[len(HEADER)]}
    assert set(reasons) == {2, 3, 4, 5, 6, 7, 8}
    again = sheet([row[: len(HEADER)] for row in back])
    file = SimpleUploadedFile("again.xlsx", again)
    assert at.post(f"/recruitment/{campaign.pk}/applications/import/", {"workbook": file}).status_code == 302


@pytest.mark.parametrize("data", [b"PK\x03\x04", b"<html>", sheet([["姓名", "身份证号"], ["孙", "1"]]), sheet([])])
def test_what_is_no_workbook_of_applications(campaign: Campaign, at: Client, data: bytes) -> None:
    file = SimpleUploadedFile("x.xlsx", data)
    assert at.post(f"/recruitment/{campaign.pk}/applications/import/", {"workbook": file}).status_code == 422


def test_upload_is_nobody_elses_and_goes_after_a_day(
    campaign: Campaign, at: Client, brigade_staff: User, client_of: Callable[[User], Client]
) -> None:
    preview = send(at, campaign, [line(1)])
    for address in (preview, f"{preview}reasons/"):
        assert client_of(brigade_staff).get(address).status_code == 404
    assert client_of(brigade_staff).post(f"{preview}cancel/").status_code == 404
    assert uploads.forget_expired(timezone.now() + dt.timedelta(hours=25)) == 1
    assert at.get(preview).status_code == 404


def test_someone_applied_between_preview_and_yes(campaign: Campaign, at: Client) -> None:
    preview = send(at, campaign, [line(1), line(2, 姓名="孙二")])
    fingerprint = at.get(preview).context["plan"].fingerprint()
    make_application(campaign, "孙小明", id_number=line(1)[2], phone="13800001234")
    assert at.post(preview, {"fingerprint": fingerprint}).status_code == 422
    assert Application.objects.count() == 1


def test_template_is_read_by_the_import(campaign: Campaign, at: Client) -> None:
    from personnel.services.recruitment.importing import read_applications

    data = at.get(f"/recruitment/{campaign.pk}/applications/template/").content
    assert {c.key for c in read_applications(data).columns} >= {"name", "id_number", "position", "claims", "relatives"}


def test_scores_come_from_a_workbook_as_a_whole_or_not_at_all(campaign: Campaign, at: Client, leader: User) -> None:
    people = [make_application(campaign, name) for name in ("甲", "乙", "丙")]
    pass_step(campaign, "eligibility", [p.pk for p in people])
    step = step_of(campaign, "written").pk
    url = f"/recruitment/{campaign.pk}/scores/{step}/workbook/"

    def upload(rows: list[list[Any]]) -> str:
        file = SimpleUploadedFile("成绩.xlsx", sheet([["笔试成绩表"], ["姓名", "报名号", "成绩"], *rows]))
        return str(ok(at.post(url, {"workbook": file}))["Location"])

    bad = [
        ["甲", people[0].number, 88.5],
        ["丙", people[1].number, 70],
        ["丙", people[2].number, "缺考"],
        ["丁", "1", 60],
    ]
    page = upload(bad)
    assert not StepResult.objects.filter(score__isnull=False).exists()
    back = read_workbook(at.get(f"{page}reasons/").content)[0].rows
    assert [bool(row[3]) for row in back[2:]] == [False, True, True, True]
    upload([["甲", people[0].number, 88.505], ["乙", people[1].number, ""], ["丙", int(people[2].number), "70"]])
    scores = (
        StepResult.objects.filter(step=step).order_by("application__name").values_list("application__name", "score")
    )
    assert dict(scores) == {"甲": Decimal("88.51"), "丙": Decimal(70)}
    own = read_workbook(at.get(url).content)[0].rows
    assert str(own[1][1]) in ("甲", "乙", "丙")
    assert score_workbook.plan_scores(at.get(url).content, people, step_of(campaign, "written")).problems == []
