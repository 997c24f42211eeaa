"""The frame of the pages in a real browser: menu on a phone, filters while typing, asking before doing, axe."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from personnel.models import Member
from teams.models import User
from tests.conftest import County
from tests.factories import make_member, make_roster

pytestmark = pytest.mark.browser

PageOf = Callable[..., Page]
PHONE = {"viewport": {"width": 390, "height": 844}}
ROLES = ("leader", "brigade_staff", "reviewer", "system_admin")


def serious_findings(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{item['id']}: {item['nodes'][0]['html']}" for item in found if item["impact"] in ("serious", "critical")]


def overflow(page: Page) -> int:
    """Pixels that the page is wider than the window."""
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


@pytest.mark.parametrize("role", ROLES)
def test_landing_pages_are_accessible_and_fit_a_phone(
    request: pytest.FixtureRequest, county: County, page_of: PageOf, role: str
) -> None:
    make_member(county.group, "何军", certified=False)
    user = request.getfixturevalue(role)
    page = page_of(user)
    page.goto("/")
    assert serious_findings(page) == []
    phone = page_of(user, **PHONE)
    phone.goto("/")
    assert overflow(phone) <= 0
    assert serious_findings(phone) == []


@pytest.mark.parametrize("script", [True, False])
def test_phone_menu_opens_with_and_without_script(leader: User, page_of: PageOf, script: bool) -> None:
    page = page_of(leader, **PHONE, java_script_enabled=script)
    page.goto("/")
    entry = page.locator("#sidebar a.nav-link-item").first
    expect(entry).to_be_hidden()
    page.locator(".menu-button").click()
    expect(entry).to_be_visible()
    page.locator(".sidebar-close a").click()
    expect(entry).to_be_hidden()


def test_phone_menu_closes_by_escape_and_gives_the_focus_back(leader: User, page_of: PageOf) -> None:
    page = page_of(leader, **PHONE)
    page.goto("/")
    page.locator(".menu-button").click()
    expect(page.locator("#sidebar a.nav-link-item").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#sidebar a.nav-link-item").first).to_be_hidden()
    expect(page.locator(".menu-button")).to_be_focused()


def test_filter_answers_while_typing_and_keeps_the_address(leader: User, county: County, page_of: PageOf) -> None:
    make_member(county.group, "高翔")
    make_member(county.group, "马超")
    page = page_of(leader)
    page.goto("/members/")
    rows = page.locator("#results tbody tr")
    expect(rows).to_have_count(2)
    page.locator("main input[name=q]").fill("gx")
    expect(rows).to_have_count(1)
    assert page.url.endswith("/members/?q=gx"), "unset filters stay out of the address"
    page.go_back()
    expect(rows).to_have_count(2)


def test_filter_after_the_session_ended_asks_to_sign_in(leader: User, member: Member, page_of: PageOf) -> None:
    page = page_of(leader)
    page.goto("/members/")
    page.context.clear_cookies()
    page.locator("main input[name=q]").fill("gx")
    page.wait_for_url("**/sign-in/?next=/members/**")


def test_confirm_keeps_the_focus_and_does_nothing_on_escape(leader: User, county: County, page_of: PageOf) -> None:
    roster = make_roster(county.squadron, dt.date(2030, 1, 1), dt.date(2030, 1, 31))
    make_member(county.group, "高翔")
    page = page_of(leader)
    page.goto(f"/rosters/{roster.pk}/")
    opener = page.locator("details[data-confirm] > summary").first
    opener.click()
    dialog = page.locator("dialog[open]")
    expect(dialog).to_be_visible()
    assert serious_findings(page) == []
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(opener).to_be_focused()
