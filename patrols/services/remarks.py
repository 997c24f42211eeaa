"""Remarks on the days of a roster. They bind nobody, so a published roster takes them too; a closed one doesn't."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from lianfang.platform.history import service
from lianfang.platform.problems import Problem, Refused
from patrols.models import DayRemark, Roster, RosterStatus
from patrols.services.rosters import locked
from teams.models import User


@service
def set_remark(*, by: User | None, roster: Roster, day: dt.date, text: str) -> None:
    """Say something about a day; an empty text takes the remark away. Raises `Refused` on a closed roster."""
    roster = locked(roster)
    if roster.status == RosterStatus.CLOSED:
        raise Refused([Problem("roster_closed", _("The roster is closed."))])
    if not roster.first_day <= day <= roster.last_day:
        raise Refused([Problem("roster_day", _("The day lies outside the roster."), field="text")])
    if text.strip():
        DayRemark.objects.update_or_create(roster=roster, day=day, defaults={"text": text.strip()})
    else:
        DayRemark.objects.filter(roster=roster, day=day).delete()
