"""The adapter between rosters and the engine: what the engine is told, and what it says in words."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from lianfang.platform.problems import Refused
from patrols import rostering as engine
from patrols.models import Roster, ShiftType, WorkingTimeLimits
from patrols.services import rostering
from personnel.models import Engagement, Member
from teams.models import CalendarDay, User
from tests.conftest import County
from tests.factories import (
    make_absence,
    make_beat,
    make_certificate,
    make_cover,
    make_duty,
    make_member,
    make_roster,
    make_shift_type,
)

FIRST, LAST = dt.date(2026, 12, 1), dt.date(2026, 12, 31)
DAY = 24 * 60


def at(day: int, hour: int = 0, month: int = 12) -> dt.datetime:
    return timezone.make_aware(dt.datetime(2026, month, day, hour))


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
def roster(county: County) -> Roster:
    return make_roster(county.squadron, FIRST, LAST)


def person(roster: Roster, member: Member) -> engine.Person:
    return rostering.build_problem(roster).person[str(member.pk)]


def limit(problem: engine.Problem, code: str, member: Member) -> Any:
    return next(x for x in problem.limits if x.name == code and x.concerns(problem.person[str(member.pk)]))


def codes(roster: Roster) -> list[str]:
    return [finding.code for finding in rostering.judge(roster)]


# --- people ----------------------------------------------------------------------------------------------------------


def test_people_are_those_of_the_squadron_who_serve(
    county: County, roster: Roster, member: Member, foreign_member: Member
) -> None:
    make_member(county.group, "离职者", status="left", left_on=dt.date(2026, 11, 30))
    make_member(county.group, "停职者", status="suspended")
    assert [p.id for p in rostering.build_problem(roster).people] == [str(member.pk)]


def test_time_before_the_hire_and_after_the_exit_is_unavailable(county: County, roster: Roster) -> None:
    new = make_member(county.group, hired_on=dt.date(2026, 12, 10))
    gone = make_member(county.group, status="left", left_on=dt.date(2026, 12, 20))
    (before,) = person(roster, new).unavailable
    (after,) = person(roster, gone).unavailable
    assert (before.end, before.reason) == (9 * DAY, "not_hired")
    assert (after.start, after.reason) == (19 * DAY, "left")


def test_leave_is_unavailable_with_its_kind(roster: Roster, member: Member) -> None:
    make_absence(member, at(14), at(19), kind="annual")
    assert person(roster, member).unavailable == (engine.Period(13 * DAY, 18 * DAY, "annual"),)


def test_duty_in_another_squadron_is_a_fixed_cell(county: County, roster: Roster, member: Member) -> None:
    Engagement.objects.create(member=member, kind="duty", starts=at(5, 8), ends=at(5, 16))
    problem = rostering.build_problem(roster)
    cell = problem.fixed[0]
    assert (cell.person, cell.day, cell.beat) == (str(member.pk), 4, None)
    assert (problem.shift[cell.shift or ""].start_minute, problem.shift[cell.shift or ""].minutes) == (8 * 60, 8 * 60)


def test_own_published_duties_are_not_in_the_way(roster: Roster, member: Member, early: ShiftType) -> None:
    taken = Engagement.objects.create(member=member, kind="duty", starts=at(5, 8), ends=at(5, 16))
    make_duty(roster, member, dt.date(2026, 12, 5), early, engagement=taken)
    assert person(roster, member).unavailable == ()


def test_suspended_member_with_duties_is_unavailable(county: County, roster: Roster, early: ShiftType) -> None:
    suspended = make_member(county.group, status="suspended")
    make_duty(roster, suspended, FIRST, early)
    assert codes(roster) == ["absence"]


def test_certificate_that_ends_within_the_month_is_told(county: County, roster: Roster) -> None:
    member = make_member(county.group, certified=False)
    make_certificate(member, valid_from=dt.date(2026, 1, 1), valid_until=dt.date(2026, 12, 15))
    (period,) = person(roster, member).certificates or ()
    assert period.end == 15 * DAY


def test_withdrawn_certificate_ends_on_the_day_before(county: County, roster: Roster) -> None:
    member = make_member(county.group, certified=False)
    make_certificate(member, withdrawn_on=dt.date(2026, 12, 10), withdrawal_reason="辞退")
    (period,) = person(roster, member).certificates or ()
    assert period.end == 9 * DAY


def test_renewed_certificate_is_one_period(county: County, roster: Roster) -> None:
    """So a night may cross from the old certificate to the new one."""
    member = make_member(county.group, certified=False)
    make_certificate(member, valid_from=dt.date(2026, 1, 1), valid_until=dt.date(2026, 12, 15))
    make_certificate(member, valid_from=dt.date(2026, 12, 16), valid_until=dt.date(2027, 12, 15))
    assert len(person(roster, member).certificates or ()) == 1


def test_gap_between_certificates_is_kept(county: County, roster: Roster) -> None:
    member = make_member(county.group, certified=False)
    make_certificate(member, valid_from=dt.date(2026, 1, 1), valid_until=dt.date(2026, 12, 10))
    make_certificate(member, valid_from=dt.date(2026, 12, 20), valid_until=dt.date(2027, 12, 15))
    first, second = person(roster, member).certificates or ()
    assert (first.end, second.start) == (10 * DAY, 19 * DAY)


# --- the border of the month ----------------------------------------------------------------------------------------


def test_rest_is_judged_across_the_border_of_the_month(
    county: County, roster: Roster, member: Member, early: ShiftType, late: ShiftType
) -> None:
    before = make_roster(county.squadron, dt.date(2026, 11, 1), dt.date(2026, 11, 30))
    make_duty(before, member, dt.date(2026, 11, 30), late)
    make_duty(roster, member, FIRST, early)
    (finding,) = rostering.judge(roster)
    assert (finding.code, finding.member_id, finding.days) == ("rest", member.pk, (FIRST,))


def test_run_of_days_crosses_the_border_of_the_month(
    county: County, roster: Roster, member: Member, early: ShiftType
) -> None:
    before = make_roster(county.squadron, dt.date(2026, 11, 1), dt.date(2026, 11, 30))
    for day in range(26, 31):
        make_duty(before, member, dt.date(2026, 11, day), early)
    for day in (1, 2):
        make_duty(roster, member, dt.date(2026, 12, day), early)
    assert "consecutive_days" in codes(roster)


def test_overtime_of_a_roster_within_a_month_counts_the_days_before(
    county: County, member: Member, early: ShiftType
) -> None:
    first = make_roster(county.squadron, FIRST, dt.date(2026, 12, 4))  # Tuesday to Friday: 4 workdays, 32 h
    for day in range(1, 5):
        make_duty(first, member, dt.date(2026, 12, day), early)
    second = make_roster(county.squadron, dt.date(2026, 12, 5), LAST)
    assert limit(rostering.build_problem(second), "hours_month", member).already == {str(member.pk): 0}
    first.duties.filter(day=FIRST).delete()
    assert limit(rostering.build_problem(second), "hours_month", member).already == {str(member.pk): -480}


# --- needs and days --------------------------------------------------------------------------------------------------


def test_needs_follow_weekday_and_calendar(county: County, roster: Roster, early: ShiftType) -> None:
    CalendarDay.objects.create(date=dt.date(2026, 12, 2), kind="holiday")
    CalendarDay.objects.create(date=dt.date(2026, 12, 5), kind="workday")
    make_cover(make_beat(county.squadron), early, weekdays=[0, 1, 2, 3, 4], on_holidays="never")
    needed = {need.day + 1 for need in rostering.build_problem(roster).needs}
    assert not needed & {2, 5, 6, 12, 13}
    assert {1, 3, 4, 7, 8, 9, 10, 11} <= needed


def test_days_follow_the_work_calendar(roster: Roster) -> None:
    CalendarDay.objects.create(date=dt.date(2026, 12, 2), kind="holiday")
    CalendarDay.objects.create(date=dt.date(2026, 12, 5), kind="workday")
    days = rostering.build_problem(roster).days
    assert (days[1].is_holiday, days[1].is_workday) == (True, False)
    assert (days[4].is_weekend, days[4].is_workday) == (False, True)
    assert (days[5].is_weekend, days[5].is_workday) == (True, False)


def test_overlapping_requirements_make_one_need_with_the_highest_figures(
    county: County, roster: Roster, early: ShiftType
) -> None:
    beat = make_beat(county.squadron)
    make_cover(beat, early, minimum=1, ideal=3)
    make_cover(beat, early, minimum=2, ideal=2, first_day=FIRST, last_day=FIRST)
    first, second, *_ = rostering.build_problem(roster).needs
    assert (first.minimum, first.ideal) == (2, 3)
    assert (second.minimum, second.ideal) == (1, 3)


def test_foreign_beats_and_resting_ones_need_nobody(county: County, roster: Roster, early: ShiftType) -> None:
    make_cover(make_beat(county.squadron, is_active=False), early)
    make_cover(make_beat(county.other_squadron), make_shift_type(county.other_squadron, "早"))
    assert rostering.build_problem(roster).needs == ()


# --- limits ----------------------------------------------------------------------------------------------------------


def test_nearest_limits_count(county: County, roster: Roster) -> None:
    mine, other = make_member(county.group), make_member(county.second_group)
    clerk = make_member(county.group, staff_category="clerical")
    WorkingTimeLimits.objects.create(unit=None, rest_between_shifts=10)
    WorkingTimeLimits.objects.create(unit=county.squadron, staff_category="clerical", rest_between_shifts=13)
    WorkingTimeLimits.objects.create(unit=county.group, rest_between_shifts=12)
    problem = rostering.build_problem(roster)
    hours = {m: limit(problem, "rest", m).minutes / 60 for m in (mine, other, clerk)}
    assert hours == {mine: 12, other: 10, clerk: 12}


def test_without_rows_the_limits_are_the_laws(roster: Roster, member: Member) -> None:
    problem = rostering.build_problem(roster)
    assert limit(problem, "hours_day", member).most == 11 * 60
    assert limit(problem, "hours_month", member).most == 36 * 60
    assert limit(problem, "weekly_rest", member).days == 1


def test_workdays_of_leave_count_as_worked(roster: Roster, member: Member) -> None:
    make_absence(member, at(12), at(16))  # Saturday to Tuesday: two workdays
    assert limit(rostering.build_problem(roster), "hours_month", member).already == {str(member.pk): 960}


# --- fair shares -----------------------------------------------------------------------------------------------------


def test_history_counts_published_duties_of_twelve_months(county: County, roster: Roster, night: ShiftType) -> None:
    busy, idle = make_member(county.group), make_member(county.group)
    CalendarDay.objects.create(date=dt.date(2026, 10, 1), kind="holiday")
    past = make_roster(county.squadron, dt.date(2026, 10, 1), dt.date(2026, 10, 31))
    for day in (1, 3):  # a holiday, and a Saturday
        make_duty(past, busy, dt.date(2026, 10, day), night)
    Roster.objects.filter(pk=past.pk).update(status="closed")
    problem = rostering.build_problem(roster, with_fairness=True)
    assert problem.person[str(busy.pk)].history == engine.History(2, 1, 1, 960)
    assert problem.person[str(idle.pk)].history == engine.History()


def test_newcomer_is_taken_to_have_carried_the_average(county: County, roster: Roster, night: ShiftType) -> None:
    old, new = make_member(county.group), make_member(county.group, hired_on=dt.date(2026, 11, 30))
    past = make_roster(county.squadron, dt.date(2026, 11, 1), dt.date(2026, 11, 30))
    for day in range(1, 21, 2):
        make_duty(past, old, dt.date(2026, 11, day), night)
    Roster.objects.filter(pk=past.pk).update(status="closed")
    histories = {p.id: p.history for p in rostering.build_problem(roster, with_fairness=True).people}
    assert histories[str(old.pk)].nights == 10
    assert histories[str(new.pk)].nights == 9


# --- cost ------------------------------------------------------------------------------------------------------------


def test_queries_do_not_grow_with_people(county: County, roster: Roster, early: ShiftType) -> None:
    make_cover(make_beat(county.squadron), early)

    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            whole = rostering.sheet(Roster.objects.select_related("unit").get(pk=roster.pk))
            whole.findings(), whole.cover(), whole.totals(), whole.absences
            rostering.build_problem(roster, with_fairness=True)
        return len(queries)

    for number in range(2):
        make_duty(roster, make_member(county.group), FIRST + dt.timedelta(days=number), early)
    few = count()
    for number in range(15):
        member = make_member(county.group, f"队员{number}")
        make_duty(roster, member, FIRST + dt.timedelta(days=number), early)
        make_absence(member, at(25), at(27))
    assert count() == few


# --- words -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def too_close(roster: Roster, member: Member, late: ShiftType, night: ShiftType) -> rostering.Sheet:
    """18 December 16:00–24:00, then 19 December from 0:00."""
    make_duty(roster, member, dt.date(2026, 12, 18), late)
    make_duty(roster, member, dt.date(2026, 12, 19), night)
    return rostering.sheet(roster)


def test_lack_of_rest_names_both_shifts_in_english(too_close: rostering.Sheet) -> None:
    with translation.override("en"):
        (finding,) = [f for f in too_close.findings() if f.code == "rest"]
    assert finding.message == ("李伟: 中班 of 18 December ends at 24:00, less than 11 h of rest before 夜班 at 0:00")
    assert finding.days == (dt.date(2026, 12, 18), dt.date(2026, 12, 19))


def test_each_limit_has_a_sentence(roster: Roster, member: Member, early: ShiftType) -> None:
    problem = rostering.build_problem(roster)
    samples = {
        "overlap": ((0, 1), {"minutes": 30}),
        "rest": ((0, 1), {"rest": 480, "least": 660}),
        "hours_day": ((0,), {"minutes": 720, "most": 660}),
        "hours_week": ((0, 6), {"minutes": 3700, "most": 3600}),
        "hours_month": ((0, 30), {"minutes": 13300, "most": 13200}),
        "consecutive_days": ((0, 1, 2), {"length": 7, "most": 6}),
        "consecutive_nights": ((0, 1, 2), {"length": 5, "most": 4}),
        "weekly_rest": ((0, 6), {"free": 0, "least": 1}),
        "absence": ((0,), {"reason": "annual"}),
        "certificate": ((0,), {}),
        "at_work": ((0,), {"shift": str(early.pk)}),
        "fixed": ((0,), {"shift": None}),
        "pairs": ((0,), {"have": 1, "least": 2}),
    }
    violations = [engine.Violation(code, str(member.pk), days, params) for code, (days, params) in samples.items()]
    with translation.override("en"):
        found = rostering.sentences(problem, violations)
    assert [item.code for item in found] == list(samples)
    for item in found:
        assert str(item).startswith("李伟: ")
        assert "limit “" not in str(item), item.code
        assert "%(" not in str(item)


def test_sentences_know_every_limit_of_a_roster(roster: Roster, member: Member) -> None:
    from patrols.services.rostering.sentences import PHRASES

    assert {item.name for item in rostering.build_problem(roster).limits} <= set(PHRASES)


# --- the sheet -------------------------------------------------------------------------------------------------------


def test_totals_count_hours_nights_weekends_and_overtime(
    county: County, roster: Roster, member: Member, night: ShiftType
) -> None:
    for day in (4, 5):  # Friday, Saturday
        make_duty(roster, member, dt.date(2026, 12, day), night)
    total = rostering.sheet(roster).totals()[member.pk]
    assert (total.hours, total.nights, total.weekends, total.duties) == (16, 2, 1, 2)
    assert (total.standard_minutes, total.overtime_minutes) == (23 * 480, 0)


def test_cover_counts_those_who_serve_a_need(county: County, roster: Roster, member: Member, early: ShiftType) -> None:
    beat = make_beat(county.squadron)
    make_cover(beat, early, minimum=1, ideal=2)
    make_duty(roster, member, FIRST, early, beat=beat)
    sheet = rostering.sheet(roster)
    first, second, *_ = sheet.cover()
    assert (first.have, first.missing, first.state) == (1, 0, "thin")
    assert (second.have, second.missing, second.state) == (0, 1, "short")
    assert sheet.uncovered == 30


def test_changed_cell_is_judged_without_a_query(
    too_close: rostering.Sheet, member: Member, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0):
        mended = too_close.with_cell(member.pk, dt.date(2026, 12, 19), None)
        assert not mended.findings_of([member.pk])
        assert too_close.findings_of([member.pk])


def test_candidates_come_ranked_with_reasons(
    county: County, roster: Roster, member: Member, late: ShiftType, night: ShiftType
) -> None:
    beat = make_beat(county.squadron)
    make_cover(beat, night)
    free = make_member(county.group, "何军")
    make_duty(roster, member, dt.date(2026, 12, 18), late)
    with translation.override("en"):
        best, worst = rostering.sheet(roster).candidates(beat.pk, night.pk, dt.date(2026, 12, 19))
    assert (best.member_id, best.can, best.reason) == (free.pk, True, "0 nights so far, the fewest")
    assert (worst.member_id, worst.can) == (member.pk, False)
    assert "less than 11 h of rest" in worst.reason


def test_absences_are_told_by_day(roster: Roster, member: Member) -> None:
    make_absence(member, at(14), at(16))
    days = rostering.sheet(roster).absences
    assert days == {
        (member.pk, dt.date(2026, 12, 14)): "annual",
        (member.pk, dt.date(2026, 12, 15)): "annual",
    }


# --- the result ------------------------------------------------------------------------------------------------------


def result_of(roster: Roster, *placed: engine.Assignment) -> engine.Result:
    return engine.Result("feasible", tuple(placed), 10, 5, 0, 0, 1.5)


def test_result_replaces_all_but_fixed_duties(
    roster: Roster, member: Member, early: ShiftType, late: ShiftType
) -> None:
    make_duty(roster, member, FIRST, early, is_fixed=True)
    make_duty(roster, member, dt.date(2026, 12, 3), early)
    new = [engine.Assignment(str(member.pk), day, str(late.pk)) for day in (0, 4)]
    facts = rostering.apply_result(by=None, roster=roster, result=result_of(roster, *new))
    cells = {(duty.day.day, duty.shift_type, duty.origin) for duty in roster.duties.all()}
    assert cells == {(1, early, "hand"), (5, late, "generated")}
    roster.refresh_from_db()
    assert roster.generation == facts
    assert (facts["status"], facts["objective"], facts["bound"]) == ("feasible", 10, 5)


def test_result_leaves_what_was_changed_meanwhile(
    roster: Roster, member: Member, early: ShiftType, late: ShiftType
) -> None:
    emptied = make_duty(roster, member, dt.date(2026, 12, 3), early)
    since = rostering.snapshot(roster)
    emptied.delete()
    make_duty(roster, member, dt.date(2026, 12, 7), early)
    new = [engine.Assignment(str(member.pk), day, str(late.pk)) for day in (2, 6, 9)]
    rostering.apply_result(by=None, roster=roster, result=result_of(roster, *new), since=since)
    assert {(duty.day.day, duty.shift_type) for duty in roster.duties.all()} == {(7, early), (10, late)}


def test_result_leaves_out_who_went_while_the_engine_searched(
    county: County, roster: Roster, member: Member, early: ShiftType
) -> None:
    stays = make_member(county.group, "赵鹏")
    new = [engine.Assignment(str(person.pk), 2, str(early.pk)) for person in (member, stays)]
    member.unit = county.other_group
    member.save()
    rostering.apply_result(by=None, roster=roster, result=result_of(roster, *new))
    assert [duty.member for duty in roster.duties.all()] == [stays]


def test_night_that_is_generated_ends_on_the_next_day(county: County, roster: Roster, member: Member) -> None:
    evening = make_shift_type(county.squadron, "晚", starts_at=dt.time(20))
    new = engine.Assignment(str(member.pk), 30, str(evening.pk))
    rostering.apply_result(by=None, roster=roster, result=result_of(roster, new))
    duty = roster.duties.get()
    assert (duty.starts, duty.ends) == (at(31, 20), timezone.make_aware(dt.datetime(2027, 1, 1, 4)))


def test_result_is_refused_once_the_roster_is_published(roster: Roster) -> None:
    Roster.objects.filter(pk=roster.pk).update(status="published")
    with pytest.raises(Refused) as refusal:
        rostering.apply_result(by=None, roster=roster, result=result_of(roster))
    assert [problem.code for problem in refusal.value.problems] == ["roster_published"]


def test_result_of_an_outsider_is_not_written(roster: Roster, outsider: User) -> None:
    with pytest.raises(PermissionDenied):
        rostering.apply_result(by=outsider, roster=roster, result=result_of(roster))


def test_solution_passes_the_independent_checker(
    county: County, roster: Roster, early: ShiftType, night: ShiftType
) -> None:
    for name in ("张建国", "李伟", "王磊", "赵鹏"):
        make_member(county.group, name)
    beat = make_beat(county.squadron)
    make_cover(beat, early)
    make_cover(beat, night)
    problem = rostering.build_problem(roster, with_fairness=True)
    result = engine.solve(problem, seconds=20, rounds=3)
    plain = dataclasses.replace(problem, limits=tuple(x for x in problem.limits if x.hard))
    assert engine.check(plain, result.roster) == []
    rostering.apply_result(by=None, roster=roster, result=result)
    assert rostering.judge(roster) == []
    assert rostering.sheet(roster).uncovered == result.uncovered
