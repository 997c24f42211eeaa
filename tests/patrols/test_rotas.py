"""Rotas: what they imply, what the limits say about it, what they write into a draft."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from lianfang.platform.problems import Refused
from patrols.models import Duty, Roster, Rota, ShiftType, WorkingTimeLimits
from patrols.models.rota import OFF
from patrols.rules.rotas import implied, rota_problems
from patrols.services import rotas
from personnel.models import DutyCertificate
from teams.models import User
from tests.conftest import County
from tests.factories import make_absence, make_duty, make_shift_type
from tests.patrols.conftest import Station

ClientOf = Callable[[User], Client]
FIRST = dt.date(2026, 12, 1)


def shift(code: str, starts_at: int, hours: int, *, night: bool = False) -> ShiftType:
    return ShiftType(code=code, name=code, starts_at=dt.time(starts_at), minutes=hours * 60, is_night=night)


SHIFTS = {
    item.code: item
    for item in (shift("早", 8, 8), shift("中", 16, 8), shift("夜", 0, 8, night=True), shift("值", 8, 24))
}
FOUR_THREE = ["早", "早", "中", "中", "夜", "夜", OFF, OFF]


def test_24_on_48_off_is_243_hours_a_month() -> None:
    assert round(implied(["值", OFF, OFF], SHIFTS).hours_a_month) == 243


def test_24_on_48_off_breaks_the_day_the_week_and_the_month() -> None:
    with translation.override("en"):
        found = {problem.code: str(problem) for problem in rota_problems(["值", OFF, OFF], SHIFTS, WorkingTimeLimits())}
    assert set(found) == {"hours_month", "hours_day", "hours_week"}
    assert found["hours_month"].startswith("243 hours a month on average; 167 are standard")
    assert "203" in found["hours_month"]
    assert found["hours_day"].startswith("24 hours on one day; at most 11")
    assert found["hours_week"].startswith("up to 72 hours in a week; at most 60")


def test_forward_rota_of_four_crews_keeps_the_usual_limits() -> None:
    found = implied(["早", "早", "中", "中", OFF, "夜", "夜", OFF], SHIFTS)
    assert (found.nights_a_month, found.least_rest) == (pytest.approx(7.6, abs=0.05), 16)
    assert round(found.hours_a_month) == 182
    assert rota_problems(["早", "早", "中", "中", OFF, "夜", "夜", OFF], SHIFTS, WorkingTimeLimits()) == []


@pytest.mark.parametrize(
    ("pattern", "code"),
    [
        (["早", "夜"], "overlap"),  # overlaps nothing: the night begins eight hours after the early shift
        (["中", "早", OFF], "rest"),
        (["早"] * 7 + [OFF], "consecutive_days"),
        (["夜"] * 5 + [OFF, OFF], "consecutive_nights"),
    ],
)
def test_broken_limit_is_named(pattern: list[str], code: str) -> None:
    codes = {problem.code for problem in rota_problems(pattern, SHIFTS, WorkingTimeLimits())}
    assert (code in codes) is (code != "overlap")


def test_unknown_shift_is_named_first() -> None:
    with translation.override("en"):
        (problem,) = rota_problems(["早", "甲", OFF], SHIFTS, WorkingTimeLimits())
    assert (problem.code, problem.field) == ("rota_unknown_shift", "pattern")
    assert "甲" in str(problem)


# --- laid over a draft -----------------------------------------------------------------------------------------------


@pytest.fixture
def rota(station: Station, county: County) -> Rota:
    return Rota.objects.create(unit=county.squadron, name="两班轮", pattern=["早", "早", OFF, OFF], offsets=[0, 2])


def cells(roster: Roster, member: object) -> list[int]:
    return [duty.day.day for duty in Duty.objects.filter(roster=roster, member=member).order_by("day")]


def test_crews_follow_the_pattern_from_their_own_day(station: Station, rota: Rota, county: County) -> None:
    crews = {county.group.pk: 0, county.second_group.pk: 1}
    applied = rotas.apply_rota(by=None, roster=station.roster, rota=rota, crews=crews, start=FIRST)
    assert cells(station.roster, station.zhang)[:4] == [1, 2, 5, 6]
    assert cells(station.roster, station.li)[:4] == [3, 4, 7, 8]
    assert applied.filled == Duty.objects.count()
    assert applied.skipped == []
    assert not Duty.objects.filter(is_fixed=True).exists()


def test_only_the_chosen_groups_get_duties(station: Station, rota: Rota, county: County) -> None:
    rotas.apply_rota(by=None, roster=station.roster, rota=rota, crews={county.group.pk: 1}, start=FIRST)
    assert cells(station.roster, station.zhang)[:2] == [3, 4]
    assert cells(station.roster, station.li) == []


def test_absence_certificate_and_set_cells_are_left_and_listed(station: Station, rota: Rota, county: County) -> None:
    make_duty(station.roster, station.zhang, FIRST, station.late)
    start = timezone.make_aware(dt.datetime(2026, 12, 5))
    make_absence(station.zhang, start, start + dt.timedelta(days=1))
    DutyCertificate.objects.filter(member=station.zhang).update(valid_until=dt.date(2026, 12, 9))
    crews = {county.group.pk: 0}
    applied = rotas.apply_rota(by=None, roster=station.roster, rota=rota, crews=crews, start=FIRST)
    assert cells(station.roster, station.zhang) == [1, 2, 6, 9]
    assert Duty.objects.get(member=station.zhang, day=FIRST).shift_type == station.late
    assert [item.day.day for item in applied.skipped][:3] == [1, 5, 10]
    assert all(item.why for item in applied.skipped)


def test_rota_that_breaks_a_limit_is_refused_until_accepted(station: Station, rota: Rota, county: County) -> None:
    make_shift_type(county.squadron, "值", minutes=1440)
    rota.pattern = ["值", OFF, OFF]
    rota.save()
    words = {"by": None, "roster": station.roster, "rota": rota, "crews": {county.group.pk: 0}, "start": FIRST}
    with pytest.raises(Refused) as refusal:
        rotas.apply_rota(**words)
    assert "hours_month" in {problem.code for problem in refusal.value.problems}
    assert not Duty.objects.exists()
    assert rotas.apply_rota(**words, accept_breach=True).filled == 11


def test_published_roster_takes_no_rota(station: Station, rota: Rota, county: County) -> None:
    Roster.objects.update(status="published")
    with pytest.raises(Refused):
        rotas.apply_rota(by=None, roster=station.roster, rota=rota, crews={county.group.pk: 0}, start=FIRST)


@pytest.mark.parametrize(
    ("fields", "name"),
    [({"pattern": []}, "rota_has_a_pattern"), ({"offsets": []}, "rota_has_crews"), ({}, "rota_name_once_a_unit")],
)
def test_database_refuses_an_unsound_rota(rota: Rota, fields: dict[str, list[int]], name: str) -> None:
    values = {"unit": rota.unit, "name": rota.name if not fields else "other", "pattern": ["早"], "offsets": [0]}
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Rota.objects.create(**(values | fields))


# --- pages -----------------------------------------------------------------------------------------------------------


def test_leader_makes_a_rota_and_sees_what_it_implies(station: Station, leader: User, client_of: ClientOf) -> None:
    client = client_of(leader)
    data = {"name": "四班三运转", "pattern": "早 早 中 中 休 夜 夜 休", "offsets": "1 3 5 7"}
    assert client.post(reverse("rota-new"), data).status_code == 302
    rota = Rota.objects.get()
    assert rota.pattern == ["早", "早", "中", "中", OFF, "夜", "夜", OFF]
    assert rota.offsets == [0, 2, 4, 6]
    assert "198" in client.get(reverse("rota-list")).content.decode()


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"pattern": "早 甲"}, "pattern"),
        ({"pattern": "休 休"}, "pattern"),
        ({"pattern": "早 " * 57}, "pattern"),
        ({"offsets": "1 9"}, "offsets"),
        ({"offsets": "one"}, "offsets"),
    ],
)
def test_form_names_what_is_wrong_and_keeps_what_was_typed(
    station: Station, leader: User, client_of: ClientOf, data: dict[str, str], field: str
) -> None:
    typed = {"name": "班", "pattern": "早 休", "offsets": "1 2"} | data
    answer = client_of(leader).post(reverse("rota-new"), typed)
    assert answer.status_code == 200
    assert answer.context["form"].errors[field]
    assert typed[field] in answer.content.decode()
    assert not Rota.objects.exists()


def test_leader_applies_a_rota(station: Station, rota: Rota, county: County, leader: User, client_of: ClientOf) -> None:
    data = {
        "rota": rota.pk,
        "start": "2026-12-01",
        f"crew_{county.group.pk}": "0",
        f"crew_{county.second_group.pk}": "",
    }
    answer = client_of(leader).post(reverse("rota-apply", args=[station.roster.pk]), data)
    assert answer.status_code == 200
    assert answer.context["applied"].filled == 16
    assert cells(station.roster, station.li) == []


def test_rota_of_another_squadron_is_no_choice(
    station: Station, county: County, leader: User, client_of: ClientOf
) -> None:
    foreign = Rota.objects.create(unit=county.other_squadron, name="外", pattern=["早"], offsets=[0])
    data = {"rota": foreign.pk, "start": "2026-12-01", f"crew_{county.group.pk}": "0"}
    answer = client_of(leader).post(reverse("rota-apply", args=[station.roster.pk]), data)
    assert answer.context["form"].errors["rota"]
    assert not Duty.objects.exists()


def test_usual_rotas_are_judged_before_their_shifts_are_set_up(
    station: Station, leader: User, client_of: ClientOf
) -> None:
    answer = client_of(leader).get(reverse("rota-list"))
    cards = {card.rota.key: card for card in answer.context["presets"]}
    assert cards["four_three"].problems == []
    assert cards["day_on_two_off"].missing == ["值"]
    assert "hours_month" in {problem.code for problem in cards["day_on_two_off"].problems}
    assert "243" in answer.content.decode()
