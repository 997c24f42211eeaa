"""Shift types, beats and cover of each squadron."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from lianfang.home.demonstration.drawings import drawing, risk_of, stops
from lianfang.home.demonstration.layout import SHIFTS, Days, ShiftPlan, SquadronPlan
from patrols.models import Beat, BeatKind, CoverRequirement, ShiftType, SwornOfficer, TaskKind, WorkingTimeLimits
from patrols.models.cover import HolidayRule
from patrols.services.cover import save_beat, save_cover, save_shift_type
from patrols.services.limits import save_limits
from patrols.services.officers import save_officer
from teams.models import Unit, User

RULES: dict[Days, dict[str, Any]] = {
    Days.EVERY: {},
    Days.SCHOOL: {"weekdays": [0, 1, 2, 3, 4], "on_holidays": HolidayRule.NEVER},
    Days.FREE: {"weekdays": [5, 6], "on_holidays": HolidayRule.ALWAYS},
}
OFFICERS = (("赵民警", "社区民警"), ("孙民警", "值班民警"))
FAIR = "城北庙会执勤点"
# Two of 24 are away and the ordinary beats want twelve: eleven here are one more than there are people.
FAIR_MINIMUM = 11


def set_up_limits(brigade: Unit, *, by: User) -> None:
    """The law's figures, written down for the whole brigade, so that they can be looked at and changed."""
    save_limits(by=by, limits=WorkingTimeLimits(unit=brigade))


def set_up_cover(plan: SquadronPlan, unit: Unit, *, by: User | None) -> tuple[dict[str, ShiftType], dict[str, Beat]]:
    """The squadron's shift types by code and beats by name, with their cover."""
    shifts = {s.code: save_shift_type(by=by, shift_type=_shift(s, unit, n)) for n, s in enumerate(SHIFTS)}
    beats = {name: _beat(plan, unit, name, kind, position, by=by) for position, (name, kind) in enumerate(plan.beats)}
    for name, post in OFFICERS:
        officer = SwornOfficer(unit=unit, name=name, post=post)
        save_officer(by=by, officer=officer, beats=[], availability=[])
    rows = [
        CoverRequirement(
            beat=beats[post.beat],
            shift_type=shifts[post.shift],
            minimum=post.minimum,
            ideal=post.ideal,
            task_kind=task_of(beats[post.beat]),
            **RULES[post.days],
        )
        for post in plan.posts
    ]
    save_cover(by=by, unit=unit, rows=rows)
    return shifts, beats


def _beat(plan: SquadronPlan, unit: Unit, name: str, kind: str, position: int, *, by: User | None) -> Beat:
    drawn = drawing(kind, plan.number, position)
    beat = Beat(unit=unit, name=name, kind=kind, position=position, risk=risk_of(name), geometry=drawn)
    return save_beat(by=by, beat=beat, checkpoints=stops(name, kind, plan.number, position))


def task_of(beat: Beat) -> TaskKind:
    if beat.name.endswith("护学岗"):
        return TaskKind.SCHOOL_GATE
    if beat.name.startswith("应急备勤"):
        return TaskKind.STANDBY
    return TaskKind.GUARD if beat.kind == BeatKind.POINT else TaskKind.PATROL


def set_up_fair(unit: Unit, shift: ShiftType, day: dt.date, *, by: User | None) -> None:
    """One day next month that no roster can cover, so that the grid has an empty place to explain."""
    beat = save_beat(by=by, beat=Beat(unit=unit, name=FAIR, kind=BeatKind.POINT, position=99))
    row = CoverRequirement(
        beat=beat, shift_type=shift, first_day=day, last_day=day, minimum=FAIR_MINIMUM, ideal=FAIR_MINIMUM
    )
    save_cover(by=by, unit=unit, rows=[row])


def _shift(plan: ShiftPlan, unit: Unit, position: int) -> ShiftType:
    return ShiftType(
        unit=unit,
        code=plan.code,
        name=plan.name,
        key=plan.key,
        starts_at=dt.time(plan.starts_at),
        minutes=plan.hours * 60,
        is_night=plan.is_night,
        counting_factor=Decimal(plan.counting_factor),
        colour=plan.colour,
        position=position,
    )
