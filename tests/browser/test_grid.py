"""The grid in a real browser: typing, undo, conflicts, reasons, keyboard alone."""

from __future__ import annotations

import datetime as dt
import re
import time

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from patrols.models import Duty, Roster, Rota
from patrols.services import duties, rosters
from patrols.services.duties import CellChange
from tests.factories import make_absence, make_beat, make_cover, make_member, make_session
from tests.patrols.conftest import Station, station  # noqa: F401 - a fixture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def day(number: int) -> dt.date:
    return dt.date(2026, 12, number)


@pytest.fixture
def grid(station: Station, leader, page_of) -> Page:  # noqa: F811
    page = page_of(leader)
    open_grid(page, station.roster)
    return page


def open_grid(page: Page, roster: Roster) -> None:
    page.goto(reverse("roster-grid", args=[roster.pk]))
    page.wait_for_selector("#grid[data-ready]")


def cell(page: Page, member, number: int):
    return page.locator(f'tr[data-m="{member.pk}"] td[data-d="{day(number).isoformat()}"] > a')


def saved(page: Page) -> None:
    """Wait until nothing is under way any more."""
    expect(page.locator("td.waiting")).to_have_count(0)
    expect(page.locator("#grid-saved")).to_contain_text(":")


def row_text(page: Page, member) -> str:
    return "".join(page.locator(f'tr[data-m="{member.pk}"] td[data-d] > a').all_inner_texts())


def stored_row(member) -> str:
    found = dict(Duty.objects.filter(member=member).values_list("day", "shift_type__code"))
    return "".join(found.get(day(number), "·") for number in range(1, 32))


def test_row_of_31_letters_typed_fast_loses_none(grid, station):  # noqa: F811
    letters = ("zxc" * 11)[:31]
    cell(grid, station.zhang, 1).click()
    for letter in letters:
        grid.keyboard.press(letter, delay=0)
    saved(grid)
    expected = letters.replace("z", "早").replace("x", "中").replace("c", "夜")
    assert row_text(grid, station.zhang) == expected
    assert stored_row(station.zhang) == expected


def test_typing_sets_and_moves_right_and_delete_clears(grid, station):  # noqa: F811
    cell(grid, station.zhang, 3).click()
    grid.keyboard.press("c")
    expect(cell(grid, station.zhang, 4)).to_be_focused()
    grid.keyboard.press("ArrowLeft")
    saved(grid)
    assert Duty.objects.get().shift_type == station.night
    grid.keyboard.press("Delete")
    saved(grid)
    assert not Duty.objects.exists()


def test_arrows_home_and_end_move_the_focus(grid, station):  # noqa: F811
    cell(grid, station.zhang, 5).click()
    grid.keyboard.press("ArrowDown")
    expect(cell(grid, station.li, 5)).to_be_focused()
    grid.keyboard.press("End")
    expect(cell(grid, station.li, 31)).to_be_focused()
    grid.keyboard.press("Home")
    expect(cell(grid, station.li, 1)).to_be_focused()
    assert grid.locator('td[data-d] > a[tabindex="0"]').count() == 1


def test_undo_of_a_hundred_cells_is_one_step_and_redo_too(station, county, leader, page_of):  # noqa: F811
    people = [make_member(county.group, f"阿{n}") for n in range(4)]
    page = page_of(leader)
    open_grid(page, station.roster)
    cell(page, people[0], 1).click()
    cell(page, people[3], 25).click(modifiers=["Shift"])
    page.keyboard.press("z")
    saved(page)
    assert Duty.objects.count() == 100
    page.keyboard.press("Control+z")
    saved(page)
    assert Duty.objects.count() == 0
    page.keyboard.press("Control+y")
    saved(page)
    assert Duty.objects.count() == 100
    assert page.locator("#grid-undo").is_enabled()


def test_undo_brings_back_what_was_overwritten_with_its_beat(station, leader, page_of):  # noqa: F811
    square = make_beat(station.roster.unit, "广场", position=5)
    make_cover(square, station.early)
    change = CellChange(station.zhang.pk, day(5), "早", square.pk)
    duties.set_cells(by=leader, roster=station.roster, changes=[change])
    page = page_of(leader)
    open_grid(page, station.roster)
    cell(page, station.zhang, 5).click()
    page.keyboard.press("c")
    saved(page)
    page.keyboard.press("Control+z")
    saved(page)
    duty = Duty.objects.get()
    assert (duty.shift_type, duty.beat) == (station.early, square)


def test_block_by_dragging_is_filled_with_one_letter(grid, station):  # noqa: F811
    box = cell(grid, station.zhang, 2).bounding_box()
    end = cell(grid, station.li, 4).bounding_box()
    grid.mouse.move(box["x"] + 5, box["y"] + 5)
    grid.mouse.down()
    grid.mouse.move(end["x"] + 5, end["y"] + 5, steps=8)
    grid.mouse.up()
    assert grid.locator('td[aria-selected="true"]').count() == 6
    grid.keyboard.press("z")
    saved(grid)
    assert Duty.objects.count() == 6


def test_conflict_is_shown_and_nothing_is_overwritten(grid, station, leader):  # noqa: F811
    duties.set_cells(by=leader, roster=station.roster, changes=[CellChange(station.zhang.pk, day(5), "早")])
    cell(grid, station.zhang, 5).click()
    grid.keyboard.press("c")
    expect(cell(grid, station.zhang, 5)).to_have_text("早")
    expect(grid.locator(".toast-item")).to_contain_text("早")
    grid.keyboard.press("ArrowLeft")
    expect(grid.locator("#grid-panel")).to_contain_text("早")
    assert Duty.objects.get().shift_type == station.early
    # Told once, the second leader may overwrite knowingly.
    grid.keyboard.press("c")
    saved(grid)
    assert Duty.objects.get().shift_type == station.night


def test_broken_limit_outlines_the_cell_and_says_why_on_focus(grid, station):  # noqa: F811
    cell(grid, station.zhang, 5).click()
    grid.keyboard.type("xz")
    saved(grid)
    broken = grid.locator(f'tr[data-m="{station.zhang.pk}"] td.broken')
    expect(broken).to_have_count(1)
    cell(grid, station.li, 1).click()
    expect(grid.locator("#grid-panel .reason")).to_have_count(0)
    grid.locator("#strip-broken-link").click()
    expect(cell(grid, station.zhang, 6)).to_be_focused()
    expect(grid.locator("#grid-panel .reason")).to_contain_text("张建国")
    grid.keyboard.press("Delete")
    expect(broken).to_have_count(0)


def test_shift_in_an_absence_is_put_back_with_the_reason(station, leader, page_of):  # noqa: F811
    start = timezone.make_aware(dt.datetime(2026, 12, 5))
    make_absence(station.zhang, start, start + dt.timedelta(days=1))
    page = page_of(leader)
    open_grid(page, station.roster)
    hatched = cell(page, station.zhang, 5).inner_text()
    cell(page, station.zhang, 5).click()
    page.keyboard.press("z")
    expect(page.locator(".toast-item")).to_contain_text("张建国")
    expect(cell(page, station.zhang, 5)).to_have_text(hatched)
    assert not Duty.objects.exists()


def test_enter_chooses_shift_and_beat_by_keyboard(station, leader, page_of):  # noqa: F811
    square = make_beat(station.roster.unit, "广场", position=5)
    make_cover(square, station.early)
    page = page_of(leader)
    open_grid(page, station.roster)
    cell(page, station.zhang, 5).click()
    page.keyboard.press("Enter")
    expect(page.get_by_role("menu")).to_be_visible()
    page.keyboard.press("ArrowDown")  # the first beat of the first shift
    page.keyboard.press("ArrowDown")  # the second
    page.keyboard.press("Enter")
    expect(page.get_by_role("menu")).to_have_count(0)
    expect(cell(page, station.zhang, 5)).to_be_focused()
    saved(page)
    assert Duty.objects.get().beat == square


def test_empty_need_names_candidates_and_takes_one(grid, station):  # noqa: F811
    need = f'tr[data-beat="{station.beat.pk}"][data-shift="{station.night.pk}"] td[data-d="{day(8).isoformat()}"] > a'
    grid.locator(need).click()
    assign = grid.locator(f'form[data-member="{station.li.pk}"] button')
    assign.click()
    saved(grid)
    assert Duty.objects.get().member == station.li
    expect(grid.locator(need)).to_have_text("1/1")


def test_typed_changes_survive_a_short_loss_of_connection(grid, station):  # noqa: F811
    failed = []

    def fail_once(route):
        if failed:
            route.continue_()
        else:
            failed.append(route.request.url)
            route.abort()

    grid.route("**/cells/", fail_once)
    cell(grid, station.zhang, 1).click()
    grid.keyboard.type("zz")
    saved(grid)
    assert failed
    assert stored_row(station.zhang).startswith("早早")


def test_row_typed_fast_loses_none_while_the_server_is_slow(grid, station):  # noqa: F811
    def slowly(route):
        time.sleep(0.4)
        route.continue_()

    grid.route("**/cells/", slowly)
    cell(grid, station.zhang, 1).click()
    grid.keyboard.type(("zx" * 16)[:31], delay=15)
    saved(grid)
    assert stored_row(station.zhang) == row_text(grid, station.zhang)
    assert "·" not in stored_row(station.zhang)


def test_server_error_keeps_what_was_typed_until_it_can_be_saved(grid, station):  # noqa: F811
    grid.route("**/cells/", lambda route: route.fulfill(status=500, body="x"))
    cell(grid, station.zhang, 1).click()
    grid.keyboard.type("zz")
    held = grid.locator("#grid-held")
    expect(held).to_be_visible()
    expect(cell(grid, station.zhang, 1)).to_have_text("早")
    grid.unroute("**/cells/")
    held.locator("[data-resume]").click()
    saved(grid)
    expect(held).to_be_hidden()
    assert stored_row(station.zhang).startswith("早早")


def test_what_cannot_be_saved_is_put_back_when_asked(grid, station):  # noqa: F811
    grid.route("**/cells/", lambda route: route.fulfill(status=500, body="x"))
    cell(grid, station.zhang, 1).click()
    grid.keyboard.press("z")
    grid.locator("#grid-held [data-put-back]").click()
    expect(cell(grid, station.zhang, 1)).to_have_text("·")
    expect(grid.locator(".toast-item")).to_be_visible()


def test_session_that_ends_while_typing_loses_nothing(grid, station, leader, live_server):  # noqa: F811
    grid.context.clear_cookies()
    cell(grid, station.zhang, 1).click()
    grid.keyboard.type("zz")
    held = grid.locator("#grid-held")
    expect(held).to_be_visible()
    expect(grid.locator("td.waiting")).to_have_count(2)
    # Signed in again in another tab, which brings another token too.
    grid.context.add_cookies([{"name": "sessionid", "value": make_session(leader), "url": live_server.url}])
    grid.evaluate("window.dispatchEvent(new Event('focus'))")
    saved(grid)
    expect(held).to_be_hidden()
    assert stored_row(station.zhang).startswith("早早")


def test_rota_laid_over_the_draft_is_taken_back_in_one_step(station, leader, page_of):  # noqa: F811
    rota = Rota.objects.create(unit=station.roster.unit, name="三运转", pattern=["早", "", ""], offsets=[0])
    page = page_of(leader)
    page.goto(reverse("rota-apply", args=[station.roster.pk]))
    page.locator("form button[type=submit]").last.click()
    expect(page.locator("body")).to_contain_text("22")
    assert Duty.objects.count() == 22
    open_grid(page, station.roster)
    page.locator("#grid-undo").click()
    saved(page)
    assert not Duty.objects.exists()
    page.locator("#grid-redo").click()
    saved(page)
    assert Duty.objects.filter(origin="copied", is_fixed=False).count() == 22
    assert rota.pattern == ["早", "", ""]


def test_grid_has_no_serious_accessibility_problem(grid):
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(grid).response["violations"]
    serious = [
        (item["id"], item["nodes"][0]["html"][:120]) for item in found if item["impact"] in ("serious", "critical")
    ]
    assert serious == []


PHONE = {"width": 390, "height": 844}


def test_phone_lists_one_day_and_sets_a_cell_by_its_form(station, leader, page_of):  # noqa: F811
    page = page_of(leader, viewport=PHONE)
    page.goto(reverse("roster-grid", args=[station.roster.pk]))
    expect(page.locator("#grid")).to_be_hidden()
    page.locator(".day-picker").get_by_text("5", exact=True).click()
    expect(page.locator('.day-pick[aria-current="date"] b')).to_have_text("5")
    expect(page.locator("#day .day-open li")).to_have_count(3)
    page.locator("#day").get_by_role("link", name="张建国").click()
    page.select_option("[name=shift]", "早")
    page.locator("main form button[type=submit]").click()
    expect(page.locator('.day-pick[aria-current="date"] b')).to_have_text("5")
    expect(page.locator("#day .day-open li")).to_have_count(2)
    assert Duty.objects.get().day == day(5)


def test_phone_takes_a_cells_form_back_and_compares(station, leader, page_of):  # noqa: F811
    duties.set_cells(by=leader, roster=station.roster, changes=[CellChange(station.zhang.pk, day(1), "早")])
    rosters.publish(by=leader, roster=station.roster)
    rosters.unpublish(by=leader, roster=station.roster, reason="补人")
    page = page_of(leader, viewport={"width": 390, "height": 844})
    page.goto(reverse("duty-cell", args=[station.roster.pk, station.li.pk, "2026-12-01"]))
    page.locator("select[name=shift]").select_option("早")
    page.locator("main form button[type=submit]").first.click()
    page.goto(reverse("roster-grid", args=[station.roster.pk]) + "?day=2026-12-01&compare=1")
    expect(page.locator(".day-was")).to_have_count(1)
    page.locator("#grid-undo").click()
    expect(page.locator(".day-was")).to_have_count(0)
    assert not Duty.objects.filter(member=station.li).exists()


def test_table_scrolls_inside_its_frame_on_a_phone(station, leader, page_of):  # noqa: F811
    page = page_of(leader, viewport=PHONE)
    page.goto(reverse("roster-grid", args=[station.roster.pk]))
    page.locator('#day a[href="#grid"]').click()
    expect(page.locator("#grid[data-ready]")).to_be_visible()
    expect(page.locator("#day")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_day_and_person_are_chosen_by_their_heads(grid, station):  # noqa: F811
    grid.locator(f'thead th[data-d="{day(9).isoformat()}"]').click()
    assert grid.locator('td[aria-selected="true"]').count() == 2
    expect(grid.locator("#grid-panel [data-day]")).to_contain_text("文化路夜巡线")
    grid.keyboard.press("z")
    saved(grid)
    assert set(Duty.objects.values_list("day", flat=True)) == {day(9)}
    assert Duty.objects.count() == 2
    grid.locator(f'tr[data-m="{station.li.pk}"] > th').click()
    assert grid.locator('td[aria-selected="true"]').count() == 31


def test_copied_block_is_pasted_as_it_looks(grid, station):  # noqa: F811
    cell(grid, station.zhang, 2).click()
    grid.keyboard.type("zc")
    cell(grid, station.zhang, 2).click()
    cell(grid, station.zhang, 4).click(modifiers=["Shift"])
    grid.keyboard.press("Control+c")
    cell(grid, station.li, 10).click()
    grid.keyboard.press("Control+v")
    saved(grid)
    assert stored_row(station.li)[8:13] == "·早夜··"


def test_lone_patrol_is_outlined_at_its_need_and_said_at_both(station, leader, page_of):  # noqa: F811
    station.beat.cover.filter(shift_type=station.early).update(task_kind="patrol", minimum=2, ideal=2)
    page = page_of(leader)
    open_grid(page, station.roster)
    cell(page, station.zhang, 5).click()
    page.keyboard.press("z")
    saved(page)
    expect(page.locator("tfoot td.broken")).to_have_count(1)
    page.locator("#strip-broken-link").click()
    expect(page.locator("#grid-panel .reason").first).to_contain_text("早班")
    cell(page, station.zhang, 5).click()
    expect(page.locator("#grid-panel .reason")).to_have_count(1)
    cell(page, station.li, 5).click()
    page.keyboard.press("z")
    saved(page)
    expect(page.locator("td.broken")).to_have_count(0)


def test_comparing_marks_a_cell_as_soon_as_it_differs(station, leader, page_of):  # noqa: F811
    duties.set_cells(by=leader, roster=station.roster, changes=[CellChange(station.zhang.pk, day(5), "早")])
    rosters.publish(by=leader, roster=station.roster)
    rosters.unpublish(by=leader, roster=station.roster, reason="换人")
    page = page_of(leader)
    page.goto(reverse("roster-grid", args=[station.roster.pk]) + "?compare=1")
    page.wait_for_selector("#grid[data-ready]")
    expect(page.locator("td.changed")).to_have_count(0)
    cell(page, station.zhang, 5).click()
    page.keyboard.press("Delete")
    saved(page)
    expect(page.locator("td.changed")).to_have_count(1)
    expect(page.locator("#grid-panel")).to_contain_text("早 文化路夜巡线")
    page.keyboard.press("Control+z")
    saved(page)
    expect(page.locator("td.changed")).to_have_count(0)


@pytest.mark.parametrize(("people", "pages"), [(40, 1), (120, 2)])
def test_people_print_on_as_few_a3_pages_as_they_need(station, county, leader, page_of, people, pages):  # noqa: F811
    for number in range(people - 2):
        make_member((county.group, county.second_group)[number % 2], f"队员{number}")
    page = page_of(leader)
    page.goto(reverse("roster-print", args=[station.roster.pk]))
    printed = page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == pages
    width, height = (float(n) for n in re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", printed).groups())
    assert (round(width / 72 * 25.4), round(height / 72 * 25.4)) == (420, 297)
