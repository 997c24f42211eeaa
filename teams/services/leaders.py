"""The dated leaders of a unit's two lines (handbook T2)."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_lazy as _

from lianfang.platform.history import service
from lianfang.platform.problems import Problem
from teams.models import Unit, UnitLeader, User
from teams.policy import Action
from teams.scope import scope_of
from teams.services.checks import refuse, row_problems


@service
def add_leader(
    *, by: User | None, unit: Unit, line: str, name: str, title: str, starts: dt.date, ends: dt.date | None = None
) -> UnitLeader:
    """Enter a leader of one line. Raises `Refused`."""
    leader = UnitLeader(unit=unit, line=line, name=name, title=title, starts=starts, ends=ends)
    return _saved(by, leader)


@service
def change_leader(
    *, by: User | None, leader: UnitLeader, line: str, name: str, title: str, starts: dt.date, ends: dt.date | None
) -> UnitLeader:
    """Correct an entry or give it its last day. Raises `Refused`."""
    row = UnitLeader.objects.select_related("unit").select_for_update(of=("self",)).get(pk=leader.pk)
    row.line, row.name, row.title, row.starts, row.ends = line, name, title, starts, ends
    return _saved(by, row)


@service
def remove_leader(*, by: User | None, leader: UnitLeader) -> None:
    """Take back an entry made by mistake; the history keeps it. Raises `Refused`."""
    refuse(right_problems(by, leader.unit))
    leader.delete()


def right_problems(by: User | None, unit: Unit) -> list[Problem]:
    """Whether `by` keeps the records of this unit."""
    if by is None or scope_of(by, Action.UNIT_RECORD_MANAGE).covers(unit.path):
        return []
    return [Problem("no_right", _("You may not keep the records of this unit."))]


def _saved(by: User | None, leader: UnitLeader) -> UnitLeader:
    refuse(right_problems(by, leader.unit) or row_problems(leader))
    leader.save()
    return leader
