"""The register of sworn officers, and who leads what (handbook P20, D4)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from patrols.models import CoverRequirement, NeedLead, OfficerAvailability, SwornOfficer
from patrols.services import rostering, rosters
from tests.factories import make_beat, make_duty

pytestmark = pytest.mark.django_db


def day(number: int) -> dt.date:
    return dt.date(2026, 12, number)


def posted(**changes):
    times = {"availability-TOTAL_FORMS": 1, "availability-INITIAL_FORMS": 0}
    return {"name": "赵警官", "post": "社区民警", "is_active": "on"} | times | changes


@pytest.fixture
def checks(station):
    """The early need of the station is a check of persons and vehicles."""
    CoverRequirement.objects.filter(shift_type=station.early).update(task_kind="checks", officer_led=True)
    return station


def lead_of(station, number=1):
    sheet = rostering.sheet(station.roster)
    return {item.lead for item in sheet.cover() if item.day == day(number) and item.officer_led}


def test_officer_is_kept_with_beats_and_times(station, leader, client_of):
    client = client_of(leader)
    row = {"availability-0-weekdays": [0, 1], "availability-0-starts_at": "07:00", "availability-0-ends_at": "19:00"}
    answer = client.post(reverse("officer-new"), posted(beats=[station.beat.pk], task_kinds=["checks"], **row))
    assert answer.status_code == 302
    officer = SwornOfficer.objects.get()
    assert list(officer.beats.all()) == [station.beat]
    assert officer.availability.get().minutes_on(dt.date(2026, 12, 7)) == (420, 1140)  # a Monday
    assert officer.availability.get().minutes_on(dt.date(2026, 12, 9)) is None
    text = client.get(reverse("officer-list")).content.decode()
    assert "赵警官" in text
    assert station.beat.name in text


def test_wrong_time_names_its_row_and_keeps_what_was_typed(station, leader, client_of):
    row = {"availability-0-weekdays": [0], "availability-0-starts_at": "07:00"}
    response = client_of(leader).post(reverse("officer-new"), posted(**row))
    assert response.context["times"].forms[0].errors
    assert response.context["form"]["name"].value() == "赵警官"
    assert not SwornOfficer.objects.exists()


def test_beat_of_another_squadron_is_no_choice(station, county, leader, client_of):
    foreign = make_beat(county.other_squadron)
    response = client_of(leader).post(reverse("officer-new"), posted(beats=[foreign.pk]))
    assert response.context["form"].errors["beats"]


def test_officer_of_another_squadron_is_not_found(county, leader, brigade_staff, client_of):
    foreign = SwornOfficer.objects.create(unit=county.other_squadron, name="钱警官")
    assert client_of(leader).get(reverse("officer-edit", args=[foreign.pk])).status_code == 404
    assert client_of(brigade_staff).get(reverse("officer-edit", args=[foreign.pk])).status_code == 200


def test_free_officer_leads_and_is_named_on_publishing(checks, leader):
    officer = SwornOfficer.objects.create(unit=checks.roster.unit, name="赵警官")
    make_duty(checks.roster, checks.zhang, day(1), checks.early, beat=checks.beat)
    assert lead_of(checks) == {"赵警官"}
    rosters.publish(by=leader, roster=checks.roster)
    lead = NeedLead.objects.get()
    assert (lead.officer, lead.beat, lead.day) == (officer, checks.beat, day(1))
    rosters.unpublish(by=leader, roster=checks.roster, reason="改")
    assert not NeedLead.objects.exists()


@pytest.mark.parametrize(
    "hindrance", ["other_beat", "other_task", "other_weekday", "too_short", "inactive", "other_squadron"]
)
def test_officer_who_cannot_lead_is_not_named(checks, county, hindrance):
    unit = county.other_squadron if hindrance == "other_squadron" else checks.roster.unit
    kinds = ["ambush"] if hindrance == "other_task" else []
    officer = SwornOfficer.objects.create(unit=unit, name="赵警官", task_kinds=kinds, is_active=hindrance != "inactive")
    if hindrance == "other_beat":
        officer.beats.add(make_beat(checks.roster.unit, "别处"))
    if hindrance == "other_weekday":  # the first of December 2026 is a Tuesday
        OfficerAvailability.objects.create(officer=officer, weekdays=[0])
    if hindrance == "too_short":
        OfficerAvailability.objects.create(officer=officer, starts_at=dt.time(8), ends_at=dt.time(15))
    make_duty(checks.roster, checks.zhang, day(1), checks.early, beat=checks.beat)
    assert lead_of(checks) == {""}
    assert [p.code for p in rosters.publishing_problems(checks.roster)] == ["officer"]


def test_night_across_midnight_is_led_by_one_on_both_days(station):
    CoverRequirement.objects.filter(shift_type=station.night).update(task_kind="ambush", officer_led=True)
    officer = SwornOfficer.objects.create(unit=station.roster.unit, name="赵警官")
    OfficerAvailability.objects.create(officer=officer, weekdays=[0, 1, 2, 3, 4])
    sheet = rostering.sheet(station.roster)
    led = {item.day.day for item in sheet.cover() if item.lead}
    assert 3 in led  # Thursday to Friday
    assert 4 not in led  # Friday to Saturday


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"name": ""}, "officer_has_name"),
        ({"task_kinds": ["magic"]}, "officer_task_kinds_known"),
        ({"name": "赵警官"}, "officer_once_a_unit"),
    ],
)
def test_officer_that_makes_no_sense_is_refused_by_the_database(county, values, constraint):
    SwornOfficer.objects.create(unit=county.squadron, name="赵警官")
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        SwornOfficer.objects.create(**({"unit": county.squadron, "name": "钱警官"} | values))


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"weekdays": []}, "availability_some_weekday"),
        ({"starts_at": dt.time(8)}, "availability_both_times"),
        ({"first_day": day(2), "last_day": day(1)}, "availability_ends_after_start"),
    ],
)
def test_availability_that_makes_no_sense_is_refused_by_the_database(county, values, constraint):
    officer = SwornOfficer.objects.create(unit=county.squadron, name="赵警官")
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        OfficerAvailability.objects.create(officer=officer, **values)
