"""A squadron's own roster rules: from the page through the adapter to the checker and the engine (handbook D6, D7)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation

from lianfang.platform.problems import Refused
from patrols import rostering as engine
from patrols.models import CoverRequirement, Duty, Risk, RosterRule
from patrols.rostering import limits
from patrols.services import duties, roster_rules, rostering, rosters
from patrols.services.duties import CellChange
from teams.scope import row_scope
from tests.factories import make_beat, make_cover, make_duty, make_member, make_roster, make_shift_type

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 20)


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr("patrols.views.roster_rules.timezone.localdate", lambda: TODAY)


def day(number: int) -> dt.date:
    return dt.date(2026, 12, number)


def broken(station):
    """The codes of the hard limits that the roster breaks."""
    return [finding.code for finding in rostering.judge(station.roster)]


def sentences(station):
    with translation.override("en"):
        return [finding.message for finding in rostering.judge(station.roster)]


def add(station, leader, client_of, kind, **values):
    """Enter a rule on its page; the answer must be the way back to the list."""
    address = f"{reverse('rule-new', args=[kind])}?unit={station.roster.unit_id}"
    answer = client_of(leader).post(address, {"binds_from": TODAY} | values)
    assert answer.status_code == 302, answer.context["form"].errors
    return RosterRule.objects.latest("pk")


def work(station, member, shift, *days):
    for number in days:
        make_duty(station.roster, member, day(number), shift, beat=station.beat)


def test_forbidden_succession_from_the_page_refuses_the_roster(station, leader, client_of):
    work(station, station.zhang, station.late, 1)
    work(station, station.zhang, station.early, 2)
    before = broken(station)
    values = {"shift_type": station.late.pk, "next_shift_type": station.early.pk}
    rule = add(station, leader, client_of, "succession", **values)
    assert rule.is_hard
    assert sorted(broken(station)) == sorted([*before, "succession"])
    assert any("早班 on 2 December right after 中班 on 1 December" in text for text in sentences(station))
    codes = [problem.code for problem in rosters.publishing_problems(station.roster)]
    assert "succession" in codes


@pytest.mark.parametrize(
    ("kind", "values", "days", "code"),
    [
        ("weekends", {"most": 1}, (5, 12), "weekends"),
        ("shift_count", {"most": 1, "shift_type": "early"}, (1, 3), "shift_count"),
        ("days_off", {"least": 2}, (1, 3), "days_off"),
        ("days_run", {"least": 2, "most": 3}, (1, 2, 3, 4), "consecutive_days"),
        ("nights_run", {"most": 1}, (1, 2), "consecutive_nights"),
    ],
)
def test_hard_rule_refuses_and_soft_one_only_tells(station, leader, client_of, kind, values, days, code):
    shift = station.night if kind == "nights_run" else station.early
    work(station, station.zhang, shift, *days)
    work(station, station.zhang, shift, 20, 21, 22)  # the run before is known to have ended
    assert broken(station) == []
    if "shift_type" in values:
        values = values | {"shift_type": station.early.pk}
    rule = add(station, leader, client_of, kind, is_hard="on", **values)
    assert set(broken(station)) == {code}
    roster_rules.save_rule(by=leader, rule=_soft(rule), today=TODAY)
    assert broken(station) == []
    assert {finding.code for finding in rostering.sheet(station.roster).advice()} == {code}
    page = client_of(leader).get(reverse("roster-wishes", args=[station.roster.pk]))
    (of_kind,) = page.context["advice"]
    assert of_kind[0] == rule.get_kind_display()


def _soft(rule):
    rule.is_hard = False
    return rule


def test_rule_of_one_group_leaves_the_others_alone(station, leader, client_of):
    work(station, station.zhang, station.early, 5, 12)
    work(station, station.li, station.late, 5, 12)
    add(station, leader, client_of, "weekends", most=1, is_hard="on", group=station.li.unit_id)
    assert [finding.member_id for finding in rostering.judge(station.roster)] == [station.li.pk]


def test_legal_limit_holds_whatever_the_own_rule_says(station, leader, client_of):
    add(station, leader, client_of, "days_run", most=31, is_hard="on")
    work(station, station.zhang, station.early, *range(1, 9))
    assert "consecutive_days" in broken(station)  # the law's six


class TestPeople:
    def pair(self, station, leader, client_of, **values):
        people = [station.zhang.pk, station.li.pk]
        values = {"people": people, "grounds": "kin", "reason": "兄弟", "is_hard": "on"} | values
        return add(station, leader, client_of, "apart", **values)

    def test_two_not_to_be_paired_break_the_roster_on_one_post_only(self, station, leader, client_of):
        self.pair(station, leader, client_of)
        work(station, station.zhang, station.early, 1)
        work(station, station.li, station.early, 2)
        assert broken(station) == []
        work(station, station.li, station.early, 1)
        (finding,) = rostering.judge(station.roster)
        assert finding.code == "not_paired"
        assert finding.place == (station.beat.pk, station.early.pk)
        with translation.override("en"):
            text = rostering.judge(station.roster)[0].message
        assert "张建国 and 李伟 do not serve on one post together" in text
        assert "兄弟" not in text

    def test_cell_typed_in_the_grid_is_judged_against_the_other(self, station, leader, client_of):
        self.pair(station, leader, client_of)
        work(station, station.li, station.early, 1)
        change = CellChange(station.zhang.pk, day(1), "早", station.beat.pk)
        result = duties.set_cells(by=leader, roster=station.roster, changes=[change])
        (finding,) = result.findings
        assert finding.code == "not_paired"
        assert "张建国" in finding.message
        assert "李伟" in finding.message

    def test_empty_place_says_who_stands_in_the_way(self, station, leader, client_of):
        self.pair(station, leader, client_of)
        work(station, station.li, station.early, 1)
        found = rostering.sheet(station.roster).candidates(station.beat.pk, station.early.pk, day(1))
        zhang = next(item for item in found if item.member_id == station.zhang.pk)
        assert not zhang.can
        assert "李伟" in zhang.reason

    def test_reason_is_for_leaders_alone(self, station, leader, officer, brigade_staff, group_leader, client_of):
        rule = self.pair(station, leader, client_of)
        address = reverse("rule-list")
        assert "兄弟" in client_of(leader).get(address).content.decode()
        for other in (officer, brigade_staff):
            page = client_of(other).get(f"{address}?unit={station.roster.unit_id}").content.decode()
            assert "兄弟" not in page
            assert "李伟" not in page
        with row_scope(group_leader):
            assert not RosterRule.objects.filter(pk=rule.pk).exists()

    def test_brigade_that_generates_for_all_heeds_what_it_does_not_read(
        self, station, leader, brigade_staff, client_of
    ):
        self.pair(station, leader, client_of)
        with row_scope(brigade_staff):
            problem = rostering.build_problem(station.roster)
        (limit,) = [item for item in problem.limits if isinstance(item, limits.NotPaired)]
        assert set(limit.pair) == {str(station.zhang.pk), str(station.li.pk)}

    def test_crew_stays_on_one_shift(self, station, leader, client_of):
        people = [station.zhang.pk, station.li.pk]
        add(station, leader, client_of, "together", people=people, is_hard="on")
        work(station, station.zhang, station.early, 1)
        work(station, station.li, station.early, 1)
        assert broken(station) == []
        work(station, station.zhang, station.early, 2)
        work(station, station.li, station.late, 2)
        assert broken(station) == ["crew_together"]
        grid = client_of(leader).get(reverse("roster-grid", args=[station.roster.pk])).context["grid"]
        outlined = {(c.member_id, c.date) for crew in grid.crews for row in crew.rows for c in row.cells if c.is_broken}
        assert outlined == {(station.zhang.pk, day(2)), (station.li.pk, day(2))}
        assert "张建国" in sentences(station)[0]

    def test_whole_group_stays_together_also_where_one_row_is_judged(self, station, leader, county, client_of):
        wang = make_member(county.group, "王磊")
        add(station, leader, client_of, "together", group=county.group.pk, is_hard="on")
        work(station, wang, station.late, 1)
        change = CellChange(station.zhang.pk, day(1), "早", station.beat.pk)
        result = duties.set_cells(by=leader, roster=station.roster, changes=[change])
        assert [finding.code for finding in result.findings] == ["crew_together"]

    def test_people_of_another_squadron_are_refused(self, station, leader, foreign_member):
        people = [station.zhang.pk, foreign_member.pk]
        rule = RosterRule(unit=station.roster.unit, kind="apart", people=people, grounds="kin")
        with pytest.raises(Refused):
            roster_rules.save_rule(by=leader, rule=rule, today=TODAY)


def test_engine_keeps_all_hard_rules(station, leader, county, client_of):
    extra = [make_member(county.group, name) for name in ("王磊", "刘洋", "陈静", "杨帆")]
    unit, early, late = station.roster.unit, station.early, station.late
    for rule in (
        RosterRule(unit=unit, kind="succession", shift_type=late, next_shift_type=early),
        RosterRule(unit=unit, kind="weekends", most=3),
        RosterRule(unit=unit, kind="shift_count", shift_type=late, most=9),
        RosterRule(unit=unit, kind="days_off", least=2, is_hard=False),
        RosterRule(unit=unit, kind="apart", people=[extra[0].pk, extra[1].pk], grounds="kin"),
        RosterRule(unit=unit, kind="together", people=[extra[2].pk, extra[3].pk], is_hard=False),
    ):
        roster_rules.save_rule(by=leader, rule=rule, today=TODAY)
    problem = rostering.build_problem(station.roster, with_fairness=True)
    result = engine.solve(problem, seconds=60, rounds=1)
    assert result.roster
    assert engine.check(problem, result.roster) == []


def test_training_share_and_training_without_a_certificate(station, leader, county, client_of):
    drill = make_shift_type(county.squadron, "训", starts_at=dt.time(9), minutes=360, key="t", is_training=True)
    make_cover(station.beat, drill)
    novice = make_member(county.group, "新队员", certified=False)
    add(station, leader, client_of, "training", percent=50)
    work(station, novice, drill, 1)
    assert broken(station) == []  # training needs no certificate
    with pytest.raises(IntegrityError), transaction.atomic():
        Duty.objects.update(shift_type=station.early)
    work(station, station.zhang, station.early, 1, 2, 3, 4)
    advice = rostering.sheet(station.roster).advice()
    assert [(finding.code, finding.member_id) for finding in advice] == [("training_share", station.zhang.pk)]
    rosters.publish(by=leader, roster=station.roster)
    kinds = {row.member_id: row.engagement.kind for row in station.roster.duties.select_related("engagement")}
    assert kinds == {novice.pk: "training", station.zhang.pk: "duty"}


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "weekends"},
        {"kind": "weekends", "most": 3, "least": 1},
        {"kind": "succession"},
        {"kind": "days_off", "least": 1},
        {"kind": "days_run"},
        {"kind": "days_run", "least": 5, "most": 3},
        {"kind": "training", "percent": 50},  # hard
        {"kind": "apart", "people": [1], "grounds": "kin"},
        {"kind": "apart", "people": [1, 2]},
        {"kind": "together"},
        {"kind": "unheard"},
        {"kind": "weekends", "most": 3, "binds_until": TODAY - dt.timedelta(days=1)},
    ],
)
def test_database_refuses_a_rule_that_says_nothing(county, values):
    with pytest.raises(IntegrityError), transaction.atomic():
        RosterRule.objects.create(unit=county.squadron, binds_from=TODAY, **values)


def test_same_rule_twice_is_refused_with_a_sentence_and_by_the_database(station, leader, client_of):
    add(station, leader, client_of, "weekends", most=3)
    answer = client_of(leader).post(reverse("rule-new", args=["weekends"]), {"most": 2, "binds_from": TODAY})
    assert answer.status_code == 200
    assert answer.context["form"].errors
    with pytest.raises(IntegrityError), transaction.atomic():
        RosterRule.objects.create(unit=station.roster.unit, kind="weekends", most=2, binds_from=day(1))


def test_shift_type_with_a_rule_is_put_out_of_use_and_the_rule_sleeps(station, leader, client_of):
    add(station, leader, client_of, "shift_count", shift_type=station.night.pk, most=0, is_hard="on")
    CoverRequirement.objects.filter(shift_type=station.night).delete()
    client_of(leader).post(reverse("shift-delete", args=[station.night.pk]))
    station.night.refresh_from_db()
    assert not station.night.is_active
    assert rostering.build_problem(station.roster)


def test_high_risk_beats_are_shared_out_and_shown(station, leader, county, client_of):
    station.beat.risk = Risk.HIGH
    station.beat.save()
    quiet = make_beat(county.squadron, "小区")
    make_cover(quiet, station.early)
    last = make_roster(county.squadron, dt.date(2026, 11, 1), dt.date(2026, 11, 30))
    for number in (2, 4, 6, 8, 10):
        make_duty(last, station.zhang, dt.date(2026, 11, number), station.early, beat=station.beat)
    rosters.publish(by=leader, roster=last)
    problem = rostering.build_problem(station.roster, with_fairness=True)
    assert {need.beat for need in problem.needs if need.is_hard} == {str(station.beat.pk)}
    assert problem.person[str(station.zhang.pk)].history.hard_beats == 5
    (share,) = [item for item in problem.limits if getattr(item, "measure", "") == "hard_beats"]
    assert share.shares[str(station.li.pk)] > share.shares[str(station.zhang.pk)]
    work(station, station.zhang, station.early, 1, 2)
    page = client_of(leader).get(reverse("roster-grid", args=[station.roster.pk]))
    assert page.context["grid"].strip.hard_beats_text == "2"
    assert 'id="strip-hard"' in page.content.decode()
