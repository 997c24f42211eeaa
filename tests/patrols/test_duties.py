"""Cells set by hand: what is saved, refused, and told to the second of two leaders."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from lianfang.platform.problems import Refused
from patrols.models import Duty
from patrols.services import duties, rosters
from patrols.services.copies import copy_last
from patrols.services.duties import NO_BEAT, CellChange, mark_of
from tests.factories import make_absence, make_beat, make_cover, make_duty, make_member, make_roster, make_user

pytestmark = pytest.mark.django_db


def day(number: int) -> dt.date:
    return dt.date(2026, 12, number)


def set_one(station, by, *args, **kwargs):
    result = duties.set_cells(by=by, roster=station.roster, changes=[CellChange(*args, **kwargs)])
    return result.cells[0]


def test_set_cell_writes_shift_times_beat_and_marks_it_fixed(station, leader):
    outcome = set_one(station, leader, station.zhang.pk, day(5), "夜", expected="")
    duty = Duty.objects.get()
    assert outcome.status == "saved"
    assert outcome.mark == mark_of(duty) == f"{station.night.pk}.{station.beat.pk}"
    assert (duty.member, duty.day, duty.is_fixed, duty.origin) == (station.zhang, day(5), True, "hand")
    assert timezone.make_naive(duty.ends) == dt.datetime(2026, 12, 6, 8)
    assert duty.unit == station.zhang.unit


def test_set_cell_chooses_the_beat_that_lacks_most_people(station, leader):
    square = make_beat(station.roster.unit, "广场", position=9)
    make_cover(square, station.early, minimum=2, ideal=2)
    set_one(station, leader, station.zhang.pk, day(5), "早")
    set_one(station, leader, station.li.pk, day(5), "早")
    chosen = dict(Duty.objects.values_list("member_id", "beat__name"))
    assert chosen[station.zhang.pk] == "广场"  # two are missing there, one on the street
    assert Duty.objects.filter(beat=station.beat).count() + Duty.objects.filter(beat=square).count() == 2


def test_set_cell_without_an_open_need_has_no_beat(station, leader, county):
    for name in ("甲", "乙"):
        set_one(station, leader, make_member(county.group, name).pk, day(5), "早")
    outcome = set_one(station, leader, station.zhang.pk, day(5), "早")
    assert outcome.mark == f"{station.early.pk}.0"


def test_set_cell_with_an_explicit_beat_or_none(station, leader):
    square = make_beat(station.roster.unit, "广场")
    make_cover(square, station.early)
    set_one(station, leader, station.zhang.pk, day(5), "早", square.pk)
    set_one(station, leader, station.li.pk, day(5), "早", NO_BEAT)
    assert dict(Duty.objects.values_list("member_id", "beat_id")) == {station.zhang.pk: square.pk, station.li.pk: None}


def test_second_leader_on_one_cell_is_told_and_nothing_is_overwritten(station, leader, county):
    deputy = make_user("deputy", "leader", county.squadron)
    assert set_one(station, leader, station.zhang.pk, day(5), "早", expected="").status == "saved"
    outcome = set_one(station, deputy, station.zhang.pk, day(5), "夜", expected="")
    assert outcome.status == "conflict"
    assert "早" in outcome.message
    assert outcome.mark == f"{station.early.pk}.{station.beat.pk}"
    assert Duty.objects.get().shift_type == station.early


def test_conflict_in_one_cell_lets_the_others_of_the_batch_through(station, leader):
    make_duty(station.roster, station.zhang, day(5), station.early)
    changes = [CellChange(station.zhang.pk, day(n), "中", expected="") for n in (5, 6)]
    result = duties.set_cells(by=leader, roster=station.roster, changes=changes)
    assert [cell.status for cell in result.cells] == ["conflict", "saved"]
    assert set(Duty.objects.values_list("day", "shift_type__code")) == {(day(5), "早"), (day(6), "中")}


def test_clearing_a_cell_removes_the_duty(station, leader):
    make_duty(station.roster, station.zhang, day(5), station.early)
    assert set_one(station, leader, station.zhang.pk, day(5), None).status == "saved"
    assert not Duty.objects.exists()


def test_same_cell_twice_in_one_batch_ends_as_the_last_says(station, leader):
    first = CellChange(station.zhang.pk, day(5), "早", expected="")
    second = CellChange(station.zhang.pk, day(5), None)
    third = CellChange(station.zhang.pk, day(5), "夜")
    duties.set_cells(by=leader, roster=station.roster, changes=[first, second, third])
    assert Duty.objects.get().shift_type == station.night


def test_duty_in_an_absence_is_refused_in_the_cell(station, leader):
    start = timezone.make_aware(dt.datetime(2026, 12, 5))
    make_absence(station.zhang, start, start + dt.timedelta(days=2))
    outcome = set_one(station, leader, station.zhang.pk, day(6), "早")
    assert outcome.status == "refused"
    assert "张建国" in outcome.message
    assert not Duty.objects.exists()


def test_duty_without_certificate_is_refused_in_the_cell(station, leader, county):
    novice = make_member(county.group, "新人", certified=False)
    outcome = set_one(station, leader, novice.pk, day(5), "早")
    assert (outcome.status, Duty.objects.count()) == ("refused", 0)
    assert "新人" in outcome.message


@pytest.mark.parametrize("code", ["晚", "", "早早"])
def test_unknown_shift_code_is_refused_in_the_cell(station, leader, code):
    assert set_one(station, leader, station.zhang.pk, day(5), code).status == "refused"


def test_member_of_another_squadron_is_refused_in_the_cell(station, leader, foreign_member):
    assert set_one(station, leader, foreign_member.pk, day(5), "早").status == "refused"
    assert not Duty.objects.exists()


def test_day_outside_the_roster_is_refused_in_the_cell(station, leader):
    outcome = set_one(station, leader, station.zhang.pk, dt.date(2027, 1, 1), "早")
    assert outcome.status == "refused"


def test_broken_rest_is_saved_and_reported_at_once(station, leader):
    set_one(station, leader, station.zhang.pk, day(5), "中")
    result = duties.set_cells(by=leader, roster=station.roster, changes=[CellChange(station.zhang.pk, day(6), "早")])
    assert [(f.code, f.member_id, f.days) for f in result.findings] == [("rest", station.zhang.pk, (day(5), day(6)))]


def test_cover_follows_the_changed_cell(station, leader):
    make_duty(station.roster, station.li, day(5), station.early, beat=station.beat)
    result = duties.set_cells(by=leader, roster=station.roster, changes=[CellChange(station.zhang.pk, day(5), "早")])
    assert {need.day for need in result.cover} == {day(5)}
    need = next(n for n in result.cover if n.shift_type_id == station.early.pk)
    assert (need.have, need.minimum, need.ideal) == (2, 1, 2)  # the others' duties count too


def test_published_roster_takes_no_cell(station, leader):
    make_duty(station.roster, station.zhang, day(1), station.early)
    rosters.publish(by=leader, roster=station.roster)
    with pytest.raises(Refused):
        set_one(station, leader, station.zhang.pk, day(5), "早")


def test_hundred_cells_take_as_few_queries_as_one(station, leader, county, django_assert_max_num_queries):
    crew = [make_member(county.group, f"队员{n}") for n in range(4)]
    changes = [CellChange(m.pk, day(n), "早") for m in crew for n in range(1, 26)]
    with django_assert_max_num_queries(30):
        result = duties.set_cells(by=leader, roster=station.roster, changes=changes)
    assert {cell.status for cell in result.cells} == {"saved"}
    assert Duty.objects.count() == 100


# --- last month's pattern ------------------------------------------


def test_copy_last_month_keeps_weekdays_and_set_cells(station, leader, county):
    november = make_roster(county.squadron, dt.date(2026, 11, 1), dt.date(2026, 11, 30))
    make_duty(november, station.zhang, dt.date(2026, 11, 3), station.early, beat=station.beat)  # a Tuesday
    make_duty(november, station.li, dt.date(2026, 11, 4), station.late)
    make_duty(station.roster, station.li, day(2), station.night)
    assert copy_last(by=leader, roster=station.roster) == 3
    copied = set(station.roster.duties.filter(origin="copied").values_list("member__name", "day", "shift_type__code"))
    # Four weeks later, and four weeks after that, where the span reaches so far; 李伟's own 2 December stays.
    assert copied == {("张建国", day(1), "早"), ("张建国", day(29), "早"), ("李伟", day(30), "中")}
    assert not station.roster.duties.filter(origin="copied", is_fixed=True).exists()


def test_copy_last_month_leaves_out_absences(station, leader, county):
    november = make_roster(county.squadron, dt.date(2026, 11, 1), dt.date(2026, 11, 30))
    make_duty(november, station.zhang, dt.date(2026, 11, 3), station.early)
    start = timezone.make_aware(dt.datetime(2026, 12, 1))
    make_absence(station.zhang, start, start + dt.timedelta(days=1))
    assert copy_last(by=leader, roster=station.roster) == 1
    assert station.roster.duties.get().day == day(29)


def test_copy_without_a_last_month_is_refused(station, leader):
    with pytest.raises(Refused):
        copy_last(by=leader, roster=station.roster)
