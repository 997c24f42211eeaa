"""The main job once through, as a squadron leader does it: from the roster workbook to the printed month."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.utils import timezone
from playwright.sync_api import Page, expect
from python_calamine import CalamineWorkbook

from lianfang.platform.id_numbers import invented_id_number
from lianfang.platform.jobs.worker import Worker
from patrols.forms.roster import next_month
from patrols.models import Beat, CoverRequirement, Duty, DutyOrigin, Roster, RosterStatus, ShiftType
from patrols.services import generation
from personnel.models import Engagement, Member
from teams.models import User
from teams.policy import Role
from teams.services.accounts import create_demonstration_account
from tests.conftest import County
from tests.factories import make_shift_type

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NAMES = ("张建国", "李伟", "王磊", "赵鹏", "刘洋", "陈涛", "杨帆", "黄志强", "周杰", "吴昊")
TITLES = (
    "姓名",
    "班组",
    "性别",
    "公民身份号码",
    "手机",
    "人员来源",
    "入职日期",
    "上岗证号",
    "上岗证发证日期",
    "上岗证有效期",
)
BEAT = "文化路夜巡线"


@pytest.fixture
def leader(county: County) -> User:
    return create_demonstration_account(
        by=None,
        username="leader",
        name="周队长",
        role=Role.LEADER,
        unit=county.squadron,
        starts=timezone.localdate(),
    )


@pytest.fixture
def shifts(county: County) -> dict[str, ShiftType]:
    """早 06:00–14:00, 夜 22:00–06:00, keys z and c."""
    return {
        "z": make_shift_type(county.squadron, "早", key="z", starts_at=dt.time(6), colour="amber"),
        "c": make_shift_type(county.squadron, "夜", key="c", starts_at=dt.time(22), is_night=True, colour="indigo"),
    }


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    """A plain 花名册 of ten invented people in two groups."""
    path = tmp_path / "花名册.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("花名册")
        sheet.write_row(0, 0, TITLES)
        for number, name in enumerate(NAMES):
            born = dt.date(1990 + number, 5, 20)
            row = [name, "一班" if number < 5 else "二班", "男", invented_id_number(born, "male", number)]
            row += [f"1700000000{number}", "退役军人", "2022-03-01", f"SG{number:04d}", "2022-04-01", "2035-12-31"]
            for column, text in enumerate(row):
                sheet.write_string(number + 1, column, text)
    return path


@pytest.fixture
def short_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine ends with the first roster that leaves nobody missing, whatever the page asks for."""
    solve = generation.engine.solve

    def hurried(problem: Any, *, on_progress: Any, should_stop: Any, **options: Any) -> Any:
        whole: list[bool] = []

        def told(progress: Any) -> None:
            whole.append(not progress.uncovered and not progress.hard_violations)
            on_progress(progress)

        return solve(problem, **options, on_progress=told, should_stop=lambda: any(whole) or should_stop())

    monkeypatch.setattr(generation.engine, "solve", hurried)


@dataclass
class Leader:
    """A squadron leader at the browser."""

    page: Page

    def signs_in_by_the_button(self) -> None:
        self.page.goto("/")
        self.page.get_by_role("button", name="周队长").click()
        expect(self.page.locator("#sidebar, nav").first).to_be_visible()

    def opens(self, entry: str) -> None:
        self.page.get_by_role("navigation").get_by_role("link", name=entry).first.click()

    def imports(self, workbook: Path) -> None:
        self.opens("Import")
        self.page.set_input_files("input[type=file]", workbook)
        self.page.get_by_role("button", name="Show the preview").click()
        for name in NAMES:
            expect(self.page.get_by_role("rowheader", name=name)).to_be_visible()
        assert not Member.objects.exists()  # a preview writes nothing
        self.page.get_by_role("button", name="Import all").click()
        expect(self.page.get_by_text("10 new, 0 changed, 0 unchanged")).to_be_visible()

    def sets_a_beat(self) -> None:
        self.opens("Beats and cover")
        self.page.get_by_role("link", name="New beat").first.click()
        self.page.fill("[name=name]", BEAT)
        self.page.select_option("[name=kind]", "line")
        self.page.get_by_role("button", name="Save").click()
        expect(self.page.get_by_text(BEAT)).to_be_visible()

    def asks_for(self, shift: ShiftType, people: int) -> None:
        self.page.get_by_role("link", name="Add a need").click()
        self.page.select_option("[name=shift_type]", str(shift.pk))
        self.page.fill("[name=minimum]", str(people))
        self.page.fill("[name=ideal]", str(people))
        self.page.get_by_role("button", name="Save").click()
        expect(self.page.get_by_role("link", name="Add a need")).to_be_visible()

    def sets_up_next_month(self) -> None:
        self.opens("Rosters")
        self.page.get_by_role("link", name="New roster").first.click()
        self.page.get_by_role("button", name="Set up").click()
        self.page.wait_for_selector("#grid[data-ready]")

    def generates(self) -> None:
        self.page.get_by_role("link", name="Generate").click()
        self.page.get_by_role("button", name="Generate").click()
        expect(self.page.locator("div[id^=job-]")).to_be_visible()
        Worker(batch=True).run()
        self.page.get_by_role("link", name="Open the result").click()
        self.page.wait_for_selector("#grid[data-ready]")

    def clears_and_sets_again(self, duty: Duty) -> None:
        """Delete, then the shift's letter: without the mouse but for the first click."""
        cell = self.page.locator(f'tr[data-m="{duty.member_id}"] td[data-d="{duty.day.isoformat()}"] > a')
        cell.click()
        self.page.keyboard.press("Delete")
        self._waits_until_saved()
        assert not Duty.objects.filter(pk=duty.pk).exists()
        cell.focus()
        self.page.keyboard.press(duty.shift_type.key)
        self._waits_until_saved()
        expect(cell).to_have_text(duty.shift_type.code)

    def publishes(self) -> None:
        self.page.get_by_role("link", name="Publish…").click()
        self.page.get_by_role("button", name="Publish").click()
        expect(self.page.get_by_role("link", name="Take back…")).to_be_visible()

    def prints(self) -> None:
        self.page.locator("summary", has_text="Print / Excel").click()
        self.page.get_by_role("link", name="Print on A3").click()
        expect(self.page.locator("main.sheet")).to_be_visible()
        for name in NAMES:
            expect(self.page.get_by_text(name).first).to_be_visible()
        self.page.get_by_role("link", name="Back to the roster").click()

    def downloads_the_workbook(self, folder: Path) -> list[list[Any]]:
        self.page.locator("summary", has_text="Print / Excel").click()
        with self.page.expect_download() as download:
            self.page.get_by_role("link", name="Excel workbook").click()
        download.value.save_as(folder / "roster.xlsx")
        book = CalamineWorkbook.from_path(folder / "roster.xlsx")
        return book.get_sheet_by_index(0).to_python()

    def _waits_until_saved(self) -> None:
        expect(self.page.locator("td.waiting")).to_have_count(0)
        expect(self.page.locator("#grid-saved")).to_contain_text(":")


def test_leader_takes_a_month_from_workbook_to_print(
    leader: User, shifts: dict[str, ShiftType], workbook: Path, short_search: None, page_of: Any, tmp_path: Path
) -> None:
    at = Leader(page_of(locale="en-US"))
    at.signs_in_by_the_button()

    at.imports(workbook)
    assert Member.objects.count() == len(NAMES)

    at.sets_a_beat()
    at.asks_for(shifts["z"], 2)
    at.asks_for(shifts["c"], 2)
    assert Beat.objects.get().name == BEAT
    assert CoverRequirement.objects.count() == 2

    at.sets_up_next_month()
    roster = Roster.objects.get()
    assert (roster.first_day, roster.last_day) == next_month(timezone.localdate())
    at.generates()
    assert roster.duties.count() == 4 * len(roster.dates)

    duty = roster.duties.filter(shift_type=shifts["z"]).order_by("day", "member__name_pinyin")[0]
    at.clears_and_sets_again(duty)
    corrected = roster.duties.get(member=duty.member, day=duty.day)
    assert (corrected.origin, corrected.is_fixed, corrected.beat.name) == (DutyOrigin.HAND, True, BEAT)

    at.publishes()
    roster.refresh_from_db()
    assert roster.status == RosterStatus.PUBLISHED
    assert Engagement.objects.filter(duty__roster=roster).count() == roster.duties.count()

    at.prints()
    cells = [str(cell) for row in at.downloads_the_workbook(tmp_path) for cell in row]
    assert all(any(name in cell for cell in cells) for name in NAMES)
    assert sum(cell == "夜" for cell in cells) >= 2 * len(roster.dates)
