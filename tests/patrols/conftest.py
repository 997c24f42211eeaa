"""A station to roster: three shifts, one beat with cover, a draft for December 2026."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pytest

from patrols.models import Beat, Roster, ShiftType
from personnel.models import Member
from tests.conftest import County
from tests.factories import make_beat, make_cover, make_member, make_roster, make_shift_type

DECEMBER = (dt.date(2026, 12, 1), dt.date(2026, 12, 31))


@dataclass
class Station:
    """早 08–16, 中 16–24, 夜 00–08, each 1 (ideal 2) on one beat; two members in two crews."""

    roster: Roster
    early: ShiftType
    late: ShiftType
    night: ShiftType
    beat: Beat
    zhang: Member
    li: Member


@pytest.fixture
def station(county: County) -> Station:
    unit = county.squadron
    early = make_shift_type(unit, "早", starts_at=dt.time(8), key="z", position=1)
    late = make_shift_type(unit, "中", starts_at=dt.time(16), key="x", colour="green", position=2)
    night = make_shift_type(
        unit, "夜", starts_at=dt.time(22), minutes=600, key="c", is_night=True, colour="indigo", position=3
    )
    beat = make_beat(unit, "文化路夜巡线")
    for shift in (early, late, night):
        make_cover(beat, shift, minimum=1, ideal=2)
    return Station(
        roster=make_roster(unit, *DECEMBER),
        early=early,
        late=late,
        night=night,
        beat=beat,
        zhang=make_member(county.group, "张建国", position="班长"),
        li=make_member(county.second_group, "李伟"),
    )
