"""A member who also serves in another squadron: that roster is hidden from this leader, but it asks for rest."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from django.utils.translation import override

from patrols import rostering as engine
from patrols.models import Roster, ShiftType, WorkingTimeLimits
from patrols.services import duties, rostering
from personnel.models import Engagement, Member
from teams.models import User
from teams.scope import row_scope
from tests.conftest import County
from tests.factories import make_beat, make_cover, make_duty, make_member, make_roster, make_shift_type

FIRST, LAST = dt.date(2026, 12, 1), dt.date(2026, 12, 31)


@pytest.fixture
def roster(county: County) -> Roster:
    return make_roster(county.squadron, FIRST, LAST)


@pytest.fixture
def early(county: County) -> ShiftType:
    """08:00–16:00."""
    return make_shift_type(county.squadron, "早", starts_at=dt.time(8))


@pytest.fixture
def other(county: County) -> Roster:
    """The other squadron's roster, published."""
    roster = make_roster(county.other_squadron, FIRST, LAST)
    make_shift_type(county.other_squadron, "中", starts_at=dt.time(16))
    make_shift_type(county.other_squadron, "备", starts_at=dt.time(16), counting_factor="0.5")
    return roster


@pytest.fixture
def lent(county: County, roster: Roster, other: Roster) -> Member:
    """Works 16:00–24:00 on 9 December for the other squadron."""
    member = make_member(county.group, "张建国")
    lend(other, member, "中", 9)
    return member


def lend(other: Roster, member: Member, code: str, *days: int) -> None:
    """Published duties in the other roster, which take the member's time."""
    Roster.objects.filter(pk=other.pk).update(status="draft")
    shift = ShiftType.objects.get(unit=other.unit, code=code)
    for day in days:
        duty = make_duty(other, member, dt.date(2026, 12, day), shift)
        duty.engagement = Engagement.objects.create(member=member, kind="duty", starts=duty.starts, ends=duty.ends)
        duty.save()
    Roster.objects.filter(pk=other.pk).update(status="published")


def work(roster: Roster, member: Member, shift: ShiftType, *days: int) -> None:
    for day in days:
        make_duty(roster, member, dt.date(2026, 12, day), shift)


def found(roster: Roster, reader: User) -> list[str]:
    with row_scope(reader):
        return [finding.code for finding in rostering.sheet(roster).findings()]


@pytest.mark.parametrize(("day", "codes"), [(8, []), (9, ["hours_day", "rest"]), (10, ["rest"]), (11, [])])
def test_rest_is_kept_around_a_duty_that_the_leader_cannot_see(
    roster: Roster, early: ShiftType, lent: Member, leader: User, day: int, codes: list[str]
) -> None:
    work(roster, lent, early, day)
    assert found(roster, leader) == codes


def test_lack_of_rest_names_the_duty_elsewhere(roster: Roster, early: ShiftType, lent: Member, leader: User) -> None:
    work(roster, lent, early, 10)
    with row_scope(leader), override("en"):
        message = rostering.sheet(roster).findings()[0].message
    assert "duty in another squadron of 9 December ends at 24:00" in message


def test_cell_at_the_time_of_a_duty_elsewhere_is_refused(
    roster: Roster, lent: Member, leader: User, county: County
) -> None:
    make_shift_type(county.squadron, "长", starts_at=dt.time(12), minutes=600)
    change = duties.CellChange(member_id=lent.pk, day=dt.date(2026, 12, 9), shift_code="长")
    with row_scope(leader), override("en"):
        cell = duties.set_cells(by=leader, roster=roster, changes=[change]).cells[0]
    assert (cell.status, cell.mark) == ("refused", "")
    assert cell.message.endswith("9 December: already on duty in another squadron from 16:00 to 24:00")


def test_hours_elsewhere_count_in_the_week_and_the_totals(
    roster: Roster, early: ShiftType, lent: Member, leader: User
) -> None:
    work(roster, lent, early, 7, 8, 11, 12, 13)
    assert found(roster, leader) == []
    WorkingTimeLimits.objects.create(unit=roster.unit, hours_a_week=40)
    assert found(roster, leader) == ["hours_week"]  # six duties of eight hours, one of them elsewhere
    with row_scope(leader):
        assert rostering.sheet(roster).totals()[lent.pk].hours == 48


def test_standby_elsewhere_counts_by_its_factor(roster: Roster, other: Roster, county: County, leader: User) -> None:
    member = make_member(county.group, "李伟")
    lend(other, member, "备", 9)
    with row_scope(leader):
        assert rostering.sheet(roster).totals()[member.pk].hours == 4


def test_run_of_days_goes_through_a_duty_elsewhere(
    roster: Roster, early: ShiftType, lent: Member, leader: User
) -> None:
    WorkingTimeLimits.objects.create(unit=roster.unit, consecutive_days=5, hours_a_week=80, rest_between_shifts=0)
    work(roster, lent, early, 7, 8, 10, 11)
    assert found(roster, leader) == []
    work(roster, lent, early, 12)
    assert found(roster, leader) == ["consecutive_days"]


def test_what_duties_elsewhere_break_alone_is_the_other_squadrons_matter(
    roster: Roster, other: Roster, lent: Member, leader: User, county: County
) -> None:
    make_shift_type(county.other_squadron, "晨", starts_at=dt.time(4))
    lend(other, lent, "晨", 10)
    assert found(roster, leader) == []


def test_border_duty_elsewhere_asks_for_rest_on_the_first_day(
    roster: Roster, early: ShiftType, county: County, leader: User
) -> None:
    member = make_member(county.group, "李伟")
    ends = timezone.make_aware(dt.datetime(2026, 12, 1))
    Engagement.objects.create(member=member, kind="duty", starts=ends - dt.timedelta(hours=8), ends=ends)
    work(roster, member, early, 1)
    assert found(roster, leader) == ["rest"]


def test_generation_keeps_the_rest_around_a_duty_elsewhere_and_writes_none_of_it(
    roster: Roster, early: ShiftType, lent: Member, leader: User, county: County
) -> None:
    make_cover(make_beat(county.squadron, "步行街"), early, minimum=1)
    with row_scope(leader):
        problem = rostering.build_problem(roster)
        result = engine.solve(problem, seconds=3)
        rostering.apply_result(by=leader, roster=roster, result=result)
        own = {duty.day.day for duty in roster.duties.all()}
        assert rostering.sheet(roster).findings() == []
    assert {8, 11} <= own
    assert not own & {9, 10}


def test_second_duty_elsewhere_on_a_day_is_time_that_generation_leaves_alone(
    roster: Roster, early: ShiftType, lent: Member, leader: User
) -> None:
    Engagement.objects.create(member=lent, kind="duty", starts=at(9, 1), ends=at(9, 3))
    with row_scope(leader):
        person = rostering.build_problem(roster).person[str(lent.pk)]
    assert [period.reason for period in person.unavailable] == ["duty", "rest_elsewhere", "rest_elsewhere"]


def test_second_duty_on_a_border_day_is_time_that_generation_leaves_alone(
    roster: Roster, lent: Member, leader: User
) -> None:
    ends = timezone.make_aware(dt.datetime(2026, 12, 1))
    for hours in (20, 6):
        starts = ends - dt.timedelta(hours=hours)
        Engagement.objects.create(member=lent, kind="duty", starts=starts, ends=starts + dt.timedelta(hours=6))
    with row_scope(leader):
        problem = rostering.build_problem(roster)
        judged = rostering.build_problem(roster, with_fixed=False)
    assert len([duty for duty in problem.outside if duty.person == str(lent.pk)]) == 1
    periods = problem.person[str(lent.pk)].unavailable
    assert [period.reason for period in periods] == ["duty", "rest_elsewhere", "rest_elsewhere"]
    assert len([duty for duty in judged.outside if duty.person == str(lent.pk)]) == 2


def at(day: int, hour: int) -> dt.datetime:
    return timezone.make_aware(dt.datetime(2026, 12, day, hour))
