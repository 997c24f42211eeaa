"""The way to the first roster: for the administrator, then for each leader."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from lianfang.home.setup import setup_steps, squadron_states
from lianfang.home.squadron_setup import Prepared, squadron_steps
from patrols.models import Roster, ShiftType, WorkingTimeLimits
from patrols.services.usual_shifts import SETS, set_up_usual_shifts
from teams.models import CalendarDay, User
from teams.scope import row_scope
from tests.conftest import County
from tests.factories import make_beat, make_cover, make_member, make_roster, make_shift_type, make_user

ClientOf = Callable[[User], Client]
TODAY = timezone.localdate()


def done(user: User, day: dt.date = TODAY) -> list[bool]:
    return [step.is_done for step in setup_steps(user, day, squadron_states(user, day))]


def test_admin_of_an_empty_installation_begins_with_the_units(db: None, client_of: ClientOf) -> None:
    admin = make_user("first_admin", "system_admin", None)
    assert not any(done(admin))
    page = client_of(admin).get("/").content.decode()
    assert "/units/quick-start/" in page
    assert "/accounts/leaders/" not in page, "accounts come after the units"


def test_admin_step_vanishes_when_it_is_done(
    county: County, system_admin: User, leader: User, outsider: User, client_of: ClientOf
) -> None:
    response = client_of(system_admin).get("/")
    still_open = [number for number, _step in response.context["steps"].open]
    assert 1 not in still_open
    assert 2 not in still_open, "both squadrons have leaders"
    assert {3, 4} <= set(still_open), "brigade, office, security and audit administrators are missing"


def test_admin_is_asked_for_the_next_years_calendar_once_it_is_out(system_admin: User) -> None:
    assert len(done(system_admin, dt.date(2026, 10, 31))) + 1 == len(done(system_admin, dt.date(2026, 11, 1)))


@pytest.mark.usefixtures("leader", "outsider", "brigade_staff", "reviewer", "security_admin", "audit_admin")
def test_admin_with_everything_done_sees_no_step(county: County, system_admin: User, client_of: ClientOf) -> None:
    for year in (TODAY.year, TODAY.year + 1):
        CalendarDay.objects.create(date=dt.date(year, 10, 1), kind="holiday")
    for squadron in (county.squadron, county.other_squadron):
        make_cover(make_beat(squadron), make_shift_type(squadron))
        make_member(squadron)
        Roster.objects.filter(pk=make_roster(squadron, TODAY, TODAY).pk).update(status="published", version=1)
    assert client_of(system_admin).get("/").context["steps"].open == []


def test_leader_of_a_new_squadron_is_led_from_shifts_to_the_roster(
    county: County, leader: User, client_of: ClientOf
) -> None:
    client = client_of(leader)
    assert [number for number, _s in client.get("/").context["steps"].open] == [1, 2, 3, 4, 5, 6]
    assert client.post(f"/shifts/usual/{county.squadron.pk}/three/").status_code == 302
    assert [number for number, _s in client.get("/").context["steps"].open] == [2, 3, 4, 5, 6]
    shift = ShiftType.objects.filter(unit=county.squadron).first()
    assert shift is not None
    make_cover(make_beat(county.squadron), shift)
    make_member(county.group)
    assert [number for number, _s in client.get("/").context["steps"].open] == [6]
    make_roster(county.squadron, TODAY, TODAY)
    assert client.get("/").context["steps"].open == []
    assert "steps-title" not in client.get("/").content.decode()


def test_usual_shifts_cover_the_day_and_are_set_up_once(county: County, leader: User, client_of: ClientOf) -> None:
    client = client_of(leader)
    for _n in range(2):
        client.post(f"/shifts/usual/{county.squadron.pk}/three/")
    rows = ShiftType.objects.filter(unit=county.squadron)
    assert [(row.code, row.starts_at.hour, row.minutes) for row in rows] == [
        ("早", 6, 480),
        ("中", 14, 480),
        ("夜", 22, 480),
        ("备", 18, 480),
    ]
    assert [row.is_night for row in rows] == [False, False, True, False]


@pytest.mark.parametrize("kind", list(SETS))
def test_each_set_of_shift_types_keeps_the_laws_hours_a_day(county: County, kind: str) -> None:
    most = WorkingTimeLimits().hours_a_day
    rows = set_up_usual_shifts(by=None, unit=county.squadron, kind=kind)
    assert all(row.counted_hours <= most for row in rows)
    assert all(row.is_night == (row.starts_at.hour >= 20) for row in rows)


def test_unknown_set_of_shift_types_sets_up_nothing(county: County, leader: User, client_of: ClientOf) -> None:
    client_of(leader).post(f"/shifts/usual/{county.squadron.pk}/four/")
    assert not ShiftType.objects.exists()


def test_admin_sees_how_far_each_squadron_is(
    county: County, system_admin: User, leader: User, client_of: ClientOf
) -> None:
    make_cover(make_beat(county.squadron), make_shift_type(county.squadron))
    make_member(county.group)
    with row_scope(system_admin):
        here, other = squadron_states(system_admin, TODAY)
    assert (here.leaders, here.prepared, here.members) == (["周队长"], Prepared(1, 1, 1), 1)
    assert (other.leaders, other.prepared, other.members, other.published_until) == ([], Prepared(0, 0, 0), 0, None)
    page = client_of(system_admin).get("/").content.decode()
    assert "城南派出所中队" in page
    assert squadron_states(leader, TODAY) == [], "it is the administrator's"


def test_steps_are_for_whoever_makes_the_rosters(county: County, group_leader: User, officer: User) -> None:
    assert squadron_steps(group_leader, county.group, TODAY) == []
    assert squadron_steps(officer, county.squadron, TODAY) == []
