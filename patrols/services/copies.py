"""Last month's pattern, carried over into a draft (handbook D5)."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from lianfang.platform.history import service
from lianfang.platform.problems import Problem, Refused
from patrols.models import Duty, DutyOrigin, Roster
from patrols.services import rostering
from patrols.services.rosters import locked, refusing_constraints
from teams.models import User

FOUR_WEEKS = dt.timedelta(days=28)  # keeps the weekday; a rota of 4, 7, 14 or 28 days keeps its phase too


@service
def copy_last(*, by: User | None, roster: Roster) -> int:
    """Fill free cells with the shift and beat of four weeks before; returns how many were filled.

    Set cells stay. What an absence or a missing certificate forbids is left free. Raises `Refused` when the roster is
    no draft or nothing stands four weeks before.
    """
    roster = locked(roster)
    if not roster.is_draft:
        raise Refused([Problem("roster_not_draft", _("The roster is published; take it back to change it."))])
    sheet = rostering.sheet(roster)
    patterns = _patterns(roster, [member.pk for member in sheet.members])
    if not patterns:
        raise Refused([Problem("nothing_to_copy", _("No duties stand four weeks before this roster."))])
    taken = {(duty.member_id, duty.day) for duty in sheet.duties}
    wanted = {key: duty for key, duty in patterns.items() if key not in taken}
    filled = _allowed(sheet, wanted)
    units = {member.pk: member.unit_id for member in sheet.members}
    with refusing_constraints():
        Duty.objects.bulk_create(
            [_copied(roster, units[member_id], member_id, day, old) for (member_id, day), old in filled.items()]
        )
        roster.save(update_fields=["changed_at"])
    return len(filled)


def _patterns(roster: Roster, members: list[int]) -> dict[tuple[int, dt.date], Duty]:
    """The duty that each cell would take over, from four weeks earlier or, late in a long span, from eight."""
    first, last = roster.first_day - FOUR_WEEKS, roster.first_day - dt.timedelta(days=1)
    rows = Duty.objects.filter(
        roster__unit=roster.unit_id,
        member__in=members,
        day__range=(first, last),
        shift_type__is_active=True,
        shift_type__unit=roster.unit_id,  # a transferred member may have brought another squadron's along
    ).select_related("shift_type", "beat")
    by_cell = {(duty.member_id, duty.day): duty for duty in rows}
    found = {}
    for day in roster.dates:
        back = first + (day - roster.first_day) % FOUR_WEEKS
        for member_id in members:
            if (member_id, back) in by_cell:
                found[member_id, day] = by_cell[member_id, back]
    return found


def _allowed(sheet: rostering.Sheet, wanted: dict[tuple[int, dt.date], Duty]) -> dict[tuple[int, dt.date], Duty]:
    return {
        (member_id, day): duty
        for (member_id, day), duty in wanted.items()
        if not sheet.impossible(sheet.cell(member_id, day, duty.shift_type_id, None))
    }


def _copied(roster: Roster, unit_id: int, member_id: int, day: dt.date, old: Duty) -> Duty:
    starts, ends = old.shift_type.span_on(day)
    return Duty(
        roster=roster,
        unit_id=unit_id,
        member_id=member_id,
        day=day,
        shift_type=old.shift_type,
        beat=old.beat if old.beat and old.beat.is_active else None,
        starts=starts,
        ends=ends,
        origin=DutyOrigin.COPIED,
    )
