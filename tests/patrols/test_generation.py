"""Generation: what the engine is told, what it gives back, who may ask for it."""

from __future__ import annotations

import datetime as dt
import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from patrols.models import Duty, Roster, ShiftType
from personnel.models import Member
from tests.conftest import County
from tests.factories import make_beat, make_cover, make_member, make_roster, make_shift_type

FIRST, LAST = dt.date(2026, 12, 1), dt.date(2026, 12, 31)


@pytest.fixture
def early(county: County) -> ShiftType:
    return make_shift_type(county.squadron, "早", starts_at=dt.time(8))


@pytest.fixture
def late(county: County) -> ShiftType:
    return make_shift_type(county.squadron, "中", starts_at=dt.time(16))


@pytest.fixture
def night(county: County) -> ShiftType:
    return make_shift_type(county.squadron, "夜", starts_at=dt.time(0), is_night=True)


@pytest.fixture
def crew(county: County) -> list[Member]:
    names = ["张建国", "李伟", "王磊", "赵鹏", "刘洋", "陈涛", "杨帆", "周杰"]
    return [make_member(county.group, name) for name in names]


@pytest.fixture
def roster(county: County, crew: list[Member], early: ShiftType, late: ShiftType, night: ShiftType) -> Roster:
    """December 2026, eight people, one beat that wants one of them in each shift of each day."""
    beat = make_beat(county.squadron)
    for shift in (early, late, night):
        make_cover(beat, shift)
    return make_roster(county.squadron, FIRST, LAST)


def run_command(**options: Any) -> dict[str, Any]:
    out = StringIO()
    call_command("generate_roster", unit="990100110000", month="2026-12", seconds=3.0, stdout=out, **options)
    return json.loads(out.getvalue())


def test_command_prints_one_object_and_fills_the_roster(roster: Roster) -> None:
    printed = run_command()
    assert list(printed) == ["status", "hard_violations", "uncovered", "objective", "bound", "seconds"]
    assert printed["hard_violations"] == 0
    assert printed["uncovered"] == 0
    assert Duty.objects.filter(roster=roster).count() == 3 * 31
