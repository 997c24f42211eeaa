"""A squadron's own rule binds from a day: rosters of before are judged by what bound when they were made."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from lianfang.platform.problems import Refused
from patrols import rostering as engine
from patrols.models import RosterRule
from patrols.rostering.exchanges import Exchanger
from patrols.rostering.frame import Frame
from patrols.rostering.greedy import Greedy
from patrols.rules.rule_dates import first_open_day
from patrols.services import roster_rules, rostering, rosters
from patrols.services.rostering.part_limits import SuccessionPart
from teams.services.units import close_unit, move_unit, reopen_unit
from tests.factories import make_duty, make_roster
from tests.rostering import cast
from tests.rostering.test_model_against_checker import solve_with, whole_model

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 12, 10)
JANUARY = (dt.date(2027, 1, 1), dt.date(2027, 1, 31))


def day(number: int, month: int = 12) -> dt.date:
    return dt.date(2026, month, number) if month > 1 else dt.date(2027, month, number)


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr("patrols.views.roster_rules.timezone.localdate", lambda: TODAY)


def pair_up(station, *days):
    for number in days:
        for member in (station.zhang, station.li):
            make_duty(station.roster, member, day(number), station.early, beat=station.beat)


def published(station):
    """December as it was published: the two on one post on the 1st, the 15th and the 20th, on the 5th and 12th too."""
    pair_up(station, 1, 5, 12, 15, 20)
    rosters.publish(by=None, roster=station.roster)
    station.roster.refresh_from_db()


def broken(roster):
    return {(finding.code, finding.days[-1].day) for finding in rostering.judge(roster)}


def rule_of(station, kind, **values):
    values = {"apart": {"people": [station.zhang.pk, station.li.pk], "grounds": "kin"}}.get(kind, {}) | values
    return RosterRule(unit=station.roster.unit, kind=kind, **values)


def save(leader, rule, today=TODAY):
    return roster_rules.save_rule(by=leader, rule=rule, today=today)


@pytest.mark.parametrize(
    ("kind", "values"),
    [("weekends", {"most": 1}), ("days_off", {"least": 3}), ("apart", {}), ("days_run", {"most": 1, "least": 1})],
)
def test_new_rule_leaves_published_rosters_as_they_are(station, leader, kind, values):
    published(station)
    rule = save(leader, rule_of(station, kind, **values))
    assert rule.binds_from == day(1, 1)
    assert broken(station.roster) == set()
    rosters.unpublish(by=leader, roster=station.roster, reason="改一天")
    station.roster.refresh_from_db()
    assert broken(station.roster) == set()  # taken back it is December's roster still


def test_rule_of_single_days_binds_a_published_roster_from_its_day_on(station, leader):
    published(station)
    save(leader, rule_of(station, "apart", binds_from=day(15)))
    assert broken(station.roster) == {("not_paired", 15), ("not_paired", 20)}


def test_succession_is_judged_by_the_later_day(station, leader):
    for number, shift in ((1, station.late), (2, station.early), (14, station.late), (15, station.early)):
        make_duty(station.roster, station.zhang, day(number), shift, beat=station.beat)
    rule = rule_of(station, "succession", shift_type=station.late, next_shift_type=station.early)
    rule.binds_from = day(15)
    save(leader, rule, today=day(10))
    # The roster is a draft, but nobody asked for it before the 15th.
    assert {item for item in broken(station.roster) if item[0] == "succession"} == {("succession", 15)}


def test_generation_keeps_a_succession_on_the_days_on_which_it_binds_and_on_no_others():
    shifts = ["late", "early", "late", "early"]
    needs = tuple(engine.Need(f"{at}", "gate", at, shift, 1, 1) for at, shift in enumerate(shifts))
    rule = SuccessionPart(before="late", after=frozenset({"early"}), since=3, until=3)
    problem = cast.station(rule, days=4, people=(engine.Person("zhang"),), needs=needs)
    frame = Frame(problem)
    solver, _found = solve_with(whole_model(frame))
    assert solver.objective_value == 10_000
    assert frame.clash_sets(0) == {}  # what prices schedules does not know days: its bound leaves the rule out
    annealed, _saved = Exchanger(frame).anneal(
        frame.empty_table(), moves=5000, heat=(100.0, 1.0), seed=1, reassigning=1.0
    )
    for table in (Greedy(frame).run(), annealed):
        roster = frame.roster_of(table)
        assert (engine.check(problem, roster), engine.objective(problem, roster)) == ([], 10_000)


def test_crew_rule_ends_in_the_midst_of_a_roster(station, leader):
    rule = save(leader, rule_of(station, "together", people=[station.zhang.pk, station.li.pk], binds_from=day(1)))
    for number in (14, 15):
        make_duty(station.roster, station.zhang, day(number), station.early, beat=station.beat)
        make_duty(station.roster, station.li, day(number), station.late, beat=station.beat)
    assert broken(station.roster) == {("crew_together", 14), ("crew_together", 15)}
    roster_rules.end_rule(by=leader, rule=rule, today=TODAY, day=day(15))
    assert broken(station.roster) == {("crew_together", 14)}


def test_counting_rule_binds_rosters_that_begin_on_its_day_or_later(station, leader):
    published(station)
    january = make_roster(station.roster.unit, *JANUARY)
    for number in (2, 3, 9, 10):
        make_duty(january, station.zhang, day(number, 1), station.early, beat=station.beat)
    save(leader, rule_of(station, "weekends", most=1, binds_from=day(15)))
    assert broken(station.roster) == set()
    assert {code for code, _day in broken(january)} == {"weekends"}


def test_changed_rule_keeps_what_it_said_for_the_days_before(station, leader, client_of):
    rule = save(leader, rule_of(station, "weekends", most=3, binds_from=day(1, 11)), today=day(1, 11))
    published(station)
    page = reverse("rule-edit", args=[rule.pk])
    offered = client_of(leader).get(page).context["form"]["binds_from"].value()
    assert offered == day(1, 1)
    client_of(leader).post(page, {"most": 1, "is_hard": "on", "binds_from": offered})
    old, new = RosterRule.objects.order_by("binds_from")
    assert (old.pk, old.most, old.binds_until) == (rule.pk, 3, day(31))
    assert (new.most, new.binds_from, new.binds_until) == (1, day(1, 1), None)
    assert broken(station.roster) == set()
    listed = client_of(leader).get(reverse("rule-list")).context
    assert [row.pk for row, _text, _why in listed["rules"]] == [old.pk, new.pk]
    assert client_of(leader).get(reverse("rule-edit", args=[old.pk])).status_code == 404


def test_rule_that_did_not_bind_yet_is_changed_in_place(station, leader):
    published(station)
    rule = save(leader, rule_of(station, "weekends", most=3))
    rule.most = 2
    assert save(leader, rule).pk == rule.pk
    assert RosterRule.objects.get().most == 2


def test_saving_without_a_change_does_nothing(station, leader):
    rule = save(leader, rule_of(station, "weekends", most=3, binds_from=day(1, 11)), today=day(1, 11))
    published(station)
    again = RosterRule.objects.get()
    again.binds_from = day(1, 1)
    save(leader, again)
    row = RosterRule.objects.get()
    assert (row.pk, row.binds_from, row.binds_until) == (rule.pk, day(1, 11), None)


def test_what_is_over_is_not_judged_anew(station, leader, client_of):
    published(station)
    with pytest.raises(Refused) as refused:
        save(leader, rule_of(station, "apart", binds_from=day(9)))
    assert [(p.code, p.field) for p in refused.value.problems] == [("rule_day", "binds_from")]
    rule = save(leader, rule_of(station, "weekends", most=3, binds_from=day(1)), today=day(1))
    answer = client_of(leader).post(reverse("rule-edit", args=[rule.pk]), {"most": 1, "binds_from": day(1)})
    assert "binds_from" in answer.context["form"].errors
    with pytest.raises(Refused):
        roster_rules.end_rule(by=leader, rule=rule, today=TODAY, day=day(5))


def test_ended_rule_binds_the_rosters_of_its_days_and_goes_where_it_had_none(station, leader, client_of):
    published(station)
    held = save(leader, rule_of(station, "apart", binds_from=day(12)), today=day(12))
    client_of(leader).post(reverse("rule-end", args=[held.pk]), {"day": day(20)})
    assert RosterRule.objects.get().binds_until == day(19)
    assert broken(station.roster) == {("not_paired", 12), ("not_paired", 15)}
    unborn = save(leader, rule_of(station, "weekends", most=3))
    client_of(leader).post(reverse("rule-end", args=[unborn.pk]), {"day": day(1, 1)})
    assert list(RosterRule.objects.all()) == [held]


def test_past_rules_are_told_to_who_may_read_them(station, leader, officer, client_of, monkeypatch):
    for kind, values in (("weekends", {"most": 3}), ("apart", {})):
        roster_rules.end_rule(by=leader, rule=save(leader, rule_of(station, kind, **values)), today=TODAY, day=day(20))
    monkeypatch.setattr("patrols.views.roster_rules.timezone.localdate", lambda: day(25))
    counts = {
        user.username: len(client_of(user).get(reverse("rule-list")).context["past"]) for user in (leader, officer)
    }
    assert counts == {"leader": 2, "officer": 1}


def test_first_open_day_follows_what_is_published(station):
    unit = station.roster.unit
    assert first_open_day(unit, TODAY) == day(1)  # the draft that runs, from its first day
    published(station)
    assert first_open_day(unit, TODAY) == day(1, 1)
    assert first_open_day(unit, day(5, 1)) == day(5, 1)


def test_engine_keeps_a_rule_that_begins_within_the_roster(station, leader):
    save(leader, rule_of(station, "apart", binds_from=day(15)))
    save(leader, rule_of(station, "together", people=[station.zhang.pk, station.li.pk], binds_from=day(15)))
    problem = rostering.build_problem(station.roster)
    result = engine.solve(problem, seconds=30, rounds=1)
    assert result.roster
    assert engine.check(problem, result.roster) == []


def test_same_rule_may_follow_and_not_overlap(station, leader):
    first = save(leader, rule_of(station, "weekends", most=3, binds_from=day(10)))
    roster_rules.end_rule(by=leader, rule=first, today=TODAY, day=day(20))
    with pytest.raises(Refused) as refused:
        save(leader, rule_of(station, "weekends", most=2, binds_from=day(19)))
    assert refused.value.problems[0].field == "binds_from"
    with pytest.raises(IntegrityError), transaction.atomic():
        rule_of(station, "weekends", most=2, binds_from=day(19)).save()
    assert save(leader, rule_of(station, "weekends", most=2, binds_from=day(20))).pk


class TestMeanwhile:
    """Two at once, people who go, units that close: each ends in a sentence or in a rule that rests."""

    def listed(self, leader, client_of):
        context = client_of(leader).get(reverse("rule-list")).context
        return [(text, why) for _row, text, why in (*context["rules"], *context["about_people"])]

    def test_who_saves_what_somebody_else_changed_hears_of_it(self, station, leader, client_of):
        rule = save(leader, rule_of(station, "weekends", most=3))
        page = reverse("rule-edit", args=[rule.pk])
        shown = client_of(leader).get(page).context["form"]
        first, second = ({"seen": shown["seen"].value(), "binds_from": rule.binds_from, "most": n} for n in (1, 2))
        assert client_of(leader).post(page, first).status_code == 302
        answer = client_of(leader).post(page, second)
        assert answer.status_code == 200
        assert answer.context["form"].non_field_errors()
        assert RosterRule.objects.get().most == 1

    def test_rule_ended_by_another_does_not_come_back(self, station, leader):
        rule = save(leader, rule_of(station, "weekends", most=3))
        stale = RosterRule.objects.get()
        roster_rules.end_rule(by=leader, rule=rule, today=TODAY)
        stale.most = 2
        for again in (lambda: save(leader, stale), lambda: roster_rules.end_rule(by=leader, rule=stale, today=TODAY)):
            with pytest.raises(Refused) as refused:
                again()
            assert refused.value.problems[0].code == "rule_ended"
        assert not RosterRule.objects.exists()

    def test_two_who_enter_the_same_rule_at_once_get_a_sentence(self, station, leader, monkeypatch):
        save(leader, rule_of(station, "weekends", most=3))
        monkeypatch.setattr(roster_rules, "rule_problems", lambda rule: [])  # it was not there when they looked
        with pytest.raises(Refused) as refused:
            save(leader, rule_of(station, "weekends", most=2))
        assert refused.value.problems[0].code == "rule_said_once"

    def test_rules_may_change_while_a_roster_is_generated(self, station, leader):
        rule = save(leader, rule_of(station, "weekends", most=0))
        problem = rostering.build_problem(station.roster)
        pair = [
            engine.Assignment(str(member.pk), 0, str(station.early.pk), str(station.beat.pk))
            for member in (station.zhang, station.li)
        ]
        result = engine.Result("feasible", tuple(pair), 0, None, uncovered=0, hard_violations=0, seconds=1)
        assert engine.check(problem, result.roster) == []
        roster_rules.end_rule(by=leader, rule=rule, today=TODAY)
        save(leader, rule_of(station, "apart"))
        facts = rostering.apply_result(by=leader, roster=station.roster, result=result)
        assert facts["hard_violations"] == 1
        assert "not_paired" in {problem.code for problem in rosters.publishing_problems(station.roster)}

    def test_rule_rests_when_its_people_leave_and_judges_what_they_worked(self, station, leader, county, client_of):
        save(leader, rule_of(station, "apart", binds_from=day(15)))
        pair_up(station, 20)
        station.li.status, station.li.left_on = "left", day(25)
        station.li.save()
        (text, why), *_more = self.listed(leader, client_of)
        assert "李伟" in text
        assert why
        assert ("not_paired", 20) in broken(station.roster)
        january = make_roster(station.roster.unit, *JANUARY)
        assert rostering.build_problem(january)
        station.li.status, station.li.left_on, station.li.unit = "active", None, county.other_group
        station.li.save()
        (text, why), *_more = self.listed(leader, client_of)
        assert "李伟" not in text  # whose squadron that is, is not this one's to read
        assert why

    def test_rule_of_a_group_that_closes_or_moves_rests(self, station, leader, county, client_of):
        save(leader, rule_of(station, "weekends", most=1, group=county.second_group))
        station.li.unit = county.group
        station.li.save()
        close_unit(by=None, unit=county.second_group, on=TODAY)
        assert [bool(why) for _text, why in self.listed(leader, client_of)] == [True]
        reopen_unit(by=None, unit=county.second_group)
        assert [bool(why) for _text, why in self.listed(leader, client_of)] == [False]
        move_unit(by=None, unit=county.second_group, parent=county.other_squadron)
        assert [bool(why) for _text, why in self.listed(leader, client_of)] == [True]
        assert rostering.build_problem(station.roster)
        rule = RosterRule.objects.get()
        values = {"most": 1, "is_hard": "on", "binds_from": rule.binds_from, "group": rule.group_id}
        answer = client_of(leader).post(reverse("rule-edit", args=[rule.pk]), values)
        assert "group" in answer.context["form"].errors  # and not a rule for everybody

    def test_squadrons_merged_keep_their_own_rules(self, station, leader, county, outsider):
        """A crew moves to another squadron: it follows the rules there, and who stayed is free of the old pair."""
        save(leader, rule_of(station, "apart"))
        theirs = RosterRule(unit=county.other_squadron, kind="weekends", most=1)
        roster_rules.save_rule(by=outsider, rule=theirs, today=TODAY)
        move_unit(by=None, unit=county.second_group, parent=county.other_squadron)
        january = make_roster(county.other_squadron, *JANUARY)
        for number in (2, 9):
            make_duty(january, station.li, day(number, 1), station.early)
        assert {code for code, _day in broken(january)} >= {"weekends"}
        assert not [item for item in rostering.build_problem(station.roster).limits if item.code == "not_paired"]
