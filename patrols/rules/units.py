"""What rosters mean for their unit."""

from __future__ import annotations

import datetime as dt

from django.db import connection
from django.utils.translation import ngettext

from lianfang.platform.problems import Problem
from teams.models import Unit


def closing_problems(unit: Unit, on: dt.date) -> list[Problem]:
    """A unit closes when its rosters are done: no duty from that day on, in a draft or published."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rosters FROM lf_closing_counts(%s, %s)", [unit.path, on])
        count = cursor.fetchone()[0]
    if not count:
        return []
    message = ngettext(
        "%(count)d roster still has duties on or after that day; end or clear it first.",
        "%(count)d rosters still have duties on or after that day; end or clear them first.",
        count,
    )
    return [Problem("rosters_open", message % {"count": count}, "closed_on")]
