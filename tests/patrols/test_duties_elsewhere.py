"""A member who also serves in another squadron: that roster is hidden from this leader, but it asks for rest."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from patrols.models import Roster, ShiftType
from patrols.services import rostering
from personnel.models import Engagement, Member
from teams.models import User
from teams.scope import row_scope
from tests.conftest import County
from tests.factories import make_duty, make_member, make_roster, make_shift_type

FIRST, LAST = dt.date(2026, 12, 1), dt.date(2026, 12, 31)


@pytest.fixture
def roster(county: County) -> Roster:
    return make_roster(county.squadron, FIRST, LAST)


@pytest.fixture
def early(county: County) -> ShiftType:
    """08:00–16:00."""
    return make_shift_type(county.squadron, "早", starts_at=dt.time(8))


@pytest.fixture
def lent(county: County, roster: Roster) -> Member:
    """Works 16:00–24:00 on 9 December for the other squadron, whose roster is published."""
    member = make_member(county.group, "张建国")
    other = make_roster(county.other_squadron, FIRST, LAST)
    late = make_shift_type(county.other_squadron, "中", starts_at=dt.time(16))
    duty = make_duty(other, member, dt.date(2026, 12, 9), late)
    duty.engagement = Engagement.objects.create(member=member, kind="duty", starts=duty.starts, ends=duty.ends)
    duty.save()
    Roster.objects.filter(pk=other.pk).update(status="published")
    return member


@pytest.mark.parametrize(
    ("day", "reason"),
    [(8, None), (9, "rest_elsewhere"), (10, "rest_elsewhere"), (11, None)],
)
def test_rest_is_kept_around_a_duty_that_the_leader_cannot_see(
    roster: Roster, early: ShiftType, lent: Member, leader: User, day: int, reason: str | None
) -> None:
    make_duty(roster, lent, dt.date(2026, 12, day), early)
    with row_scope(leader):
        sheet = rostering.sheet(roster)
        assert [item.params["reason"] for item in sheet.violations] == ([reason] if reason else [])


def test_overlap_with_a_duty_elsewhere_is_found(roster: Roster, lent: Member, leader: User, county: County) -> None:
    long = make_shift_type(county.squadron, "长", starts_at=dt.time(12), minutes=600)
    make_duty(roster, lent, dt.date(2026, 12, 9), long)
    with row_scope(leader):
        found = rostering.sheet(roster).findings()
    assert [finding.code for finding in found] == ["absence"]


def test_hours_elsewhere_count_toward_the_month(roster: Roster, lent: Member) -> None:
    problem = rostering.build_problem(roster)
    month = next(limit for limit in problem.limits if getattr(limit, "span", "") == "month")
    assert month.already[str(lent.pk)] == 8 * 60  # type: ignore[attr-defined]


def test_border_duty_elsewhere_asks_for_rest_on_the_first_day(
    roster: Roster, early: ShiftType, county: County, leader: User
) -> None:
    member = make_member(county.group, "李伟")
    ends = timezone.make_aware(dt.datetime(2026, 12, 1))
    Engagement.objects.create(member=member, kind="duty", starts=ends - dt.timedelta(hours=8), ends=ends)
    make_duty(roster, member, FIRST, early)
    with row_scope(leader):
        assert [item.params["reason"] for item in rostering.sheet(roster).violations] == ["rest_elsewhere"]
