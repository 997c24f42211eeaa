"""The shift types that most stations begin with, set up in one step (handbook D2)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from lianfang.platform.history import service
from lianfang.platform.problems import Problem, Refused
from patrols.models import ShiftType
from patrols.services.cover import save_shift_type
from teams.models import Unit, User


@dataclass(frozen=True)
class Usual:
    """A shift as stations call it; `starts_at` in hours of the day, each lasts eight hours."""

    code: str
    name: str
    key: str
    starts_at: int
    colour: str
    is_night: bool = False
    counting_factor: str = "1"


USUAL = (
    Usual("早", "早班", "z", 6, "amber"),
    Usual("中", "中班", "x", 14, "green"),
    Usual("夜", "夜班", "c", 22, "indigo", is_night=True),
    Usual("备", "备勤", "b", 18, "slate", counting_factor="0.5"),  # standby: half of it counts
)


@service
def set_up_usual_shifts(*, by: User | None, unit: Unit) -> list[ShiftType]:
    """Three shifts of eight hours and standby for a squadron that has none. Raises `Refused` where it has some."""
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
                minutes=480,
                is_night=usual.is_night,
                counting_factor=Decimal(usual.counting_factor),
                colour=usual.colour,
                position=number,
            ),
        )
        for number, usual in enumerate(USUAL, start=1)
    ]
