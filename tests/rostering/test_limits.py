"""Each limit by small cases, as the handbook and the law put them."""

from __future__ import annotations

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from patrols.rostering import (
    Assignment,
    History,
    Need,
    Officer,
    Period,
    Person,
    Problem,
    Waiver,
    Wish,
    check,
    check_person,
    choose_leads,
    cover_cost,
    fair_shares,
    objective,
)
from patrols.rostering import limits as L  # noqa: N812 - a namespace of many classes
from tests.rostering.cast import (
    DAY,
    DRILL,
    EARLY,
    HOUR,
    LATE,
    NIGHT,
    SHIFTS,
    STANDBY,
    WHOLE_DAY,
    daily,
    duties,
    people,
    station,
)


def codes(problem: Problem, roster: tuple[Assignment, ...]) -> list[str]:
    return [item.code for item in check(problem, roster, soft=True)]


def test_overlap_a_24_hour_duty_and_the_next_morning():
    problem = station(L.Overlap())
    assert codes(problem, duties("wang", (0, WHOLE_DAY), (1, EARLY))) == []
    long_night = duties("wang", (0, WHOLE_DAY), (0, LATE))
    assert codes(problem, long_night) == ["overlap"]


def test_rest_of_eleven_hours_between_late_and_early():
    problem = station(L.Rest(minutes=11 * HOUR))
    (found,) = check(problem, duties("wang", (0, LATE), (1, EARLY)))
    assert (found.code, found.days, dict(found.params)) == ("rest", (0, 1), {"rest": 8 * HOUR, "least": 11 * HOUR})
    assert codes(problem, duties("wang", (0, EARLY), (1, EARLY))) == []


def test_rest_reaches_across_the_border_of_the_month():
    problem = station(L.Rest(minutes=11 * HOUR), outside=duties("wang", (-1, NIGHT)))
    assert codes(problem, duties("wang", (0, EARLY))) == ["rest"]
    assert codes(problem, duties("li", (0, EARLY))) == []


def test_hours_a_day_refuses_24_hours_and_counts_standby_by_its_factor():
    problem = station(L.HoursADay(most=11 * HOUR))
    assert codes(problem, duties("wang", (0, WHOLE_DAY))) == ["hours_day"]
    assert codes(problem, duties("wang", (0, STANDBY))) == []


def test_hours_a_week_count_last_months_tail_of_the_same_week():
    wednesday = station(L.HoursInSpan(span="week", most=40 * HOUR), days=14)
    assert codes(wednesday, daily("wang", EARLY, 0, 4)) == []
    (found,) = check(wednesday, daily("wang", EARLY, 0, 5))
    assert (found.params["minutes"], found.params["most"]) == (48 * HOUR, 40 * HOUR)


def test_hours_a_month_are_the_norm_of_workdays_and_36_hours_of_overtime():
    problem = station(L.HoursInSpan(span="month", most=36 * HOUR, most_per_workday=8 * HOUR), days=14)
    november = daily("wang", EARLY, 0, 0)
    assert codes(problem, november) == []
    (found,) = check(problem, duties("wang", *((day, WHOLE_DAY) for day in range(1, 13))))
    assert found.params["most"] == 36 * HOUR + 9 * 8 * HOUR  # 1 to 13 December 2026 have nine workdays


def test_comprehensive_hours_count_what_was_worked_earlier_in_the_quarter():
    limit = L.HoursInSpan(span="quarter", most=500 * HOUR, already={"wang": 496 * HOUR})
    problem = station(limit)
    assert codes(problem, duties("wang", (0, EARLY))) == ["hours_quarter"]
    assert codes(problem, duties("li", (0, EARLY))) == []


def test_least_hours_are_missed_by_who_works_too_little():
    problem = station(L.HoursInSpan(span="whole", least=16 * HOUR, people=frozenset({"wang"})))
    assert codes(problem, duties("wang", (0, EARLY))) == ["hours_whole"]
    assert codes(problem, daily("wang", EARLY, 0, 1)) == []


def test_consecutive_days_run_on_from_last_month():
    problem = station(L.ConsecutiveDays(most=6), outside=daily("wang", EARLY, -3, -1), known_from=-3)
    assert codes(problem, daily("wang", EARLY, 0, 2)) == []
    (found,) = check(problem, daily("wang", EARLY, 0, 3))
    assert (found.days, found.params["length"]) == (tuple(range(-3, 4)), 7)


def test_least_consecutive_days_are_not_judged_at_the_edge_of_what_is_known():
    problem = station(L.ConsecutiveDays(least=2), days=7)
    assert codes(problem, duties("wang", (0, EARLY), (6, EARLY))) == []
    assert codes(problem, duties("wang", (3, EARLY))) == ["consecutive_days"]


def test_consecutive_nights_three_are_enough():
    problem = station(L.ConsecutiveNights(most=3))
    assert codes(problem, daily("wang", NIGHT, 1, 3)) == []
    assert codes(problem, (*daily("wang", NIGHT, 1, 3), *duties("wang", (4, EARLY)))) == []
    assert codes(problem, daily("wang", NIGHT, 1, 4)) == ["consecutive_nights"]


def test_days_off_come_in_twos():
    problem = station(L.DaysOff(least=2), days=7)
    assert codes(problem, duties("wang", *((day, EARLY) for day in (0, 1, 4, 5, 6)))) == []
    one_day = duties("wang", *((day, EARLY) for day in (0, 1, 3, 4, 5, 6)))
    assert "days_off" in codes(problem, one_day)


def test_weekly_rest_one_day_in_each_calendar_week():
    problem = station(L.WeeklyRest())
    assert codes(problem, daily("wang", EARLY, 1, 12)) == []  # Tuesday to the Saturday after next: Monday, Sunday off
    assert codes(problem, daily("wang", EARLY, 0, 6)) == ["weekly_rest"]


def test_weekends_count_when_either_day_is_worked():
    problem = station(L.Weekends(most=1))
    assert codes(problem, duties("wang", (5, EARLY), (6, EARLY))) == []
    assert codes(problem, duties("wang", (5, EARLY), (13, EARLY))) == ["weekends"]


def test_forbidden_succession_early_after_night():
    problem = station(L.ForbiddenSuccession(before="night", after=frozenset({"early", "drill"})))
    assert codes(problem, duties("wang", (0, NIGHT), (1, EARLY))) == ["succession"]
    assert codes(problem, duties("wang", (0, NIGHT), (1, LATE))) == []
    assert codes(problem, duties("wang", (0, NIGHT), (2, EARLY))) == []


def test_shift_count_at_most_two_nights():
    problem = station(L.ShiftCount(shift="night", most=2))
    assert codes(problem, duties("wang", (0, NIGHT), (3, NIGHT), (6, EARLY))) == []
    assert codes(problem, duties("wang", (0, NIGHT), (3, NIGHT), (6, NIGHT))) == ["shift_count"]


def test_absence_a_leave_that_begins_at_midnight_stops_the_night_before():
    leave = Period(2 * DAY, 3 * DAY, "annual")
    problem = station(L.Absent(), people=(Person("wang", unavailable=(leave,)),))
    assert codes(problem, duties("wang", (1, EARLY), (3, EARLY))) == []
    (found,) = check(problem, duties("wang", (1, NIGHT)))
    assert (found.code, found.params["reason"]) == ("absence", "annual")


def test_certificate_must_last_to_the_end_of_the_duty_and_training_needs_none():
    problem = station(L.Certificate(), people=(Person("wang", certificates=(Period(0, 2 * DAY),)),))
    assert codes(problem, duties("wang", (1, EARLY))) == []
    assert codes(problem, duties("wang", (1, NIGHT))) == ["certificate"]
    assert codes(problem, duties("wang", (5, DRILL))) == []
    nobody = station(L.Certificate(), people=(Person("li", certificates=()),))
    assert codes(nobody, duties("li", (1, EARLY))) == ["certificate"]


def test_skills_everyone_on_the_need_must_hold():
    need = Need("n", "gate", 0, "early", 1, 1, skills=frozenset({"dog"}))
    cast = (Person("wang", skills=frozenset({"dog"})), Person("li"))
    problem = station(L.Skilled(), people=cast, needs=(need,))
    assert codes(problem, duties("wang", (0, EARLY), beat="gate")) == []
    (found,) = check(problem, duties("li", (0, EARLY), beat="gate"))
    assert (found.code, found.need, found.params["skills"]) == ("skill", "n", ("dog",))


def test_protected_nobody_pregnant_or_nursing_at_night_or_beyond_eight_hours():
    problem = station(L.Protected(), people=(Person("wang", protected=(Period(0, 7 * DAY, "nursing"),)),))
    assert codes(problem, duties("wang", (0, EARLY), (8, NIGHT))) == []
    assert codes(problem, duties("wang", (2, NIGHT))) == ["protected"]
    assert codes(problem, duties("wang", (2, STANDBY))) == ["protected"]


def test_not_paired_on_the_same_beat_but_the_same_shift_is_fine():
    needs = tuple(Need(beat, beat, 0, "early", 1, 2) for beat in ("gate", "street"))
    problem = station(L.NotPaired(pair=("wang", "li")), needs=needs)
    apart = (*duties("wang", (0, EARLY), beat="gate"), *duties("li", (0, EARLY), beat="street"))
    assert codes(problem, apart) == []
    together = (*duties("wang", (0, EARLY), beat="gate"), *duties("li", (0, EARLY), beat="gate"))
    assert codes(problem, together) == ["not_paired"]


def test_crew_together_each_further_shift_type_of_a_day_costs():
    cast = tuple(Person(name, crew="a") for name in ("wang", "li"))
    problem = station(L.CrewTogether(crew="a", weight=7), people=cast)
    assert objective(problem, (*duties("wang", (0, EARLY)), *duties("li", (0, EARLY)))) == 0
    assert objective(problem, (*duties("wang", (0, EARLY)), *duties("li", (0, NIGHT)))) == 7


def test_officer_led_needs_an_officer_of_that_beat_who_is_free_throughout():
    needs = tuple(Need(f"{day}", "gate", day, "early", 1, 1, officer_led=True) for day in (0, 1))
    officer = Officer("zhang", beats=frozenset({"gate"}), available=(Period(0, DAY),))
    bare = station(needs=needs, officers=(officer,))
    leads = choose_leads(bare)
    assert leads == {"0": "zhang"}
    problem = station(L.OfficerLed(leads=leads), needs=needs, officers=(officer,))
    assert codes(problem, duties("wang", (0, EARLY), beat="gate")) == []
    assert codes(problem, duties("wang", (1, EARLY), beat="gate")) == ["officer"]


def test_an_officer_does_not_lead_two_beats_at_once():
    needs = tuple(Need(beat, beat, 0, "early", 1, 1, officer_led=True) for beat in ("gate", "street"))
    assert len(choose_leads(station(needs=needs, officers=(Officer("zhang"),)))) == 1
    assert len(choose_leads(station(needs=needs, officers=(Officer("zhang"), Officer("zhou"))))) == 2


def test_patrols_without_an_officer_go_in_pairs_or_not_at_all():
    need = Need("n", "street", 0, "night", 2, 2, least_together=2)
    problem = station(L.InPairs(), needs=(need,))
    alone = duties("wang", (0, NIGHT), beat="street")
    (found,) = check(problem, alone)
    assert (found.code, found.person, found.need) == ("pairs", None, "n")
    assert codes(problem, ()) == []
    assert codes(problem, (*alone, *duties("li", (0, NIGHT), beat="street"))) == []


@pytest.mark.parametrize(("wants", "worked", "cost"), [(True, True, 0), (True, False, 3), (False, True, 3)])
def test_wishes_cost_their_weight_when_not_met(wants, worked, cost):
    cast = (Person("wang", wishes=(Wish(2, "early", wants=wants, weight=3),)),)
    problem = station(L.Wishes(), people=cast)
    assert objective(problem, duties("wang", (2, EARLY)) if worked else ()) == cost


def test_half_training_half_patrol():
    problem = station(L.TrainingShare(weight=5, slack=0), people=(Person("wang"),))
    assert objective(problem, duties("wang", (0, EARLY), (1, DRILL))) == 0
    assert objective(problem, duties("wang", (0, EARLY), (1, EARLY), (2, EARLY), (3, DRILL))) == 5


def test_fair_share_costs_the_square_of_the_distance_and_from_the_third_duty_on_no_more_a_duty():
    problem = station(L.FairShare(measure="nights", shares={"wang": 1}, weight=4))
    costs = [objective(problem, daily("wang", NIGHT, 0, nights - 1)) for nights in range(7)]
    assert costs == [4, 0, 4, 16, 36, 56, 76]


def test_fair_share_of_a_broken_number_costs_least_beside_it():
    problem = station(L.FairShare(measure="nights", shares={"wang": 1.5}, weight=8))
    assert [objective(problem, daily("wang", NIGHT, 0, nights - 1)) for nights in range(4)] == [18, 2, 2, 18]


def test_fair_share_of_hours_counts_in_whole_steps():
    problem = station(L.FairShare(measure="minutes", shares={"wang": 480}, step=240, unit=2, weight=8))
    assert [objective(problem, duties("wang", (0, shift))) for shift in (EARLY, DRILL, STANDBY)] == [0, 2, 2]


def test_hard_beats_count_where_the_duty_serves_one():
    needs = tuple(Need(f"{day}", "gate", day, "early", 1, 1, is_hard=day < 2) for day in range(4))
    problem = station(L.FairShare(measure="hard_beats", shares={"wang": 0}, weight=4), needs=needs)
    assert (
        objective(problem, duties("wang", (0, EARLY), (3, EARLY), beat="gate"))
        - cover_cost(problem, duties("wang", (0, EARLY), (3, EARLY), beat="gate"))
        == 4
    )


def test_fair_shares_give_fewer_nights_to_who_carried_more_and_sum_up_to_the_demand():
    needs = tuple(Need(f"{day}", "gate", day, "night", 1, 1) for day in range(14))
    cast = (Person("wang", history=History(nights=40)), Person("li", history=History(nights=36)))
    (nights,) = fair_shares(station(people=cast, needs=needs), ["nights"])
    assert nights.shares == {"wang": pytest.approx(5), "li": pytest.approx(9)}


def test_fair_shares_make_good_no_more_of_the_hours_than_a_month_bears():
    needs = tuple(Need(f"{day}", "gate", day, "early", 2, 2) for day in range(10))
    cast = (Person("wang", history=History(minutes=90_000)), Person("li", history=History(minutes=10_000)))
    (hours,) = fair_shares(station(people=cast, needs=needs), ["minutes"])
    assert hours.shares == {"wang": pytest.approx(4080), "li": pytest.approx(5520)}  # 4800, 15 % to either side


def test_an_emergency_exception_lifts_its_limit_for_its_days_only():
    waiver = Waiver("hours_day", 0, 1, reference="flood order")
    problem = station(L.HoursADay(most=11 * HOUR), waivers=(waiver,))
    assert codes(problem, duties("wang", (1, WHOLE_DAY))) == []
    assert codes(problem, duties("wang", (2, WHOLE_DAY))) == ["hours_day"]


def test_an_exception_lifts_its_own_days_of_a_long_run():
    problem = station(L.ConsecutiveDays(most=6), waivers=(Waiver("consecutive_days", 0, 0),))
    assert codes(problem, daily("wang", EARLY, 0, 6)) == []
    (found,) = check(problem, daily("wang", EARLY, 0, 13))
    assert (found.days, dict(found.params)) == (tuple(range(1, 14)), {"length": 13, "most": 6})


def test_an_exception_in_the_midst_of_a_run_leaves_what_is_too_long_on_either_side():
    problem = station(L.ConsecutiveNights(most=3), waivers=(Waiver("consecutive_nights", 5, 6),))
    assert codes(problem, daily("wang", NIGHT, 2, 9)) == []
    assert [item.days[0] for item in check(problem, daily("wang", NIGHT, 1, 10))] == [1, 7]


def test_an_exception_to_short_runs_lifts_them_whole_and_none_lifts_a_soft_limit():
    waivers = (Waiver("consecutive_days", 3, 3),)
    assert codes(station(L.ConsecutiveDays(least=3), waivers=waivers), daily("wang", EARLY, 2, 3)) == []
    soft = station(L.ConsecutiveDays(most=2, hard=False), waivers=waivers)
    assert codes(soft, daily("wang", EARLY, 2, 4)) == ["consecutive_days"]


def test_an_exception_lifts_rest_that_lies_on_its_day():
    problem = station(L.Rest(minutes=30 * HOUR), waivers=(Waiver("rest", 1, 1),))
    assert codes(problem, duties("wang", (0, WHOLE_DAY), (2, EARLY))) == []
    (found,) = check(problem, duties("wang", (3, WHOLE_DAY), (5, EARLY)))
    assert found.days == (3, 4, 5)


def test_a_limit_for_some_people_leaves_the_others_alone():
    problem = station(L.HoursADay(most=480, people=frozenset({"li"})))
    assert check_person(problem, "wang", duties("wang", (0, WHOLE_DAY))) == []
    assert len(check_person(problem, "li", duties("li", (0, WHOLE_DAY)))) == 1


def test_what_bars_duties_outright_cannot_be_soft():
    with pytest.raises(ValueError, match="always hard"):
        L.Rest(minutes=660, hard=False)


@given(people(5), st.sampled_from(SHIFTS))
@settings(phases=[Phase.generate], max_examples=60, deadline=None, derandomize=True)
def test_days_on_which_a_duty_is_excluded_are_those_on_which_it_is(cast, shift):
    """Asked by days, as a frame does, or duty by duty."""
    problem = station(people=cast, days=5)
    rules = (L.Absent(), L.Protected(), L.Certificate(), L.HoursADay(most=660), L.ShiftCount(shift="early", most=0))
    for limit in rules:
        for person in cast:
            excluded = [day for day in range(5) if limit.excludes(problem, person, day, shift)]
            assert sorted(limit.excluded_days(problem, person, shift)) == excluded
