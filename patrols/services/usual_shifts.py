"""The shift types that most stations begin with, set up in one step (handbook D2)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from lianfang.platform.history import service
from lianfang.platform.problems import Problem, Refused
from patrols.models import ShiftType
from patrols.services.cover import save_shift_type
from teams.models import Unit, User


@dataclass(frozen=True)
class Usual:
    """A shift as stations call it; `starts_at` and `hours` in hours."""

    code: str
    name: str
    key: str
    starts_at: int
    colour: str
    hours: int = 8
    is_night: bool = False
    counting_factor: str = "1"

    def times(self) -> str:
        """`早 6–14`"""
        return f"{self.code} {self.starts_at}–{(self.starts_at + self.hours) % 24}"


@dataclass(frozen=True)
class UsualSet:
    """Shift types that belong together, with the button that sets them up."""

    label: Any
    hint: Any
    shifts: tuple[Usual, ...]

    @property
    def times(self) -> str:
        return "，".join(shift.times() for shift in self.shifts)


STANDBY = Usual("备", "备勤", "b", 18, "slate", counting_factor="0.5")  # half of it counts
SETS: dict[str, UsualSet] = {
    "three": UsualSet(
        _("Three shifts and standby"),
        _("Eight hours each, round the clock; half of the standby counts."),
        (
            Usual("早", "早班", "z", 6, "amber"),
            Usual("中", "中班", "x", 14, "green"),
            Usual("夜", "夜班", "c", 22, "indigo", is_night=True),
            STANDBY,
        ),
    ),
    "two": UsualSet(
        _("Two shifts and standby"),
        _("Twelve hours each, round the clock; meals and breaks taken off, 10.8 hours count (at most 11 a day)."),
        (
            Usual("日", "日班", "z", 8, "amber", hours=12, counting_factor="0.9"),
            Usual("夜", "夜班", "c", 20, "indigo", hours=12, is_night=True, counting_factor="0.9"),
            STANDBY,
        ),
    ),
    "day": UsualSet(
        _("Day shift and evening shift"),
        _("Eight hours each, no nights: for clerical posts and patrols until ten in the evening."),
        (Usual("白", "白班", "z", 8, "amber"), Usual("晚", "晚班", "x", 14, "green")),
    ),
}


@service
def set_up_usual_shifts(*, by: User | None, unit: Unit, kind: str = "three") -> list[ShiftType]:
    """One of the ready sets for a squadron that has no shift types. Raises `Refused` where it has some."""
    if kind not in SETS:
        raise Refused([Problem("set_unknown", _("There is no such set of shift types."))])
    if ShiftType.objects.filter(unit=unit).exists():
        raise Refused([Problem("shifts_exist", _("There are shift types already."))])
    return [
        save_shift_type(
            by=by,
            shift_type=ShiftType(
                unit=unit,
                code=usual.code,
                name=usual.name,
                key=usual.key,
                starts_at=dt.time(usual.starts_at),
                minutes=usual.hours * 60,
                is_night=usual.is_night,
                counting_factor=Decimal(usual.counting_factor),
                colour=usual.colour,
                position=number,
            ),
        )
        for number, usual in enumerate(SETS[kind].shifts, start=1)
    ]
