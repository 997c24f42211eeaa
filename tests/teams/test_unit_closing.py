"""A unit closes when nobody serves in it and no duty is left; the administrator who closes it sees neither."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.apps import apps
from django.test import Client
from django.utils import timezone

from lianfang.platform.problems import Refused
from teams.models import Unit, User
from teams.services.units import close_unit, move_unit
from tests.conftest import County
from tests.factories import make_duty, make_member, make_roster, make_shift_type

TODAY = timezone.localdate()
MONTH_END = TODAY + dt.timedelta(days=30)


def reasons(unit: Unit, on: dt.date = TODAY) -> list[str]:
    with pytest.raises(Refused) as refused:
        close_unit(by=None, unit=unit, on=on)
    return [problem.code for problem in refused.value.problems]


def test_unit_with_members_stays_open(county: County) -> None:
    member = make_member(county.group)
    assert reasons(county.group) == ["members_remain"]
    type(member).objects.filter(pk=member.pk).update(status="suspended")
    assert reasons(county.group) == ["members_remain"], "a suspended member has to go somewhere too"
    type(member).objects.filter(pk=member.pk).update(status="left", left_on=TODAY)
    assert close_unit(by=None, unit=county.group, on=TODAY).closed_on == TODAY


def test_squadron_with_duties_to_come_stays_open(county: County) -> None:
    roster = make_roster(county.other_squadron, TODAY, MONTH_END)
    member = make_member(county.group)
    make_duty(roster, member, TODAY + dt.timedelta(days=3), make_shift_type(county.other_squadron))
    close_unit(by=None, unit=county.other_group, on=TODAY)
    assert reasons(county.other_squadron) == ["rosters_open"]
    assert close_unit(by=None, unit=county.other_squadron, on=TODAY + dt.timedelta(days=4)).closed_on


def test_admin_hears_why_a_unit_stays_open(
    county: County, system_admin: User, client_of: Callable[[User], Client]
) -> None:
    make_member(county.group)
    group = county.group
    form = {"parent": county.squadron.pk, "name": group.name, "short_name": "", "code": group.code}
    response = client_of(system_admin).post(
        f"/admin/teams/unit/{group.pk}/change/", form | {"closed_on": TODAY.isoformat()}
    )
    assert response.status_code == 200, "row-level security hides the member from the administrator, not from the rule"
    assert "closed_on" in response.context["adminform"].form.errors
    assert Unit.objects.get(pk=group.pk).closed_on is None


def test_unit_moved_keeps_its_past(county: County, system_admin: User) -> None:
    before = Unit.objects.get(pk=county.group.pk).path
    move_unit(by=system_admin, unit=county.group, parent=county.other_squadron)
    events = apps.get_model("teams", "UnitEvent").objects.filter(pgh_obj_id=county.group.pk).order_by("pgh_id")
    assert events.first().path == before
    assert events.last().path == Unit.objects.get(pk=county.group.pk).path != before
    assert events.last().pgh_context.metadata["name"] == system_admin.username
