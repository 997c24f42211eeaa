"""The first day of a real station, in a browser: from an empty database to the first published roster.

Only what the pages show is used; passwords come from the slips.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from lianfang.platform.jobs.worker import Worker
from patrols.models import CoverRequirement, Roster, RosterStatus, ShiftType
from personnel.models import Member
from teams.models import CalendarDay, Post, Unit
from teams.policy import Role
from teams.services.accounts import create_account
from tests.browser.test_main_job import NAMES, short_search, workbook  # noqa: F401 - fixtures

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OWN = "Lianfang-first-day-1"
UNITS = """name	kind	unit above	unit code
示范县	district		990101
联防大队	brigade	示范县
城北派出所中队	squadron	联防大队
一班	patrol group	城北派出所中队
二班	patrol group	城北派出所中队
"""
ACCOUNTS = """周建国	squadron leader	城北派出所中队
郑大勇	brigade staff	联防大队
冯宇	comprehensive-management office	示范县
钱安	security administrator
孙静	audit administrator
"""
COVER = """车站广场	point	早	2
文化路夜巡线	line	夜	2
"""


def signs_in(page: Page, username: str, password: str) -> None:
    """With a first password, so a password of one's own comes next."""
    page.goto("/")
    page.fill("[name=username]", username)
    page.fill("[name=password]", password)
    page.press("[name=password]", "Enter")
    for name, value in (("old", password), ("new", OWN), ("again", OWN)):
        page.fill(f"[name={name}]", value)
    page.press("[name=again]", "Enter")
    expect(page.get_by_text("To the first roster")).to_be_visible()


def open_steps(page: Page) -> list[str]:
    page.goto("/")
    return page.locator(".steps strong").all_inner_texts()


def pastes(page: Page, step: str, rows: str, submit: str) -> None:
    """Take the step's workbook page, paste, look at the preview, write."""
    page.goto("/")
    page.locator("li", has=page.get_by_text(step, exact=True)).get_by_role("link", name="From a workbook").click()
    page.fill("[name=text]", rows)
    page.get_by_role("button", name="Show the preview").click()
    expect(page.locator(".stat", has_text="Bad rows")).to_contain_text("0")
    page.get_by_role("button", name=submit).click()


def slip_of(page: Page, name: str) -> tuple[str, str]:
    slip = page.locator(".slips .panel", has_text=name)
    username, password = slip.locator(".slip-code").all_inner_texts()
    return username, password


def test_an_empty_installation_comes_to_its_first_roster(
    page_of: Callable[..., Page],
    workbook: Path,  # noqa: F811
    short_search: None,  # noqa: F811
) -> None:
    _user, password = create_account(
        by=None, username="admin", name="管理员", role=Role.SYSTEM_ADMIN, unit=None, starts=timezone.localdate()
    )
    admin = page_of(locale="en-US")
    signs_in(admin, "admin", password)
    pastes(admin, "Units", UNITS, "Write the units")
    assert Unit.objects.get(name="城北派出所中队").code == "990101010100"
    pastes(admin, "Leaders' accounts", ACCOUNTS, "Make the accounts")
    username, first = slip_of(admin, "周建国")
    assert Post.objects.count() == 6
    imports_the_calendars(admin)
    assert open_steps(admin) == [
        "Shift types, beats and cover",
        "Members from the roster workbook",
        "First published roster",
    ]

    leader = page_of(locale="en-US")
    signs_in(leader, username, first)
    leader.get_by_role("button", name="Set up the usual three shifts and standby").click()
    expect(leader.get_by_role("rowheader", name="早班")).to_be_visible()
    assert ShiftType.objects.count() == 4
    pastes(leader, "Beats", COVER, "Write beats and cover")
    expect(leader.get_by_role("link", name="文化路夜巡线")).to_be_visible()
    assert CoverRequirement.objects.count() == 2
    brings_members(leader, workbook)
    assert open_steps(leader) == ["First roster"]
    makes_and_publishes(leader)
    assert open_steps(leader) == []
    assert open_steps(admin) == []


def imports_the_calendars(page: Page) -> None:
    """Those that are included; a later year has no announcement yet."""
    year = timezone.localdate().year
    page.goto(f"/calendar/?year={year}")
    button = page.get_by_role("button", name="Import the announcement that is included")
    if button.count():
        button.click()
        expect(button).to_have_count(0)
    for later in (year, year + 1):
        CalendarDay.objects.get_or_create(date=f"{later}-10-01", defaults={"kind": "holiday", "name": "国庆节"})


def brings_members(page: Page, workbook: Path) -> None:  # noqa: F811
    page.goto("/")
    page.get_by_role("main").get_by_role("link", name="Import the roster workbook").click()
    page.set_input_files("input[type=file]", workbook)
    page.get_by_role("button", name="Show the preview").click()
    page.get_by_role("button", name="Import all").click()
    expect(page.get_by_text(f"{len(NAMES)} new, 0 changed, 0 unchanged")).to_be_visible()
    assert Member.objects.count() == len(NAMES)


def makes_and_publishes(page: Page) -> None:
    page.get_by_role("link", name="Make the first roster").click()
    page.get_by_role("button", name="Set up").click()
    page.wait_for_selector("#grid[data-ready]")
    page.get_by_role("link", name="Generate").click()
    page.get_by_role("button", name="Generate").click()
    expect(page.locator("div[id^=job-]")).to_be_visible()
    Worker(batch=True).run()
    page.get_by_role("link", name="Open the result").click()
    page.wait_for_selector("#grid[data-ready]")
    page.get_by_role("link", name="Publish…").click()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("link", name="Take back…")).to_be_visible()
    roster: Any = Roster.objects.get()
    assert roster.status == RosterStatus.PUBLISHED
    assert roster.duties.count() == 4 * len(roster.dates)
