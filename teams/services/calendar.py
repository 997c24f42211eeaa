"""The work calendar, one year's announcement at a time (handbook T11)."""

from __future__ import annotations

import csv
import datetime as dt
from collections import Counter
from collections.abc import Iterable
from importlib import resources

from django.utils.translation import gettext_lazy as _

from lianfang.platform.history import service
from lianfang.platform.problems import Problem
from teams.models import CalendarDay, DayKind, User
from teams.policy import Action
from teams.scope import scope_of
from teams.services.checks import refuse, row_problems

CalendarRow = tuple[dt.date, str, str]  # date, a DayKind, name


def parse_calendar(text: str) -> tuple[list[CalendarRow], list[Problem]]:
    """Read `date,kind,name` lines (comma or tab; a header is fine). Kinds by code or by their present-language name."""
    rows, problems = [], []
    names = {str(label): value for value, label in DayKind.choices} | {value: value for value in DayKind.values}
    for number, line in enumerate(text.replace("\t", ",").replace("，", ",").splitlines(), start=1):
        cells = [cell.strip() for cell in next(csv.reader([line]), [])]
        if not any(cells) or (number == 1 and cells[0].lstrip("\ufeff").lower() in ("date", "日期")):
            continue
        day = _date(cells[0])
        kind = names.get(cells[1] if len(cells) > 1 else "")
        if day is None:
            problems.append(Problem("date_unreadable", _("A date is written as 2026-10-01."), "days", row=number))
        elif kind is None:
            message = _("The kind is one of: %(kinds)s.") % {"kinds": " / ".join(DayKind.values)}
            problems.append(Problem("kind_unknown", message, "days", row=number))
        else:
            rows.append((day, kind, cells[2] if len(cells) > 2 else ""))
    return rows, problems


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


def _date(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text.lstrip("\ufeff").replace("/", "-"))
    except ValueError:
        return None


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
