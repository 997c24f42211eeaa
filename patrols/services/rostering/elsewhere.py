"""Duties in other squadrons' rosters as the engine sees them: on shift types of their own, at no beat of this roster.

They stand in the person's days like the roster's own duties, so that the one list of limits counts them for rest,
hours and runs; generation leaves them as they are.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from patrols import rostering as engine
from patrols.services.rostering.facts import Elsewhere, Facts

PREFIX = "elsewhere:"


@dataclass(frozen=True)
class DutiesElsewhere:
    """Those that begin on the roster's days, those of the days around, and their shift types."""

    inside: tuple[engine.Assignment, ...]
    around: tuple[engine.Assignment, ...]
    shift_types: tuple[engine.ShiftType, ...]


def duties_elsewhere(facts: Facts) -> DutiesElsewhere:
    rows = [row for found in facts.elsewhere.values() for row in found]
    shifts = {shift.id: shift for shift in (_shift(row) for row in rows)}
    placed = [
        engine.Assignment(str(row.member_id), facts.index(_start(row).date()), _shift(row).id, None) for row in rows
    ]
    inside = tuple(item for item in placed if 0 <= item.day < len(facts.days))
    around = tuple(item for item in placed if not 0 <= item.day < len(facts.days))
    return DutiesElsewhere(inside, around, tuple(shifts.values()))


def is_elsewhere(item: engine.Assignment | engine.Fixed) -> bool:
    return (item.shift or "").startswith(PREFIX)


def kept(fixed: Iterable[engine.Fixed]) -> tuple[engine.Assignment, ...]:
    """The duties elsewhere among the cells that generation leaves alone."""
    return tuple(engine.Assignment(c.person, c.day, c.shift or "", None) for c in fixed if is_elsewhere(c))


def _start(row: Elsewhere) -> dt.datetime:
    return timezone.localtime(row.starts)


def _shift(row: Elsewhere) -> engine.ShiftType:
    starts, minutes = _start(row), int((row.ends - row.starts).total_seconds() // 60)
    begin = starts.hour * 60 + starts.minute
    return engine.ShiftType(
        id=f"{PREFIX}{begin}:{minutes}:{row.counted_minutes}:{row.is_night:d}",
        code=_("duty in another squadron"),
        start_minute=begin,
        minutes=minutes,
        is_night=row.is_night,
        counting_factor=row.counted_minutes / minutes,
    )
