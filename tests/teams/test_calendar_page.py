"""The work calendar as a page, and imported from workbooks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone, translation

from lianfang.platform.problems import Refused
from lianfang.platform.workbook import Column, read_workbook, write_table
from teams.models import CalendarDay, User
from teams.services.calendar import calendar_template, import_calendar_year, read_calendar
from tests.html import assert_csp_clean

ClientOf = Callable[[User], Client]
COLUMNS = [Column("日期"), Column("类别"), Column("名称")]


def test_calendar_page_lays_out_twelve_months(group_leader: User, client_of: ClientOf) -> None:
    import_calendar_year(by=None, year=2026)
    response = client_of(group_leader).get("/calendar/?year=2026")
    months = response.context["months"]
    assert len(months) == 12
    assert sum(month.workdays for month in months) == 248
    assert [day.date.day if day else None for day in months[1].weeks[0]] == [None] * 6 + [1], "1 February: a Sunday"
    assert response.content.decode().count("day-workday") == 6 + 1, "six make-up days and the key"
    assert_csp_clean(response)


def test_calendar_page_says_which_year_is_missing(leader: User, system_admin: User, client_of: ClientOf) -> None:
    page = client_of(leader).get("/calendar/?year=2031").content.decode()
    assert "notice-warn" in page or "tone-warn" in page or "warn" in page.split("<main")[1]
    assert "/admin/" not in page.split("<main")[1]
    assert "/admin/teams/calendarday/import/" in client_of(system_admin).get("/calendar/?year=2031").content.decode()


@pytest.mark.parametrize("year", ["", "0", "99999", "x", "２０２６"])
def test_calendar_page_of_no_year_shows_one(leader: User, client_of: ClientOf, year: str) -> None:
    assert client_of(leader).get("/calendar/", {"year": year}).status_code == 200


def test_calendar_read_from_a_workbook_with_a_title_and_real_dates() -> None:
    rows = [[dt.date(2027, 1, 1), "法定节假日", "元旦"], ["2027年1月3日", "调休上班", ""], ["2027.2.5", "休", "春节"]]
    days, problems = read_calendar(write_table("日历", COLUMNS, rows, title="2027年部分节假日安排"))
    assert not problems
    assert days == [
        (dt.date(2027, 1, 1), "holiday", "元旦"),
        (dt.date(2027, 1, 3), "workday", ""),
        (dt.date(2027, 2, 5), "day_off", "春节"),
    ]


def test_calendar_workbook_names_the_row_as_excel_counts() -> None:
    rows = [[dt.date(2027, 1, 1), "holiday", "元旦"], [dt.date(2027, 1, 2), "feast", ""]]
    _days, problems = read_calendar(write_table("日历", COLUMNS, rows, title="安排"))
    assert [(problem.code, problem.row) for problem in problems] == [("kind_unknown", 4)]


def test_calendar_template_reads_back() -> None:
    for language in ("zh-hans", "en"):
        with translation.override(language):
            days, problems = read_calendar(calendar_template(2027))
        assert not problems
        assert (dt.date(2027, 10, 1), "holiday", "国庆节") in days
    assert read_workbook(calendar_template(2027))[0].rows


def test_calendar_csv_in_the_encoding_of_a_chinese_windows_is_read() -> None:
    days, problems = read_calendar("日期,类别,名称\r\n2027-01-01,法定节假日,元旦\r\n".encode("gb18030"))
    assert (days, problems) == ([(dt.date(2027, 1, 1), "holiday", "元旦")], [])


@pytest.mark.parametrize("data", [b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1old", b"\xff\xff\xff\xff"])
def test_calendar_file_that_is_none_is_refused_with_a_sentence(data: bytes) -> None:
    with pytest.raises(Refused) as refused:
        read_calendar(data)
    assert len(refused.value.problems) == 1


def test_admin_imports_a_workbook_and_nothing_from_a_bad_one(system_admin: User, client_of: ClientOf) -> None:
    client, url = client_of(system_admin), "/admin/teams/calendarday/import/"
    bad = write_table("日历", COLUMNS, [[dt.date(2027, 1, 1), "holiday", ""], ["x", "holiday", ""]])
    response = client.post(url, {"file": SimpleUploadedFile("2027.xlsx", bad), "days": ""})
    assert response.status_code == 200
    assert "file" in response.context["form"].errors
    assert not CalendarDay.objects.exists()
    good = write_table("日历", COLUMNS, [[dt.date(2027, 1, 1), "holiday", "元旦"]])
    assert client.post(url, {"file": SimpleUploadedFile("2027.xlsx", good), "days": ""}).status_code == 302
    assert CalendarDay.objects.get().name == "元旦"


def test_admin_who_sends_neither_file_nor_text_is_told(system_admin: User, client_of: ClientOf) -> None:
    response = client_of(system_admin).post("/admin/teams/calendarday/import/", {"days": ""})
    assert response.context["form"].non_field_errors()


def test_shipped_announcement_is_imported_with_one_click(system_admin: User, client_of: ClientOf) -> None:
    assert client_of(system_admin).post("/calendar/2026/shipped/").status_code == 302
    assert CalendarDay.objects.filter(date__year=2026).count() == 39
    assert client_of(system_admin).post("/calendar/2031/shipped/").status_code == 302
    assert not CalendarDay.objects.filter(date__year=2031).exists()


def test_leader_is_told_when_the_coming_month_has_no_announcement(leader: User, client_of: ClientOf) -> None:
    client, today = client_of(leader), timezone.localdate()
    year = (today.replace(day=1) + dt.timedelta(days=32)).year
    link = f"/calendar/?year={year}"
    assert link in client.get("/").content.decode()
    assert link in client.get("/rosters/").content.decode()
    CalendarDay.objects.create(date=dt.date(year, 10, 1), kind="holiday")
    assert link not in client.get("/").content.decode()
    assert link not in client.get("/rosters/").content.decode()
