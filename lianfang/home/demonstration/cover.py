"""Shift types, beats and cover of each squadron."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from lianfang.home.demonstration.layout import SHIFTS, Post, ShiftPlan, SquadronPlan
from patrols.models import Beat, BeatKind, CoverRequirement, ShiftType
from patrols.models.cover import HolidayRule
from teams.models import Unit, User

SCHOOL_WEEK = [0, 1, 2, 3, 4]
FAIR = "城北庙会执勤点"
# Two of 24 are away and the ordinary beats want nine: fourteen here are one more than there are people.
FAIR_MINIMUM = 14


def set_up_cover(plan: SquadronPlan, unit: Unit, *, by: User | None) -> tuple[dict[str, ShiftType], dict[str, Beat]]:
    """The squadron's shift types by code and beats by name, with their cover."""
    shifts = {s.code: _shift(s, unit, n, by) for n, s in enumerate(SHIFTS)}
    beats = {name: _beat(unit, name, kind, n, by) for n, (name, kind) in enumerate(plan.beats)}
    for post in plan.posts:
        _cover(post, beats[post.beat], shifts[post.shift], by)
    return shifts, beats


def set_up_fair(unit: Unit, shift: ShiftType, day: dt.date, *, by: User | None) -> None:
    """One day next month that no roster can cover, so that the grid has an empty place to explain."""
    beat = _beat(unit, FAIR, BeatKind.POINT, 99, by)
    CoverRequirement.objects.create(
        beat=beat, shift_type=shift, first_day=day, last_day=day, minimum=FAIR_MINIMUM, ideal=FAIR_MINIMUM
    )


def _shift(plan: ShiftPlan, unit: Unit, position: int, by: User | None) -> ShiftType:
    return ShiftType.objects.create(
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


def _beat(unit: Unit, name: str, kind: str, position: int, by: User | None) -> Beat:
    return Beat.objects.create(unit=unit, name=name, kind=kind, position=position)


def _cover(post: Post, beat: Beat, shift: ShiftType, by: User | None) -> None:
    school = {"weekdays": SCHOOL_WEEK, "on_holidays": HolidayRule.NEVER} if post.on_school_days else {}
    CoverRequirement.objects.create(beat=beat, shift_type=shift, minimum=post.minimum, ideal=post.ideal, **school)
