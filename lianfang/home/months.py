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
    is_running: bool  # the month is today's

    @property
    def is_published(self) -> bool:
        return self.roster is not None and not self.roster.is_draft

    @property
    def label(self) -> str:
        return self.roster.get_status_display() if self.roster else _("not made")

    @property
    def tone(self) -> str:
        """A missing roster is worse for the month that runs than for the next."""
        if self.roster is None:
            return "bad" if self.is_running else "warn"
        return self.roster.status

    @property
    def url(self) -> str:
        return address("roster-grid", self.roster.pk) if self.roster else address("roster-list")


def roster_states(rosters: list[Roster], unit_id: int, month: Month) -> tuple[RosterState, RosterState]:
    """How the unit's rosters of this month and of the next stand."""
    return (
        RosterState(month, _roster_of(rosters, unit_id, month), is_running=True),
        RosterState(month.following, _roster_of(rosters, unit_id, month.following), is_running=False),
    )


def _roster_of(rosters: list[Roster], unit_id: int, month: Month) -> Roster | None:
    """Of several in a month a draft comes before a published one, as it is what waits."""
    fitting = [r for r in rosters if r.unit_id == unit_id and r.first_day <= month.last and r.last_day >= month.first]
    return min(fitting, key=lambda r: (r.status != RosterStatus.DRAFT, r.first_day), default=None)
