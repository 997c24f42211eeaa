"""This month and the next, and how each squadron's roster for them stands."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from lianfang.home.addresses import address
from patrols.models import Roster, RosterStatus


@dataclass(frozen=True)
class Month:
    """A calendar month, by its first and last day."""

    first: dt.date
    last: dt.date

    @classmethod
    def of(cls, day: dt.date) -> Month:
        first = day.replace(day=1)
        return cls(first, (first + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1))

    @property
    def following(self) -> Month:
        return Month.of(self.last + dt.timedelta(days=1))

    @property
    def name(self) -> str:
        return date_format(self.first, "YEAR_MONTH_FORMAT")


@dataclass(frozen=True)
class RosterState:
    """How a month's roster stands: its row, or none made yet."""

    month: Month
    roster: Roster | None

    @property
    def is_published(self) -> bool:
        return self.roster is not None and not self.roster.is_draft

    @property
    def label(self) -> str:
        return self.roster.get_status_display() if self.roster else _("not made")

    @property
    def tone(self) -> str:
        return self.roster.status if self.roster else "bad"

    @property
    def url(self) -> str:
        return address("roster-grid", self.roster.pk) if self.roster else address("roster-list")


def roster_state(rosters: list[Roster], unit_id: int, month: Month) -> RosterState:
    """The unit's roster for most of the month; a draft counts before a published one, as it is what waits."""
    fitting = [r for r in rosters if r.unit_id == unit_id and r.first_day <= month.last and r.last_day >= month.first]
    fitting.sort(key=lambda r: (r.status != RosterStatus.DRAFT, r.first_day))
    return RosterState(month, fitting[0] if fitting else None)
