"""Wishes that a leader enters for members who ask on paper or by word."""

from __future__ import annotations

import datetime as dt

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from lianfang.platform.problems import Refused
from patrols.models import Wish
from patrols.services import rostering, rosters, wishes
from tests.factories import make_duty, make_user

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 20)
LATE = dt.date(2026, 11, 28)  # wishes for December were taken until the 24th


def day(number: int) -> dt.date:
    return dt.date(2026, 12, number)


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr("patrols.views.wishes.timezone.localdate", lambda: TODAY)


def enter(station, leader, client_of, **values):
    values = {"member": station.zhang.pk, "day": day(5), "what": "off", "weight": "ordinary", "note": ""} | values
    return client_of(leader).post(reverse("wish-enter", args=[station.roster.pk]), values)


def test_leader_enters_changes_and_withdraws_a_wish(station, leader, client_of):
    assert enter(station, leader, client_of, note="书面").status_code == 302
    wish = Wish.objects.get()
    assert (wish.member, wish.unit, wish.entered_by, wish.is_late) == (
        station.zhang,
        station.zhang.unit,
        leader,
        False,
    )
    assert rostering.build_problem(station.roster).person[str(station.zhang.pk)].wishes[0].weight == 60  # as anybody's
    page = reverse("wish-edit", args=[wish.pk])
    assert client_of(leader).get(page).context["form"]["what"].value() == "off"
    client_of(leader).post(page, {"day": day(6), "what": f"on:{station.night.pk}", "weight": "important", "note": ""})
    wish.refresh_from_db()
    assert (wish.day, wish.wants, wish.shift_type, wish.member) == (day(6), True, station.night, station.zhang)
    client_of(leader).post(reverse("wish-remove", args=[wish.pk]))
    assert not Wish.objects.exists()
    events = apps.get_model("patrols", "WishEvent").objects.order_by("pgh_id")
    assert [(event.pgh_label, event.entered_by_id) for event in events] == [
        ("insert", leader.pk), ("update", leader.pk), ("delete", leader.pk),
    ]  # fmt: skip


def test_who_entered_it_is_read_by_leader_and_member(station, county, leader, client_of):
    station.zhang.user = make_user("zhang", "member", county.group)
    station.zhang.save()
    enter(station, leader, client_of)
    roster = client_of(leader).get(reverse("roster-wishes", args=[station.roster.pk]))
    (row, _met) = roster.context["wishes"][0]
    assert row.entered_by == leader
    assert "周队长" in client_of(station.zhang.user).get(reverse("my-wishes")).content.decode()
    client_of(station.zhang.user).post(reverse("wish-withdraw", args=[row.pk]))
    assert not Wish.objects.exists()  # it is the member's, whoever entered it


def test_leader_may_be_late_and_it_shows_until_the_roster_is_published(station, leader, client_of, monkeypatch):
    monkeypatch.setattr("patrols.views.wishes.timezone.localdate", lambda: LATE)
    enter(station, leader, client_of)
    assert Wish.objects.get().is_late
    make_duty(station.roster, station.zhang, day(1), station.early, beat=station.beat)
    rosters.publish(by=leader, roster=station.roster)
    assert enter(station, leader, client_of, day=day(9)).status_code == 302  # back to the list, with a word
    with pytest.raises(Refused):
        wishes.enter_wish(by=leader, wish=Wish(member=station.zhang, day=day(9)), today=LATE)
    assert Wish.objects.count() == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"day": dt.date(2027, 1, 4)}, "day"),  # no day of this roster
        ({"day": day(8)}, "day"),  # asked for already
        ({"day": day(9)}, "day"),  # four a month, as for everybody
        ({"what": "off:999999"}, "what"),
    ],
)
def test_terms_are_those_of_every_member(station, leader, client_of, values, field):
    for number in (8, 15, 22) if values.get("day") == day(8) else (8, 15, 22, 29):
        Wish.objects.create(member=station.zhang, unit=station.zhang.unit, day=day(number))
    count = Wish.objects.count()
    answer = enter(station, leader, client_of, **values)
    assert field in answer.context["form"].errors
    assert Wish.objects.count() == count


def test_day_that_has_begun_is_nobodys_to_wish_for(station, leader):
    with pytest.raises(Refused):
        wishes.enter_wish(by=leader, wish=Wish(member=station.zhang, day=day(5)), today=day(5))


def test_members_own_wish_is_not_the_leaders_to_change(station, leader, client_of):
    wish = Wish.objects.create(member=station.zhang, unit=station.zhang.unit, day=day(5))
    values = {"day": day(6), "what": "on", "weight": "ordinary"}
    assert client_of(leader).post(reverse("wish-edit", args=[wish.pk]), values).status_code == 302
    client_of(leader).post(reverse("wish-remove", args=[wish.pk]))
    assert Wish.objects.get().day == day(5)
    with pytest.raises(Refused):
        wishes.enter_wish(by=leader, wish=wish, today=TODAY)


def test_wish_withdrawn_meanwhile_does_not_come_back(station, leader):
    wish = wishes.enter_wish(by=leader, wish=Wish(member=station.zhang, day=day(5)), today=TODAY)
    stale = Wish.objects.get()
    wishes.remove_wish(by=leader, wish=wish)
    stale.day = day(6)
    with pytest.raises(Refused):
        wishes.enter_wish(by=leader, wish=stale, today=TODAY)
    assert not Wish.objects.exists()


def test_other_squadrons_members_are_their_own_leaders(station, leader, outsider, foreign_member, client_of):
    with pytest.raises(PermissionDenied):
        wishes.enter_wish(by=outsider, wish=Wish(member=station.zhang, day=day(5)), today=TODAY)
    answer = enter(station, leader, client_of, member=foreign_member.pk)
    assert "member" in answer.context["form"].errors


def test_database_lets_only_leaders_be_late(station):
    with pytest.raises(IntegrityError), transaction.atomic():
        Wish.objects.create(member=station.zhang, unit=station.zhang.unit, day=day(1), is_late=True)
