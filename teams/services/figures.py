"""Yearly figures of a unit, written (handbook T4)."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils import timezone

from lianfang.platform.history import service
from teams.models import Unit, User, YearlyFigures
from teams.models.figures import COUNTS
from teams.rules.figures import year_problems
from teams.services.checks import refuse, row_problems
from teams.services.leaders import right_problems


@service
def save_figures(*, by: User | None, unit: Unit, year: int, counts: Mapping[str, int | None]) -> YearlyFigures:
    """Write the figures of one year; a count left out becomes unknown. Raises `Refused`."""
    row = YearlyFigures.objects.select_for_update().filter(unit=unit, year=year).first()
    row = row or YearlyFigures(unit=unit, year=year)
    for name in COUNTS:
        setattr(row, name, counts.get(name))
    refuse(right_problems(by, unit) + year_problems(year, timezone.localdate()) or row_problems(row))
    row.save()
    return row
