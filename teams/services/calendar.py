"""The work calendar, one year's announcement at a time (handbook T11)."""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable
from importlib import resources

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lianfang.platform.history import service
from lianfang.platform.problems import Problem, Refused
from lianfang.platform.workbook import OLE_MAGIC, Column, Sheet, read_workbook, write_table
from teams.models import CalendarDay, DayKind, User
from teams.policy import Action
from teams.scope import scope_of
from teams.services.checks import refuse, row_problems

CalendarRow = tuple[dt.date, str, str]  # date, a DayKind, name
# The holidays that the law puts on days of the sun's calendar; the others follow the moon or the solar terms.
FIXED_HOLIDAYS = (
    (1, 1, "元旦"),
    (5, 1, "劳动节"),
    (5, 2, "劳动节"),
    (10, 1, "国庆节"),
    (10, 2, "国庆节"),
    (10, 3, "国庆节"),
)


def parse_calendar(text: str) -> tuple[list[CalendarRow], list[Problem]]:
    """Read `date,kind,name` lines (comma or tab; a header is fine). Kinds by code or by their present-language name."""
    lines = text.replace("\t", ",").replace("，", ",").splitlines()
    return parse_rows([[cell.strip() for cell in next(csv.reader([line]), [])] for line in lines])


def parse_rows(lines: list[list[str]]) -> tuple[list[CalendarRow], list[Problem]]:
    """Read rows of date, kind and name; problems name the row as counted from 1."""
    rows, problems = [], []
    names = _kind_names()
    for number, cells in enumerate(lines, start=1):
        if not any(cells) or (number == 1 and cells[0].lstrip("\ufeff").lower() in ("date", "日期")):
            continue
        day = _date(cells[0])
        kind = names.get(cells[1].lower() if len(cells) > 1 else "")
        if day is None:
            problems.append(Problem("date_unreadable", _("A date is written as 2026-10-01."), "days", row=number))
        elif kind is None:
            message = _("The kind is one of: %(kinds)s.") % {
                "kinds": " / ".join(str(label) for label in DayKind.labels)
            }
            problems.append(Problem("kind_unknown", message, "days", row=number))
        else:
            rows.append((day, kind, cells[2] if len(cells) > 2 else ""))
    return rows, problems


def read_calendar(data: bytes) -> tuple[list[CalendarRow], list[Problem]]:
    """Read an .xlsx workbook (the first sheet that has a date) or a text file of the same three columns.

    Raises `Refused` for what is neither.
    """
    if data.startswith((b"PK", OLE_MAGIC)):
        return _read_sheets(read_workbook(data))
    for encoding in ("utf-8-sig", "gb18030"):  # Excel on a Chinese Windows saves CSV as GBK
        try:
            return parse_calendar(data.decode(encoding))
        except UnicodeDecodeError:
            continue
    raise Refused(
        [Problem("calendar_unreadable", _("This is neither an Excel workbook (.xlsx) nor a text file."), "file")]
    )


def _read_sheets(sheets: list[Sheet]) -> tuple[list[CalendarRow], list[Problem]]:
    """The rows from the first date on; what stands above it is title and header, an empty row between is skipped."""
    for sheet in sheets:
        lines = [[_cell_text(cell) for cell in row[:3]] for row in sheet.rows]
        first = next((n for n, cells in enumerate(lines) if cells and _date(cells[0])), None)
        if first is not None:
            blank: list[list[str]] = [[] for _row in range(first)]  # keeps the numbers of the rows
            return parse_rows([*blank, *lines[first:]])
    return [], []


def _cell_text(cell: object) -> str:
    return cell.strftime("%Y-%m-%d") if isinstance(cell, dt.date) else str(cell).strip()


def calendar_template(year: int) -> bytes:
    """A workbook to fill in, with the fixed-date holidays of `year` as examples."""
    columns = [Column(gettext("Date"), 14), Column(gettext("Kind"), 22), Column(gettext("Name"), 16)]
    holiday = DayKind.HOLIDAY.label
    rows = [[dt.date(year, m, d), holiday, name] for m, d, name in FIXED_HOLIDAYS]
    return write_table(gettext("Work calendar"), columns, rows)


def calendar_of_year(year: int) -> str | None:
    """The announcement for `year` as shipped, or None where none is."""
    file = resources.files("teams") / "data" / f"calendar_{year}.csv"
    return file.read_text(encoding="utf-8") if file.is_file() else None


@service
def import_calendar(*, by: User | None, days: Iterable[CalendarRow]) -> int:
    """Replace the years that `days` touch by these days; the same again changes nothing. Returns how many changed.

    Raises `Refused`.
    """
    rows = list(days)
    refuse(_right_problems(by) + _import_problems(rows))
    wanted = {day: (kind, name) for day, kind, name in rows}
    changed = 0
    for row in CalendarDay.objects.select_for_update().filter(date__year__in={day.year for day in wanted}):
        if row.date not in wanted:
            row.delete()
            changed += 1
            continue
        kind, name = wanted.pop(row.date)
        if (row.kind, row.name) != (kind, name):
            row.kind, row.name = kind, name
            row.save(update_fields=["kind", "name"])
            changed += 1
    CalendarDay.objects.bulk_create(CalendarDay(date=d, kind=k, name=n) for d, (k, n) in wanted.items())
    return changed + len(wanted)


def import_calendar_year(*, by: User | None, year: int) -> int:
    """Import the shipped announcement for `year`. Raises `Refused` where there is none."""
    text = calendar_of_year(year)
    if text is None:
        message = _("There is no announcement for %(year)s here yet; import it from a file.") % {"year": year}
        refuse([Problem("year_unknown", message)])
    rows, problems = parse_calendar(text or "")
    refuse(problems)
    return import_calendar(by=by, days=rows)


@service
def set_day(*, by: User | None, date: dt.date, kind: str, name: str = "") -> CalendarDay:
    """Write one day, whether or not it is in the calendar. Raises `Refused`."""
    row = CalendarDay.objects.select_for_update().filter(date=date).first() or CalendarDay(date=date)
    row.kind, row.name = kind, name
    refuse(_right_problems(by) + row_problems(row))
    row.save()
    return row


@service
def clear_day(*, by: User | None, day: CalendarDay) -> None:
    """Let a day follow the ordinary week again. Raises `Refused`."""
    refuse(_right_problems(by))
    day.delete()


_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")


def _date(text: str) -> dt.date | None:
    """2027-01-01, 2027/1/1, 2027.1.1, 2027年1月1日, with or without a time behind."""
    found = _DATE.match(text.lstrip("\ufeff"))
    try:
        return dt.date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def _kind_names() -> dict[str, str]:
    """What a kind may be called in a file: its code, its present-language name, the words of the announcements."""
    own = {str(label).lower(): value for value, label in DayKind.choices} | {value: value for value in DayKind.values}
    words = {
        DayKind.HOLIDAY: ("法定节假日", "节假日", "法定"),
        DayKind.DAY_OFF: ("放假", "调休放假", "调休休息", "休息", "休"),
        DayKind.WORKDAY: ("调休上班", "上班", "补班", "班"),
    }
    return own | {word: kind.value for kind, those in words.items() for word in those}


def _import_problems(days: list[CalendarRow]) -> list[Problem]:
    if not days:
        return [Problem("no_days", _("There is no day in it."), "days")]
    twice = [day for day, count in Counter(day for day, _kind, _name in days).items() if count > 1]
    message = _("%(date)s stands in it twice.")
    return [Problem("day_twice", message % {"date": day.isoformat()}, "days") for day in twice]


def _right_problems(by: User | None) -> list[Problem]:
    if by is None or scope_of(by, Action.CALENDAR_MANAGE):
        return []
    return [Problem("no_right", _("You may not change the work calendar."))]
