"""The emergency exception, protected people, hours over a quarter, runs (handbook D7)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse

from lianfang.platform.problems import Refused
from patrols.models import EmergencyException, RosterStatus, WorkingTimeLimits
from patrols.services import exceptions, rostering, rosters
from personnel.models import MemberSkill, Protection
from teams.scope import row_scope
from tests.factories import make_duty, make_roster

pytestmark = pytest.mark.django_db


def day(number: int, month: int = 12) -> dt.date:
    return dt.date(2026, month, number)


def ask(station, leader, **values):
    row = {"limits": ["rest"], "first_day": day(1), "last_day": day(3), "reason": "防汛抢险"} | values
    return exceptions.ask_exception(by=leader, exception=EmergencyException(unit=station.roster.unit, **row))


@pytest.fixture
def tired(station):
    """The night after the early shift: less than 11 hours of rest before the next early one."""
    make_duty(station.roster, station.zhang, day(1), station.night)
    make_duty(station.roster, station.zhang, day(2), station.late)
    return station


def codes(station):
    return [problem.code for problem in rosters.publishing_problems(station.roster)]


def test_signed_exception_opens_publishing_and_is_listed(tired, leader, brigade_staff, client_of):
    row = ask(tired, leader)
    assert codes(tired) == ["rest"]  # not signed yet
    exceptions.sign_exception(by=brigade_staff, exception=row)
    assert codes(tired) == []
    page = client_of(leader).get(reverse("roster-publish", args=[tired.roster.pk]))
    assert "防汛抢险" in page.content.decode()
    assert [problem.code for problem in page.context["lifted"]] == ["rest"]
    version = rosters.publish(by=leader, roster=tired.roster)
    assert version.exceptions[0]["limits"] == ["rest"]
    assert version.exceptions[0]["signed_by"] == brigade_staff.pk
    text = client_of(leader).get(reverse("roster-versions", args=[tired.roster.pk])).content.decode()
    assert "防汛抢险" in text


def test_exception_lifts_no_other_limit_and_no_other_days(tired, leader, brigade_staff):
    exceptions.sign_exception(by=brigade_staff, exception=ask(tired, leader, limits=["hours_week"]))
    elsewhere = ask(tired, leader, first_day=day(5), last_day=day(6))
    exceptions.sign_exception(by=brigade_staff, exception=elsewhere)
    assert codes(tired) == ["rest"]


def test_who_asks_does_not_sign_and_a_leader_neither(station, leader, outsider, client_of):
    row = ask(station, leader)
    for user in (leader, outsider):
        with pytest.raises(Refused):
            exceptions.sign_exception(by=user, exception=row)
    assert client_of(leader).post(reverse("exception-sign", args=[row.pk])).status_code == 403
    with pytest.raises(IntegrityError, match="exception_signed_by_another"), transaction.atomic():
        EmergencyException.objects.filter(pk=row.pk).update(signed_by=leader, signed_at="2026-11-30T08:00Z")


def test_exception_is_asked_for_and_signed_through_the_pages(station, leader, brigade_staff, client_of):
    posted = {
        "unit": station.roster.unit_id,
        "limits": ["rest", "weekly_rest"],
        "first_day": "2026-12-01",
        "last_day": "2026-12-03",
        "reason": "防汛抢险",
    }
    client = client_of(leader)
    wrong = client.post(reverse("exception-new"), posted | {"last_day": "2027-06-01"})
    assert wrong.context["form"].errors["last_day"]
    assert wrong.context["form"]["reason"].value() == "防汛抢险"
    assert client.post(reverse("exception-new"), posted).status_code == 302
    row = EmergencyException.objects.get()
    assert client_of(brigade_staff).post(reverse("exception-sign", args=[row.pk])).status_code == 302
    row.refresh_from_db()
    assert row.signed_by == brigade_staff
    client.post(reverse("exception-withdraw", args=[row.pk]))
    assert EmergencyException.objects.exists()


def test_signed_exception_is_neither_changed_nor_deleted(station, leader, brigade_staff):
    row = exceptions.sign_exception(by=brigade_staff, exception=ask(station, leader))
    for statement in ("UPDATE patrols_emergencyexception SET reason = 'x'", "DELETE FROM patrols_emergencyexception"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert EmergencyException.objects.get(pk=row.pk).reason == "防汛抢险"


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"limits": ["certificate"]}, "exception_limits_waivable"),
        ({"limits": []}, "exception_limits_waivable"),
        ({"reason": ""}, "exception_has_reason"),
        ({"last_day": day(1, 11)}, "exception_ends_after_start"),
    ],
)
def test_exception_that_makes_no_sense_is_refused_by_the_database(station, leader, values, constraint):
    row = {"limits": ["rest"], "first_day": day(1), "last_day": day(3), "reason": "防汛", "asked_by": leader}
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        EmergencyException.objects.create(unit=station.roster.unit, **(row | values))


def test_exception_for_single_people_lifts_nothing_for_the_others(tired, leader, brigade_staff):
    make_duty(tired.roster, tired.li, day(1), tired.night)
    make_duty(tired.roster, tired.li, day(2), tired.late)
    exceptions.sign_exception(by=brigade_staff, exception=ask(tired, leader, people=[tired.zhang.pk]))
    found = rostering.sheet(tired.roster).findings()
    assert [(finding.code, finding.member_id) for finding in found] == [("rest", tired.li.pk)]


def test_exception_names_people_of_its_own_squadron(station, leader, foreign_member, client_of):
    posted = {"unit": station.roster.unit_id, "limits": ["rest"], "first_day": "2026-12-01", "last_day": "2026-12-03"}
    posted |= {"reason": "防汛抢险", "people": [station.zhang.pk]}
    client = client_of(leader)
    refused = client.post(reverse("exception-new"), posted | {"people": [foreign_member.pk]})
    assert refused.context["form"].errors["people"]
    assert client.post(reverse("exception-new"), posted).status_code == 302
    assert EmergencyException.objects.get().people == [station.zhang.pk]
    assert "张建国" in client.get(reverse("exception-list")).content.decode()
    with pytest.raises(Refused):
        ask(station, leader, people=[foreign_member.pk])


# --- protected people ------------------------------------------------------------------------------------------------


def test_protected_member_gets_no_night(station, leader):
    Protection.objects.create(member=station.zhang, kind="pregnancy", first_day=day(1), last_day=day(10))
    make_duty(station.roster, station.zhang, day(2), station.night)
    (problem,) = rosters.publishing_problems(station.roster)
    assert problem.code == "protected"
    station.roster.duties.all().delete()
    make_duty(station.roster, station.zhang, day(12), station.night)
    assert codes(station) == []


def test_protection_is_seen_by_the_leader_alone(station, leader, group_leader, brigade_staff, client_of):
    client = client_of(leader)
    url = reverse("protection-add", args=[station.zhang.pk])
    posted = {"kind": "nursing", "first_day": "2026-12-01", "last_day": "2026-12-31"}
    assert client.post(url, posted).status_code == 302
    assert client.post(url, posted).status_code == 422  # twice in the same days
    page = reverse("member-detail", args=[station.zhang.pk])
    assert "2026-12-31" in client.get(page).content.decode()
    for user in (group_leader, brigade_staff):
        response = client_of(user).get(page)
        assert response.status_code == 200
        assert "2026-12-31" not in response.content.decode()
        with row_scope(user):
            assert not Protection.objects.exists()
    with row_scope(leader):
        assert Protection.objects.count() == 1


def test_skill_is_noted_with_its_proof(station, leader, client_of):
    client = client_of(leader)
    url = reverse("member-skill-add", args=[station.zhang.pk])
    assert client.post(url, {"skill": "driving", "proof": " "}).status_code == 422
    assert client.post(url, {"skill": "driving", "proof": "C1 990123"}).status_code == 302
    row = MemberSkill.objects.get()
    assert "C1 990123" in client.get(reverse("member-detail", args=[station.zhang.pk])).content.decode()
    client.post(reverse("member-skill-remove", args=[row.pk]))
    assert not MemberSkill.objects.exists()


@pytest.mark.parametrize(
    ("model", "values", "constraint"),
    [
        (MemberSkill, {"skill": "magic", "proof": "x"}, "member_skill_known"),
        (MemberSkill, {"skill": "drone", "proof": ""}, "member_skill_has_proof"),
        (Protection, {"kind": "x", "first_day": day(1), "last_day": day(2)}, "protection_kind_known"),
        (Protection, {"kind": "nursing", "first_day": day(2), "last_day": day(1)}, "protection_ends_after_start"),
    ],
)
def test_fact_that_makes_no_sense_is_refused_by_the_database(station, model, values, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        model.objects.create(member=station.zhang, **values)


# --- limits ----------------------------------------------------------------------------------------------------------


def limits_row(station, **values):
    return WorkingTimeLimits.objects.create(unit=station.roster.unit, **values)


def test_hours_count_over_a_quarter(station, leader):
    limits_row(station, counted_over="quarter", overtime_a_month=0)
    november = make_roster(station.roster.unit, day(1, 11), day(30, 11), status=RosterStatus.DRAFT)
    for number in range(2, 5):
        make_duty(november, station.zhang, day(number, 11), station.early)
    rosters.publish(by=leader, roster=november)
    problem = rostering.build_problem(station.roster)
    limit = next(x for x in problem.limits if x.name == "hours_quarter")
    # 21 workdays in November 2026 by the calendar, three of them worked: the rest may be made up in December.
    assert limit.already[str(station.zhang.pk)] == (3 - 21) * 480
    assert limit.most == 0
    assert "hours_month" not in {x.name for x in problem.limits}


def test_single_days_are_refused_where_runs_are_wanted(station):
    limits_row(station, least_days_in_a_row=2)
    make_duty(station.roster, station.zhang, day(10), station.early)
    (problem,) = rosters.publishing_problems(station.roster)
    assert (problem.code, "只单独上班一天，至少应连续上班2天" in str(problem.message)) == ("consecutive_days", True)
    make_duty(station.roster, station.zhang, day(11), station.early)
    assert codes(station) == []


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"least_days_in_a_row": 7}, "limits_least_days_sensible"),
        ({"least_nights_in_a_row": 5}, "limits_least_nights_sensible"),
        ({"counted_over": "year"}, "limits_period_known"),
        ({"overtime_a_month": 300}, "limits_overtime_sensible"),
    ],
)
def test_limits_that_make_no_sense_are_refused_by_the_database(station, values, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        limits_row(station, **values)


def test_run_that_an_exception_shortens_but_not_enough_is_not_told_as_lifted(station, leader, brigade_staff):
    for number in range(1, 10):
        make_duty(station.roster, station.zhang, day(number), station.early, beat=station.beat)
    lifting = ask(station, leader, limits=["consecutive_days"], first_day=day(1), last_day=day(1))
    exceptions.sign_exception(by=brigade_staff, exception=lifting)
    sheet = rostering.sheet(station.roster)
    assert "consecutive_days" in [finding.code for finding in sheet.findings()]
    assert "consecutive_days" not in [problem.code for problem in exceptions.lifted(sheet)]
