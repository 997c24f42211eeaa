"""What members mean for their unit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import connection
from django.utils.translation import ngettext

from lianfang.platform.problems import Problem
from teams.models import Unit


def closing_problems(unit: Unit, on: dt.date) -> list[Problem]:
    """A unit closes empty: whoever serves in it or below has to be transferred first.

    The database counts, since the system administrator who closes units sees no members.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT members FROM lf_closing_counts(%s, %s)", [unit.path, on])
        count = cursor.fetchone()[0]
    if not count:
        return []
    message = ngettext(
        "%(count)d member still serves here; transfer the member first.",
        "%(count)d members still serve here; transfer them first.",
        count,
    )
    return [Problem("members_remain", message % {"count": count}, "closed_on")]


def serving_on(unit: Unit, days: Sequence[dt.date]) -> dict[dt.date, int]:
    """How many served in the unit and below on each day, by hire and leaving dates and the unit of today.

    The database sums up itself: who sees the unit sees its strength, though not its members.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT d, sum(f.serving) FROM unnest(%s::date[]) AS d CROSS JOIN LATERAL lf_unit_figures(d) AS f"
            " JOIN teams_unit u ON u.id = f.unit_id WHERE starts_with(u.path, %s) GROUP BY d",
            [list(days), unit.path],
        )
        return {day: int(count) for day, count in cursor.fetchall()}
