"""Wishes: asked for by the member, heeded by the engine, answered by the leader (handbook D6, D19)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation

from lianfang.platform.problems import Refused
from patrols import jobs as patrol_jobs
from patrols import rostering as engine
from patrols.models import CoverRequirement, RosterRule, Wish
from patrols.rules.wishes import Terms
from patrols.services import rostering, rosters, wishes
from personnel.services.members import transfer_member
from teams.scope import row_scope
from tests.factories import make_duty, make_roster, make_shift_type, make_user
from tests.patrols.conftest import DECEMBER

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 20)


def day(number: int, month: int = 12) -> dt.date:
    return dt.date(2026, month, number)


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr("patrols.views.wishes.timezone.localdate", lambda: TODAY)


@pytest.fixture
def zhang(station, county):
    station.zhang.user = make_user("zhang", "member", county.group)
    station.zhang.save()
    return station.zhang


def ask(zhang, client_of, **values):
    values = {"day": day(5), "what": "off", "weight": "ordinary", "note": ""} | values
    return client_of(zhang.user).post(reverse("my-wishes"), values)


def test_wish_from_the_phone_marks_the_grid_and_is_counted(station, zhang, leader, client_of):
    assert ask(zhang, client_of, weight="important", note="孩子生日").status_code == 302
    wish = Wish.objects.get()
    assert (wish.day, wish.wants, wish.shift_type, wish.weight) == (day(5), False, None, "important")
    grid = client_of(leader).get(reverse("roster-grid", args=[station.roster.pk]))
    assert grid.context["data"]["wishes"] == {f"{zhang.pk}|2026-12-05": wish.what}
    make_duty(station.roster, zhang, day(5), station.early, beat=station.beat)
    page = client_of(leader).get(reverse("roster-wishes", args=[station.roster.pk]))
    assert "孩子生日" in page.content.decode()
    assert (page.context["met"], page.context["heeded"]) == (0, 1)
    publishing = client_of(leader).get(reverse("roster-publish", args=[station.roster.pk]))
    assert reverse("roster-wishes", args=[station.roster.pk]) in publishing.content.decode()


@pytest.fixture
def quiet(station):
    """One person a day is enough, and another may come at night."""
    CoverRequirement.objects.filter(shift_type=station.late).delete()
    CoverRequirement.objects.filter(shift_type=station.night).update(minimum=0, ideal=1)
    CoverRequirement.objects.filter(shift_type=station.early).update(minimum=1, ideal=1)
    return station


def test_engine_meets_a_wish_that_costs_no_cover(quiet, station, zhang, client_of):
    ask(zhang, client_of, what=f"on:{station.night.pk}", day=day(9))
    ask(zhang, client_of, day=day(10))
    problem = rostering.build_problem(station.roster, with_fairness=True)
    assert {(w.day, w.shift, w.wants) for w in problem.person[str(zhang.pk)].wishes} == {
        (8, str(station.night.pk), True),
        (9, None, False),
    }
    result = engine.solve(problem, seconds=60, rounds=2)
    mine = {item.day: item.shift for item in result.roster if item.person == str(zhang.pk)}
    assert 9 not in mine
    assert mine[8] == str(station.night.pk)


def test_statement_after_generation_counts_wishes(station, zhang, leader, client_of):
    ask(zhang, client_of)
    ask(zhang, client_of, what="on", day=day(6))
    best = (engine.Assignment(str(zhang.pk), 6, str(station.early.pk), str(station.beat.pk)),)
    result = engine.Result("feasible", best, objective=0, bound=None, uncovered=0, hard_violations=0, seconds=1)
    facts = rostering.apply_result(by=leader, roster=station.roster, result=result)
    assert (facts["wishes"], facts["wishes_met"]) == (2, 1)  # off on the 5th; not on duty on the 6th
    with translation.override("en"):
        shown = [(str(label), value) for label, value, _tone in patrol_jobs._show(facts)]
    assert ("Wishes met", "1 of 2") in shown


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"day": day(30, 11)}, "day"),  # this month's roster stands
        ({"day": dt.date(2027, 3, 1)}, "day"),
        ({"what": "off:999999"}, "what"),
        ({"day": day(6)}, "day"),  # asked for already
        ({"weight": "important"}, "weight"),  # one a month
    ],
)
def test_wish_outside_the_terms_is_refused(zhang, client_of, values, field):
    ask(zhang, client_of, day=day(6), weight="important")
    answer = ask(zhang, client_of, **values)
    assert answer.status_code == 200
    assert field in answer.context["form"].errors
    assert Wish.objects.count() == 1


def test_published_day_is_nobodys_to_wish_for(station, zhang, leader, client_of):
    make_duty(station.roster, zhang, day(1), station.early, beat=station.beat)
    rosters.publish(by=leader, roster=station.roster)
    assert "day" in ask(zhang, client_of).context["form"].errors


def test_wish_stands_beside_the_person_on_a_phone_and_in_the_plain_form(station, zhang, leader, client_of):
    ask(zhang, client_of)
    what = Wish.objects.get().what
    grid = reverse("roster-grid", args=[station.roster.pk])
    assert what in client_of(leader).get(f"{grid}?day=2026-12-05").content.decode()
    cell = reverse("duty-cell", args=[station.roster.pk, zhang.pk, "2026-12-05"])
    assert client_of(leader).get(cell).context["wish"] == what


def test_squadron_says_how_many_and_until_when(station, zhang, client_of):
    RosterRule.objects.create(unit=station.roster.unit, kind="wishes", most=1, least=15, binds_from=TODAY)
    assert ask(zhang, client_of).status_code == 200  # December closed on the 16th of November
    january = dt.date(2027, 1, 4)
    assert ask(zhang, client_of, day=january).status_code == 302
    assert ask(zhang, client_of, day=january + dt.timedelta(days=1)).status_code == 200


def test_terms_open_the_month_after_next_once_the_next_is_closed():
    terms = Terms(most=4, days_before=7)
    assert terms.first_open(day(24, 11)) == day(1)
    assert terms.first_open(day(25, 11)) == dt.date(2027, 1, 1)
    assert Terms(days_before=0).first_open(day(30, 11)) == day(1)
    assert terms.last_open(day(24, 11)) == dt.date(2027, 1, 31)


def test_declined_wish_is_not_heeded_and_the_member_reads_why(station, zhang, leader, client_of):
    ask(zhang, client_of)
    wish = Wish.objects.get()
    address = reverse("wish-decline", args=[wish.pk])
    client_of(leader).post(address, {"answer": " "})
    assert Wish.objects.standing().exists()  # not without a reason
    client_of(leader).post(address, {"answer": "当天有庙会安保"})
    assert rostering.build_problem(station.roster).person[str(zhang.pk)].wishes == ()
    page = client_of(zhang.user).get(reverse("my-wishes")).content.decode()
    assert "当天有庙会安保" in page
    client_of(zhang.user).post(reverse("wish-withdraw", args=[wish.pk]))
    assert Wish.objects.exists()  # the answer stays
    client_of(leader).post(address, {"restore": "1"})
    assert Wish.objects.standing().exists()


def test_member_takes_a_wish_back_and_asks_for_nobody_else(station, zhang, client_of):
    ask(zhang, client_of)
    with pytest.raises(Refused):
        wishes.ask_wish(by=zhang.user, wish=Wish(member=zhang, day=day(5)), today=TODAY)
    with pytest.raises(PermissionDenied):
        wishes.ask_wish(by=zhang.user, wish=Wish(member=station.li, day=day(5)), today=TODAY)
    client_of(zhang.user).post(reverse("wish-withdraw", args=[Wish.objects.get().pk]))
    assert not Wish.objects.exists()


def test_member_sees_only_own_wishes(station, zhang):
    Wish.objects.create(member=zhang, unit=zhang.unit, day=day(1))
    Wish.objects.create(member=station.li, unit=station.li.unit, day=day(1))
    with row_scope(zhang.user):
        assert [wish.member_id for wish in Wish.objects.all()] == [zhang.pk]


def test_candidate_with_a_wish_comes_with_a_word(station, zhang, leader, client_of):
    ask(zhang, client_of)
    found = rostering.sheet(station.roster).candidates(station.beat.pk, station.early.pk, day(5))
    assert found[0].member_id == station.li.pk  # whom it costs nothing
    assert found[1].can


@pytest.mark.parametrize("values", [{"weight": "huge"}, {"answer": "no"}])
def test_database_keeps_wishes_sound(zhang, values):
    with pytest.raises(IntegrityError), transaction.atomic():
        Wish.objects.create(member=zhang, unit=zhang.unit, day=day(1), **values)


def test_database_keeps_one_wish_a_day(zhang):
    Wish.objects.create(member=zhang, unit=zhang.unit, day=day(1))
    with pytest.raises(IntegrityError), transaction.atomic():
        Wish.objects.create(member=zhang, unit=zhang.unit, day=day(1), wants=True)


def test_transfer_takes_wishes_along_to_the_shift_of_the_same_code(station, zhang, county):
    of_both = make_user("of_both", "leader", county.brigade)
    night = make_shift_type(county.other_squadron, "夜", starts_at=dt.time(20), key="n", is_night=True)
    past, off, nights, late = (
        Wish.objects.create(member=zhang, unit=zhang.unit, day=date, shift_type=shift)
        for date, shift in (
            (dt.date(2026, 11, 1), None), (day(5), None), (day(6), station.night), (day(7), station.late),
        )
    )  # fmt: skip
    with row_scope(of_both):
        transfer_member(by=of_both, member=zhang, unit=county.other_group)
    for wish in (past, off, nights, late):
        wish.refresh_from_db()
    assert (past.unit, off.unit, nights.unit) == (county.group, county.other_group, county.other_group)
    assert nights.shift_type == night
    assert (late.shift_type, late.declined_by, bool(late.answer)) == (station.late, of_both, True)
    roster = make_roster(county.other_squadron, *DECEMBER)
    new_leader = make_user("new_leader", "leader", county.other_squadron)
    with row_scope(new_leader):
        asked = rostering.build_problem(roster).person[str(zhang.pk)].wishes
        assert [wish.shift for wish in asked] == [None, str(night.pk)]
        assert [wish.pk for wish, _met in rostering.sheet(roster).wishes()] == [off.pk, nights.pk]


def test_transfer_within_the_squadron_keeps_the_shift(station, zhang, county, leader):
    wish = Wish.objects.create(member=zhang, unit=zhang.unit, day=day(6), shift_type=station.night)
    transfer_member(by=leader, member=zhang, unit=county.second_group)
    wish.refresh_from_db()
    assert (wish.unit, wish.shift_type, wish.declined_at) == (county.second_group, station.night, None)


@pytest.mark.parametrize("wants", [True, False])
def test_wish_for_a_shift_out_of_use_is_met_only_by_not_serving_it(station, zhang, wants):
    old = make_shift_type(station.roster.unit, "晚", starts_at=dt.time(18), key="o", is_active=False)
    Wish.objects.create(member=zhang, unit=zhang.unit, day=day(6), shift_type=old, wants=wants)
    assert [met for _wish, met in rostering.sheet(station.roster).wishes()] == [not wants]


def test_wish_of_somebody_suspended_is_neither_met_nor_unmet(station, zhang, leader, client_of):
    Wish.objects.create(member=zhang, unit=zhang.unit, day=day(6))
    make_duty(station.roster, station.li, day(1), station.early, beat=station.beat)
    zhang.status = "suspended"
    zhang.save()
    page = client_of(leader).get(reverse("roster-wishes", args=[station.roster.pk]))
    assert page.context["heeded"] == 0
    assert "不在本班表" in page.content.decode()
