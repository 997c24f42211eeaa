"""From which day a squadron's own rule binds: rosters of before are judged by what bound when they were made."""

from __future__ import annotations

import datetime as dt

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from lianfang.platform.problems import Problem
from patrols.models import Roster, RosterRule, RosterStatus
from patrols.rules.roster_rules import same_words
from teams.models import Unit

FARTHEST = dt.timedelta(days=366)
A_DAY = dt.timedelta(days=1)


def first_open_day(unit: Unit, today: dt.date) -> dt.date:
    """The first day, today or later, for which the squadron has published no roster; drafts that run begin earlier."""
    day = earliest_day(unit, today)
    rows = Roster.objects.filter(unit=unit, last_day__gte=day).exclude(status=RosterStatus.DRAFT)
    for first, last in rows.order_by("first_day").values_list("first_day", "last_day"):
        if first <= day <= last:
            day = last + A_DAY
    return day


def earliest_day(unit: Unit, today: dt.date) -> dt.date:
    """The first day on which a rule may still begin or end: today, or the first one of a draft that runs."""
    drafts = Roster.objects.filter(unit=unit, status=RosterStatus.DRAFT, last_day__gte=today)
    found: list[dt.date] = list(drafts.values_list("first_day", flat=True))
    return min([today, *found])


def begin_problems(rule: RosterRule, stored: RosterRule | None, today: dt.date) -> list[Problem]:
    """Why the rule cannot begin on its day, or change from it."""
    if stored is not None and rule.binds_from == stored.binds_from and same_words(rule, stored):
        return []
    found = day_problems(rule.unit, rule.binds_from, today)
    return [Problem(problem.code, problem.message, field="binds_from") for problem in found]


def day_problems(unit: Unit, day: dt.date, today: dt.date) -> list[Problem]:
    """Why nothing can begin or end on the day: it is over, or farther away than anybody plans."""
    first, last = earliest_day(unit, today), today + FARTHEST
    if first <= day <= last:
        return []
    ends = {"first": date_format(first, "DATE_FORMAT"), "last": date_format(last, "DATE_FORMAT")}
    text = _("Choose a day from %(first)s to %(last)s: what is over is not judged anew.") % ends
    return [Problem("rule_day", text)]
