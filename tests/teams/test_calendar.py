"""The work calendar: the announcement for 2026 day by day, imports that repeat and imports that fail."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from lianfang.platform.problems import Refused
from teams.models import CalendarDay, User
from teams.services.calendar import clear_day, import_calendar, import_calendar_year, parse_calendar, set_day

STATUTORY_2026 = {
    "01-01", "02-16", "02-17", "02-18", "02-19", "04-05", "05-01", "05-02", "06-19", "09-25", "10-01", "10-02", "10-03",
}  # fmt: skip
WORKDAYS_2026 = {"01-04", "02-14", "02-28", "05-09", "09-20", "10-10"}


def dates_of(kind: str) -> set[str]:
    return {f"{day:%m-%d}" for day in CalendarDay.objects.filter(kind=kind).values_list("date", flat=True)}


@pytest.mark.django_db
def test_calendar_2026_follows_the_announcement() -> None:
    import_calendar_year(by=None, year=2026)
    assert dates_of("holiday") == STATUTORY_2026
    assert dates_of("workday") == WORKDAYS_2026
    assert CalendarDay.objects.filter(kind="day_off").count() == 20
    days = {f"{day.date:%m-%d}": day for day in CalendarDay.objects.span(dt.date(2026, 1, 1), dt.date(2026, 12, 31))}
    assert days["02-14"].is_workday  # a Saturday worked
    assert not days["02-23"].is_workday  # a Monday off
    assert days["03-02"].is_workday
    assert not days["03-07"].is_workday
    # 365 days, less 104 weekend days and the weekdays off, plus the make-up days: the 248 that everyone plans with.
    assert sum(day.is_workday for day in days.values()) == 248


@pytest.mark.django_db
def test_calendar_imported_again_changes_nothing() -> None:
    assert import_calendar_year(by=None, year=2026) == 39
    before = list(CalendarDay.objects.values_list("pk", "date", "kind", "name"))
    assert import_calendar_year(by=None, year=2026) == 0
    assert list(CalendarDay.objects.values_list("pk", "date", "kind", "name")) == before


@pytest.mark.django_db
def test_calendar_import_replaces_its_year_and_no_other() -> None:
    import_calendar_year(by=None, year=2026)
    import_calendar(by=None, days=[(dt.date(2027, 1, 1), "holiday", "元旦")])
    assert CalendarDay.objects.filter(date__year=2026).count() == 39
    import_calendar(by=None, days=[(dt.date(2027, 1, 2), "day_off", "元旦")])
    assert list(CalendarDay.objects.filter(date__year=2027).values_list("date", flat=True)) == [dt.date(2027, 1, 2)]


@pytest.mark.django_db
def test_calendar_day_twice_is_refused() -> None:
    day = (dt.date(2027, 1, 1), "holiday", "元旦")
    with pytest.raises(Refused) as refused:
        import_calendar(by=None, days=[day, day])
    assert [problem.code for problem in refused.value.problems] == ["day_twice"]
    assert not CalendarDay.objects.exists()


@pytest.mark.django_db
def test_calendar_of_an_unannounced_year_is_refused_by_the_command() -> None:
    with pytest.raises(CommandError):
        call_command("import_calendar", "2031")


@pytest.mark.django_db
def test_calendar_file_with_a_bad_line_imports_nothing(tmp_path: Path) -> None:
    file = tmp_path / "calendar.csv"
    file.write_text("date,kind,name\n2027-01-01,holiday,元旦\n2027-13-01,holiday,\n", encoding="utf-8")
    with pytest.raises(CommandError, match="3:"):
        call_command("import_calendar", str(file))
    assert not CalendarDay.objects.exists()


@pytest.mark.django_db
def test_calendar_file_is_imported_by_the_command(tmp_path: Path) -> None:
    file = tmp_path / "calendar.csv"
    file.write_text("\ufeff2027-01-01,holiday,元旦\n", encoding="utf-8")
    call_command("import_calendar", str(file))
    assert CalendarDay.objects.get().name == "元旦"


def test_calendar_text_pasted_from_a_sheet_is_read() -> None:
    rows, problems = parse_calendar("日期\t类型\t名称\n2027/01/01\tholiday\t元旦\n\n2027-01-03\tworkday\n")
    assert not problems
    assert rows == [(dt.date(2027, 1, 1), "holiday", "元旦"), (dt.date(2027, 1, 3), "workday", "")]


def test_calendar_text_names_the_row_and_what_is_wrong() -> None:
    _rows, problems = parse_calendar("2027-01-01,feast\nno date,holiday")
    assert [(problem.row, problem.code) for problem in problems] == [(1, "kind_unknown"), (2, "date_unreadable")]


def test_calendar_day_set_and_cleared_by_the_system_admin(system_admin: User) -> None:
    day = set_day(by=system_admin, date=dt.date(2027, 5, 1), kind="holiday", name="劳动节")
    assert set_day(by=system_admin, date=dt.date(2027, 5, 1), kind="day_off").pk == day.pk
    clear_day(by=system_admin, day=day)
    assert not CalendarDay.objects.exists()


def test_calendar_day_refused_to_everybody_else(leader: User, security_admin: User) -> None:
    for user in (leader, security_admin):
        with pytest.raises(Refused):
            set_day(by=user, date=dt.date(2027, 5, 1), kind="holiday")
        with pytest.raises(Refused):
            import_calendar(by=user, days=[(dt.date(2027, 5, 1), "holiday", "")])
