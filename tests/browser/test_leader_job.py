"""A leader who has never seen it: signs in, sees what waits, generates next month, fixes two cells, publishes, prints.

Once by mouse alone, once by keyboard alone.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from lianfang.platform.jobs.worker import Worker
from patrols.models import Duty, DutyOrigin, Roster, RosterStatus
from teams.models import User
from tests.browser.test_main_job import leader, short_search  # noqa: F401 - fixtures
from tests.conftest import County
from tests.factories import make_beat, make_cover, make_member, make_shift_type

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MOST_TABS = 45  # from the skip link to anything on a page
NOTES_THE_OTHER_HAND = """
    for (const name of ["mousedown", "keydown"])
        document.addEventListener(name, () => sessionStorage.setItem(name, "yes"), true);
    window.print = () => document.documentElement.setAttribute("data-printed", "yes");
"""
NEXT_FRAME = "new Promise(done => requestAnimationFrame(() => setTimeout(done)))"
FOCUS_SHOWS = """() => {
    const here = document.activeElement;
    const style = getComputedStyle(here);
    const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1;
    return outlined || style.boxShadow !== "none" || here === document.body || here.matches("input, select");
}"""


@pytest.fixture
def ready_squadron(county: County) -> County:
    """Eight people, two shifts, one post to be manned by two early and one at night."""
    early = make_shift_type(county.squadron, "早", key="z", starts_at=dt.time(6), colour="amber")
    night = make_shift_type(county.squadron, "夜", key="c", starts_at=dt.time(22), is_night=True, colour="indigo")
    gate = make_beat(county.squadron, "建行门口守点", kind="point")
    make_cover(gate, early, task_kind="guard", minimum=2, ideal=2)
    make_cover(gate, night, task_kind="guard", minimum=1, ideal=1)
    for number in range(8):
        make_member((county.group, county.second_group)[number % 2], f"队员{number}")
    return county


@dataclass
class Mouse:
    """Clicks; types nothing."""

    page: Page
    device = "keydown"  # what must not happen

    def activates(self, target: Locator) -> None:
        target.click()

    def arrives(self) -> None:
        """Nothing to do on a new page."""

    def resets(self, duty: Duty) -> None:
        """Clears the cell by its menu, then sets the shift again by the letters beside the table."""
        cell_of(self.page, duty).click()
        self.page.get_by_role("button", name="Shift and beat…").click()
        self.page.get_by_role("menuitem", name="Clear").click()
        saved(self.page)
        self.page.locator(".palette").get_by_role("button", name=duty.shift_type.code, exact=True).click()


@dataclass
class Keyboard:
    """Tab, Enter, arrows, letters; each place it stops at must show that it stands there."""

    page: Page
    device = "mousedown"

    def activates(self, target: Locator) -> None:
        self.tabs_to(target)
        self.page.evaluate("document.documentElement.dataset.left = 'yes'")
        self.page.keyboard.press("Enter")

    def arrives(self) -> None:
        """The skip link is the first stop of a page, unless a form sent from its target leads straight there again."""
        expect(self.page.locator("html:not([data-left])")).to_have_count(1)
        if self.page.url.endswith("#main"):
            return
        self.page.wait_for_load_state("load")
        for _press in range(MOST_TABS):  # the browser drops keys until the page is painted
            self.page.evaluate(NEXT_FRAME)
            self.page.keyboard.press("Tab")
            if not self.page.evaluate("document.activeElement === document.body"):
                break
        expect(self.page.locator(".skip")).to_be_focused()
        self.page.keyboard.press("Enter")
        expect(self.page.locator("#main")).to_be_focused()

    def tabs_to(self, target: Locator) -> None:
        expect(target).to_be_visible()
        for _press in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            assert self.page.evaluate(FOCUS_SHOWS), self.page.evaluate("document.activeElement.outerHTML")
            if target.evaluate("element => element === document.activeElement"):
                return
        raise AssertionError(f"not reached within {MOST_TABS} tabs: {target}")

    def resets(self, duty: Duty) -> None:
        """Into the table by Tab, to the cell by arrows, Delete, and the shift's letter."""
        if not self.page.evaluate("Boolean(document.activeElement.closest('td'))"):
            self.tabs_to(self.page.locator('#grid td > a[tabindex="0"]'))
        self.page.keyboard.press("Control+Home")
        people = self.page.locator("tr[data-m]").evaluate_all("rows => rows.map(row => Number(row.dataset.m))")
        for _row in range(people.index(duty.member_id)):
            self.page.keyboard.press("ArrowDown")
        for _column in range(duty.day.day - 1):
            self.page.keyboard.press("ArrowRight")
        expect(cell_of(self.page, duty)).to_be_focused()
        self.page.keyboard.press("Delete")
        saved(self.page)
        self.page.keyboard.press(duty.shift_type.key)


def cell_of(page: Page, duty: Duty) -> Locator:
    return page.locator(f'tr[data-m="{duty.member_id}"] td[data-d="{duty.day.isoformat()}"] > a')


def saved(page: Page) -> None:
    expect(page.locator("td.waiting")).to_have_count(0)
    expect(page.locator("#grid-saved")).to_contain_text(":")


@pytest.mark.parametrize("hand", [Mouse, Keyboard])
@pytest.mark.usefixtures("leader", "short_search")
def test_leader_takes_next_month_from_what_waits_to_print(
    hand: type[Mouse] | type[Keyboard], ready_squadron: County, page_of: Any
) -> None:
    page = page_of(locale="en-US")
    page.add_init_script(NOTES_THE_OTHER_HAND)
    at = hand(page)

    page.goto("/")
    at.activates(page.get_by_role("button", name="周队长"))
    waiting = page.locator("#waiting")
    expect(waiting).to_contain_text("is not made yet")
    at.arrives()
    at.activates(waiting.get_by_role("link", name="Make it").last)

    at.arrives()
    at.activates(page.get_by_role("main").get_by_role("link", name="New roster").first)
    at.arrives()
    at.activates(page.get_by_role("button", name="Set up"))

    page.wait_for_selector("#grid[data-ready]")
    roster = Roster.objects.get()
    at.arrives()
    at.activates(page.get_by_role("link", name="Generate"))
    at.arrives()
    at.activates(page.get_by_role("button", name="Generate"))

    expect(page.locator("[id^=job-]").first).to_be_visible()
    at.arrives()
    Worker(batch=True).run()
    at.activates(page.get_by_role("link", name="Open the result"))

    page.wait_for_selector("#grid[data-ready]")
    at.arrives()
    for duty in roster.duties.select_related("shift_type").order_by("day", "member_id")[:2]:
        at.resets(duty)
        saved(page)
        expect(cell_of(page, duty)).to_have_text(duty.shift_type.code)
    assert roster.duties.filter(origin=DutyOrigin.HAND, is_fixed=True).count() == 2

    page.reload()  # and later in the day
    page.wait_for_selector("#grid[data-ready]")
    at.arrives()
    at.activates(page.get_by_role("link", name="Publish…"))
    at.arrives()
    at.activates(page.get_by_role("button", name="Publish"))
    expect(page.get_by_role("link", name="Take back…")).to_be_visible()
    roster.refresh_from_db()
    assert roster.status == RosterStatus.PUBLISHED

    at.arrives()
    at.activates(page.locator("summary", has_text="Print / Excel"))
    at.activates(page.get_by_role("link", name="Print on A3"))
    expect(page.locator("main.sheet")).to_be_visible()
    at.activates(page.locator("#print"))
    expect(page.locator("html[data-printed]")).to_have_count(1)
    assert page.evaluate(f"sessionStorage.getItem('{at.device}')") is None


@pytest.mark.usefixtures("short_search")
def test_focus_stays_on_a_button_while_its_job_reports(
    leader: User,  # noqa: F811
    ready_squadron: County,
    page_of: Any,
) -> None:
    """The part is replaced every second; in the end its first action has the focus."""
    page = page_of(leader, locale="en-US")
    page.goto("/rosters/new/")
    page.get_by_role("button", name="Set up").click()
    page.get_by_role("link", name="Generate").click()
    page.get_by_role("button", name="Generate").click()
    stop = page.locator("#job-stop")
    stop.focus()
    with page.expect_response("**/jobs/**"):
        pass
    page.wait_for_timeout(200)
    expect(stop).to_be_focused()
    Worker(batch=True).run()
    expect(page.get_by_role("link", name="Open the result")).to_be_focused()
