"""From the plan to a hired member in a roster, in a real browser (handbook P1–P10)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from lianfang.platform.id_numbers import invented_id_number
from personnel.models import Application, Campaign, DisqualifierKind, Engagement, Member, Notice
from teams.models import User
from tests.conftest import County
from tests.factories import make_beat, make_cover, make_duty, make_roster, make_shift_type
from tests.personnel.recruiting import make_standard
from tests.personnel.test_recruitment_pages import picture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NAME = "孙小明"
TODAY = timezone.localdate()


class Recruiter:
    """The leader at the pages of one campaign."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.campaign: Any = None

    def drafts(self, unit: Any) -> None:
        self.page.goto("/recruitment/new/")
        self.page.fill("[name=title]", "招聘一名队员")
        self.page.fill("[name=apply_from]", str(TODAY))
        self.page.fill("[name=apply_until]", str(TODAY))
        self.saves()
        self.campaign = Campaign.objects.get()
        self.page.goto(f"/recruitment/{self.campaign.pk}/parts/vacancies/")
        self.page.select_option("[name=row-0-unit]", str(unit.pk))
        self.page.fill("[name=row-0-title]", "巡逻员")
        self.page.fill("[name=row-0-places]", "1")
        self.saves()

    def saves(self) -> None:
        """Send the page's own form and wait for the page that answers."""
        with self.page.expect_navigation():
            self.page.locator("main form .form-actions button[type=submit]").click()
        expect(self.page.locator(".field-errors, .alert-bad")).to_have_count(0)

    def posts(self, address: str) -> None:
        """Press the button whose form goes to `address`."""
        with self.page.expect_navigation():
            self.page.locator(f"form[action='{address}'] button[type=submit]").first.click()

    def board(self) -> str:
        address = f"/recruitment/{self.campaign.pk}/board/"
        self.page.goto(address)
        return address

    def passes(self, kind: str) -> None:
        step = self.campaign.steps.get(kind=kind)
        self.board()
        column = self.page.locator(f"section[aria-labelledby=step-{step.pk}]")
        column.get_by_role("checkbox", name=NAME).check()
        with self.page.expect_navigation():
            column.locator("button[value=passed]").click()
        assert Application.objects.get().results.get(step=step).outcome == "passed"

    def lets_in(self, kind: str) -> None:
        address = self.board()
        self.posts(f"{address}{self.campaign.steps.get(kind=kind).pk}/let-in/")
        assert not Application.objects.get().waiting

    def scores(self, kind: str, score: str) -> None:
        step = self.campaign.steps.get(kind=kind)
        self.page.goto(f"/recruitment/{self.campaign.pk}/scores/{step.pk}/")
        self.page.get_by_label(NAME).fill(score)
        with self.page.expect_navigation():
            self.page.get_by_label(NAME).press("Enter")
        assert str(Application.objects.get().results.get(step=step).score) == score

    def freezes(self) -> None:
        self.board()
        self.page.locator("summary, button").filter(has_text="锁定").or_(
            self.page.get_by_text("Freeze the ranking")
        ).first.click()
        self.posts(f"/recruitment/{self.campaign.pk}/freeze/")
        expect(self.page.locator("main table")).to_contain_text(NAME)

    def vets(self, application: Application) -> None:
        base = f"/recruitment/applications/{application.pk}"
        self.page.goto(f"{base}/checklist/")
        for kind in DisqualifierKind.values:
            self.page.select_option(f"[name={kind}]", "clear")
        self.saves()
        self.page.goto(f"{base}/vetting/")
        self.page.fill("[name=assessors]", "钱一、孙二")
        self.page.fill("[name=findings]", "表现良好")
        self.page.select_option("[name=is_sound]", "true")
        self.saves()


def applies(page: Page, campaign: Campaign) -> None:
    page.goto(f"/openings/{campaign.pk}/apply/")
    page.fill("[name=name]", NAME)
    page.fill("[name=id_number]", invented_id_number(dt.date(1999, 5, 6), "male", 7))
    page.fill("[name=phone]", "13800001234")
    page.select_option("[name=education]", "college")
    page.set_input_files("[name=file_id_card]", {"name": "身份证.jpg", "mimeType": "image/jpeg", "buffer": picture()})
    page.check("[name=truthful]")
    with page.expect_navigation():
        page.locator("main form .form-actions button[type=submit]").click()
    expect(page.locator("main")).to_contain_text(Application.objects.get().number)


def adds_a_paper(page: Page) -> None:
    """Later, at another computer: by the receipt number and the end of the ID number."""
    application = Application.objects.get()
    page.goto("/openings/status/")
    page.fill("[name=number]", application.number)
    page.fill("[name=last_six]", application.id_number[-6:])
    with page.expect_navigation():
        page.locator("main form .form-actions button[type=submit]").click()
    page.select_option("[name=kind]", "diploma")
    page.set_input_files("[name=file]", {"name": "毕业证.png", "mimeType": "image/png", "buffer": picture("PNG")})
    with page.expect_navigation():
        page.locator("form[action='/openings/own/documents/'] button[type=submit]").click()
    expect(page.locator(".own-papers")).to_contain_text("毕业证")
    assert set(application.documents.values_list("kind", flat=True)) == {"id_card", "diploma"}


def test_plan_to_first_duty(page_of: Callable[..., Page], county: County, leader: User, brigade_staff: User) -> None:
    make_standard(county.squadron)
    at = Recruiter(page_of(leader))
    at.drafts(county.group)
    campaign = at.campaign
    at.posts(f"/recruitment/{campaign.pk}/submit/")
    brigade = Recruiter(page_of(brigade_staff))
    brigade.page.goto(f"/recruitment/{campaign.pk}/")
    brigade.posts(f"/recruitment/{campaign.pk}/approve/")
    visitor = page_of()
    applies(visitor, campaign)
    adds_a_paper(page_of())
    application = Application.objects.get()

    at.page.goto(f"/recruitment/applications/{application.pk}/")
    with at.page.expect_download() as download:
        at.page.get_by_role("link", name="毕业证").click()
    assert download.value.suggested_filename == "毕业证.jpg"
    at.passes("eligibility")
    at.scores("written", "88.50")
    at.passes("written")
    at.passes("fitness")
    at.lets_in("interview")
    at.scores("interview", "80.00")
    at.passes("interview")
    at.freezes()
    at.lets_in("medical")
    at.passes("medical")
    at.vets(application)
    at.passes("vetting")
    at.lets_in("notice")
    at.page.goto(f"/recruitment/{campaign.pk}/")
    at.posts(f"/recruitment/{campaign.pk}/notice/")
    visitor.goto(f"/openings/{campaign.pk}/result/")
    expect(visitor.locator("main")).to_contain_text("孙*明")
    # The notice's working days go by.
    Notice.objects.update(first_day=TODAY - dt.timedelta(9), last_day=TODAY - dt.timedelta(1))
    at.passes("notice")
    at.page.goto(f"/recruitment/applications/{application.pk}/hire/")
    at.saves()
    member = Member.objects.get(name=NAME)
    at.page.goto(f"/members/{member.pk}/certificates/new/")
    at.page.fill("[name=number]", "SG-1")
    at.page.fill("[name=valid_until]", str(TODAY + dt.timedelta(days=365)))
    at.saves()

    day, shift, beat = TODAY + dt.timedelta(days=2), make_shift_type(county.squadron), make_beat(county.squadron)
    make_cover(beat, shift)
    duty = make_duty(make_roster(county.squadron, day, day), member, day, shift, beat=beat)
    at.page.goto(f"/rosters/{duty.roster_id}/publish/")
    with at.page.expect_navigation():
        at.page.locator("main form button[type=submit]").last.click()
    assert Engagement.objects.filter(member=member, kind="duty").exists()
