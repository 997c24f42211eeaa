"""Yearly figures of a unit, and what is derived from them (handbook T4)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from lianfang.platform.problems import Problem
from teams.models import Unit, YearlyFigures

# The members' app registers how many members of a unit and below served on each of some days.
STRENGTH_COUNTS: list[Callable[[Unit, Sequence[dt.date]], dict[dt.date, int]]] = []


@dataclass(frozen=True)
class Reference:
    """A published rate of police per 10,000 residents to compare with."""

    rate: str
    label: object


# Handbook T4: the first is a county short of police, the others the country and the world as its source S0 gives them.
REFERENCES = (
    Reference("3.6", _("a county short of police")),
    Reference("11–12", _("the whole country")),
    Reference("30", _("international average")),
)


@dataclass(frozen=True)
class Year:
    """One year's figures with the force's strength at its end, or today while it runs."""

    figures: YearlyFigures
    members: int | None

    @property
    def police_rate(self) -> Decimal | None:
        return self.figures.per_10000(self.figures.sworn_police)

    @property
    def member_rate(self) -> Decimal | None:
        return self.figures.per_10000(self.members)


def years_of(unit: Unit, rows: Sequence[YearlyFigures], today: dt.date) -> list[Year]:
    """The rows with the strength on each year's counting day."""
    days = [row.counted_on(today) for row in rows]
    counted: dict[dt.date, int] = {}
    for count in STRENGTH_COUNTS:
        counted |= count(unit, days)
    return [Year(row, counted.get(day)) for row, day in zip(rows, days, strict=True)]


def year_problems(year: int, today: dt.date) -> list[Problem]:
    """Figures are reported for a year that runs or is over."""
    if year <= today.year:
        return []
    return [Problem("year_ahead", _("%(year)d has not begun yet.") % {"year": year}, "year")]
