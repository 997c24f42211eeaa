"""The work calendar, a year at a glance, for everybody (handbook T11)."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from lianfang.platform.problems import Refused
from teams.gate import SignedInRequest, gate
from teams.models import CalendarDay
from teams.models.calendar import Day
from teams.models.figures import FIRST_YEAR, LAST_YEAR
from teams.policy import Action
from teams.scope import scope_of
from teams.services.calendar import calendar_of_year, calendar_template, import_calendar_year

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


# Two letters at most: seven columns of a small month are narrow.
WEEKDAYS = (
    pgettext_lazy("narrow weekday", "Mo"),
    pgettext_lazy("narrow weekday", "Tu"),
    pgettext_lazy("narrow weekday", "We"),
    pgettext_lazy("narrow weekday", "Th"),
    pgettext_lazy("narrow weekday", "Fr"),
    pgettext_lazy("narrow weekday", "Sa"),
    pgettext_lazy("narrow weekday", "Su"),
)


@dataclass(frozen=True)
class MonthSheet:
    """A month as weeks from Monday on; None fills the week before the first and after the last day."""

    first: dt.date
    weeks: list[list[Day | None]]
    workdays: int


@require_GET
@login_required
def calendar_page(request: Any) -> HttpResponse:
    """Twelve small months of `?year=`; this year unless told, and the next one beside it."""
    today = timezone.localdate()
    year = _year(request, today)
    days = CalendarDay.objects.span(dt.date(year, 1, 1), dt.date(year, 12, 31))
    known = CalendarDay.objects.years()
    context = {
        "year": year,
        "months": [month_sheet(list(of)) for _m, of in groupby(days, key=lambda day: day.date.month)],
        "marked": CalendarDay.objects.filter(date__year=year),
        "counts": Counter(day.kind for day in days),
        "workdays": sum(day.is_workday for day in days),
        "is_missing": year not in known,
        "is_shipped": calendar_of_year(year) is not None,
        "years": sorted({*known, today.year, today.year + 1, year}),
        "today": today,
        "may_edit": bool(scope_of(request.user, Action.CALENDAR_MANAGE)),
        "weekdays": WEEKDAYS,
    }
    return render(request, "teams/calendar/page.html", context)


@require_GET
@login_required
def template(request: HttpRequest) -> HttpResponse:
    """The workbook to fill in for the next year."""
    year = timezone.localdate().year + 1
    headers = {"Content-Disposition": f'attachment; filename="calendar-{year}.xlsx"'}
    return HttpResponse(calendar_template(year), content_type=XLSX, headers=headers)


@require_POST
@gate(Action.CALENDAR_MANAGE)
def import_shipped(request: SignedInRequest, year: int) -> HttpResponse:
    """Import the announcement that comes with the program."""
    try:
        count = import_calendar_year(by=request.user, year=year)
    except Refused as refused:
        messages.warning(request, str(refused.problems[0].message))
    else:
        messages.success(request, _("%(count)d days changed.") % {"count": count})
    return redirect(f"{reverse('calendar-page')}?year={year}")


def month_sheet(days: list[Day]) -> MonthSheet:
    """The days of one month, laid out in weeks."""
    cells: list[Day | None] = [None] * days[0].date.weekday() + list(days)
    cells += [None] * (-len(cells) % 7)
    weeks = [cells[n : n + 7] for n in range(0, len(cells), 7)]
    return MonthSheet(days[0].date, weeks, sum(day.is_workday for day in days))


def _year(request: HttpRequest, today: dt.date) -> int:
    text = request.GET.get("year", "")
    return int(text) if text in map(str, range(FIRST_YEAR, LAST_YEAR + 1)) else today.year
