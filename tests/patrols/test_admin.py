"""Rules and wishes in Django admin keep to the pages' rights, rows and rules."""

from __future__ import annotations

import datetime as dt

import pytest

from patrols.models import RosterRule, Wish
from patrols.services import wishes

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 20)
RULES, WISHES = "/admin/patrols/rosterrule/", "/admin/patrols/wish/"


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr("patrols.admin.timezone.localdate", lambda: TODAY)


def pair(station):
    people = [station.zhang.pk, station.li.pk]
    return RosterRule.objects.create(
        unit=station.roster.unit, kind="apart", people=people, grounds="kin", reason="兄弟", binds_from=TODAY
    )


def test_leader_adds_changes_and_ends_a_rule_through_the_services(station, leader, client_of):
    at, unit = client_of(leader), station.roster.unit
    data = {"unit": unit.pk, "kind": "weekends", "most": 3, "percent": 40, "is_hard": "on"}
    assert at.post(f"{RULES}add/", data | {"most": 99}).status_code == 200  # the rule's own words
    assert at.post(f"{RULES}add/", data).status_code == 302
    rule = RosterRule.objects.get()
    assert (rule.most, rule.percent, rule.binds_from) == (3, None, TODAY)
    assert at.post(f"{RULES}add/", data).status_code == 200  # there is one already
    page = f"{RULES}{rule.pk}/change/"
    assert "周末" in at.get(page).content.decode()
    assert at.post(page, {"most": 2, "binds_from": TODAY + dt.timedelta(days=9)}).status_code == 302
    old, new = RosterRule.objects.order_by("binds_from")
    assert (old.most, new.most, old.binds_until) == (3, 2, TODAY + dt.timedelta(days=8))
    assert at.post(page, {"most": 1}).status_code == 403  # it has its end
    assert at.post(f"{RULES}{new.pk}/delete/", {"post": "yes"}).status_code == 302
    assert list(RosterRule.objects.all()) == [old]


def test_rule_about_people_is_added_by_name_and_read_by_its_leaders_alone(
    station, leader, officer, outsider, foreign_member, client_of
):
    people = [station.zhang.pk, station.li.pk]
    data = {"unit": station.roster.unit_id, "kind": "apart", "people": people, "is_hard": "on", "reason": "兄弟"}
    at = client_of(leader)
    assert at.post(f"{RULES}add/", data).status_code == 200  # without grounds
    assert (
        at.post(f"{RULES}add/", data | {"grounds": "kin", "people": [people[0], foreign_member.pk]}).status_code == 200
    )
    assert at.post(f"{RULES}add/", data | {"grounds": "kin"}).status_code == 302
    rule = RosterRule.objects.get()
    assert rule.people == sorted(people)
    assert "李伟" in at.get(RULES).content.decode()
    assert "李伟" not in client_of(outsider).get(RULES).content.decode()
    assert client_of(outsider).get(f"{RULES}{rule.pk}/change/").status_code == 302
    for page in (RULES, f"{RULES}{rule.pk}/change/", f"{RULES}add/"):
        assert client_of(officer).get(page).status_code == 403


def test_leader_of_another_squadron_adds_nothing_here(station, outsider, client_of):
    data = {"unit": station.roster.unit_id, "kind": "weekends", "most": 3}
    assert client_of(outsider).post(f"{RULES}add/", data).status_code == 200
    assert not RosterRule.objects.exists()


def test_wish_is_read_and_answered(station, leader, outsider, client_of):
    wish = wishes.enter_wish(
        by=leader, wish=Wish(member=station.zhang, day=dt.date(2026, 12, 5), note="书面"), today=TODAY
    )
    page, at = f"{WISHES}{wish.pk}/change/", client_of(leader)
    assert "张建国" in at.get(WISHES).content.decode()
    assert "书面" in at.get(page).content.decode()
    assert at.post(page, {"answer": "庙会安保", "day": "2026-12-09"}).status_code == 302
    wish.refresh_from_db()
    assert (wish.answer, wish.declined_by, wish.day) == ("庙会安保", leader, dt.date(2026, 12, 5))
    at.post(page, {"answer": ""})
    assert Wish.objects.standing().exists()
    assert "张建国" not in client_of(outsider).get(WISHES).content.decode()
    assert client_of(outsider).post(page, {"answer": "不行"}).status_code in (302, 403, 404)
    assert Wish.objects.standing().exists()
