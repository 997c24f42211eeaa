"""The comprehensive-management office's page: figures by squadron, no people and no duties."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import connection

from lianfang.home.brigade import squadrons_of
from teams.models import Unit, User


@dataclass(frozen=True)
class Figures:
    unit: Unit
    serving: int
    published_until: dt.date | None  # the last day of the last published roster


@dataclass(frozen=True)
class ReviewToday:
    rows: list[Figures]
    today: dt.date

    @property
    def serving(self) -> int:
        return sum(row.serving for row in self.rows)

    @property
    def rostered(self) -> int:
        """Squadrons whose published rosters reach today."""
        return sum(row.published_until is not None and row.published_until >= self.today for row in self.rows)


def review_today(user: User, today: dt.date) -> ReviewToday:
    """Row-level security hides members and rosters from the office; the database sums them up itself."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT unit_id, serving, published_until FROM lf_unit_figures(%s)", [today])
        found = {unit: (serving, until) for unit, serving, until in cursor.fetchall()}
    units = list(Unit.objects.visible_to(user).open(today))
    return ReviewToday([_figures(unit, units, found) for unit in squadrons_of(units)], today)


def _figures(unit: Unit, units: list[Unit], found: dict[int, tuple[int, dt.date | None]]) -> Figures:
    below = [found[other.pk] for other in units if other.path.startswith(unit.path) and other.pk in found]
    ends = [until for _, until in below if until]
    return Figures(unit, sum(serving for serving, _ in below), max(ends, default=None))
