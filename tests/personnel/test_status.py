"""Suspending members, taking them back, letting them go."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from lianfang.platform.problems import Refused
from patrols.rules.future_duties import future_duties
from personnel.models import Engagement, StatusChange
from personnel.rules.certificates import consequences
from personnel.services.status import change_status
from tests.factories import make_duty, make_member, make_roster, make_shift_type

pytestmark = pytest.mark.django_db


@pytest.fixture
def published_duty(county, member):
    """A duty of the member tomorrow, in a published roster."""
    day = timezone.localdate() + dt.timedelta(days=1)
    roster = make_roster(county.squadron, day, day + dt.timedelta(days=5))
    duty = make_duty(roster, member, day, make_shift_type(county.squadron))
    duty.engagement = Engagement.objects.create(member=member, kind="duty", starts=duty.starts, ends=duty.ends)
    duty.save()
    roster.status, roster.version = "published", 1
    roster.save()
    return duty


def enter(client, member, **changes):
    values = {"kind": "suspend", "on": timezone.localdate(), "reason": "调查", "document": "联防〔2026〕3号"} | changes
    return client.post(reverse("member-status", args=[member.pk]), values, headers={"accept-language": "en"})


def test_suspended_member_is_shown_so_and_comes_back(client_of, leader, member):
    client = client_of(leader)
    assert enter(client, member).status_code == 302
    member.refresh_from_db()
    assert (member.status, member.left_on) == ("suspended", None)
    html = client.get(reverse("member-detail", args=[member.pk]), headers={"accept-language": "en"}).content.decode()
    assert "suspended from duty" in html
    assert "联防〔2026〕3号" in html
    assert enter(client, member, kind="resume").status_code == 302
    member.refresh_from_db()
    assert member.status == "active"


def test_member_who_resigns_leaves_on_that_day(client_of, leader, member):
    assert enter(client_of(leader), member, kind="resign").status_code == 302
    member.refresh_from_db()
    assert (member.status, member.left_on) == ("left", timezone.localdate())
    assert member.certificates.get().withdrawn_on is None
    assert StatusChange.pgh_event_model.objects.filter(pgh_obj__member=member).count() == 1


def test_dismissal_withdraws_the_certificate(leader, member):
    change_status(by=leader, member=member, kind="dismiss", on=timezone.localdate(), reason="违纪")
    certificate = member.certificates.get()
    assert (certificate.withdrawn_on, certificate.withdrawal_reason) == (timezone.localdate(), "违纪")


def test_exit_is_refused_while_published_duties_stand(client_of, leader, member, published_duty):
    response = enter(client_of(leader), member, kind="resign")
    assert response.status_code == 422
    assert f"{published_duty.day:%m-%d} 早" in response.content.decode()
    member.refresh_from_db()
    assert member.status == "active"
    assert not StatusChange.objects.exists()


def test_draft_duties_keep_nobody(county, leader, member):
    day = timezone.localdate() + dt.timedelta(days=1)
    make_duty(make_roster(county.squadron, day, day), member, day, make_shift_type(county.squadron))
    assert future_duties(member, timezone.localdate()) == []
    change_status(by=leader, member=member, kind="resign", on=timezone.localdate(), reason="个人原因")


def test_suspension_tells_of_duties_that_stand(leader, member, published_duty):
    left = change_status(by=leader, member=member, kind="suspend", on=timezone.localdate(), reason="调查")
    assert [p.code for p in left] == ["future_duties"]


def test_withdrawal_of_a_certificate_lists_the_duties_that_stand(member, published_duty):
    assert [p.code for p in consequences(member, timezone.localdate())] == ["future_duties"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"on": timezone.localdate() + dt.timedelta(days=2)}, "status_future"),
        ({"on": dt.date(2019, 12, 31)}, "status_before_hire"),
        ({"reason": "  "}, "reason_missing"),
        ({"kind": "resume"}, "status_order"),
    ],
)
def test_change_that_cannot_be_is_refused(leader, member, changes, code):
    values = {"kind": "suspend", "on": timezone.localdate(), "reason": "调查"} | changes
    with pytest.raises(Refused) as refused:
        change_status(by=leader, member=member, **values)
    assert [p.code for p in refused.value.problems] == [code]


def test_change_before_the_last_one_is_refused(leader, member):
    today = timezone.localdate()
    change_status(by=leader, member=member, kind="suspend", on=today, reason="调查")
    with pytest.raises(Refused) as refused:
        change_status(by=leader, member=member, kind="resume", on=today - dt.timedelta(days=1), reason="完")
    assert [p.code for p in refused.value.problems] == ["status_before_last"]


def test_former_member_can_change_no_more(client_of, leader, county):
    gone = make_member(county.group, status="left", left_on=dt.date(2025, 1, 1))
    assert enter(client_of(leader), gone).status_code == 422


@pytest.mark.parametrize("values", [("suspend", ""), ("vanish", "x")])
def test_database_refuses_a_change_without_reason_or_kind(member, values):
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            'INSERT INTO personnel_statuschange (member_id, kind, "on", reason, document)'
            " VALUES (%s, %s, '2026-01-01', %s, '')",
            [member.pk, *values],
        )


def test_member_who_left_is_taken_on_again_and_the_old_engagement_stays(client_of, leader, member):
    client, today = client_of(leader), timezone.localdate()
    hired = today - dt.timedelta(days=900)
    type(member).objects.filter(pk=member.pk).update(hired_on=hired, contract_from=hired, contract_until=today)
    assert enter(client, member, kind="resign", on=today - dt.timedelta(days=30)).status_code == 302
    assert enter(client, member, kind="rehire", on=today - dt.timedelta(days=31)).status_code == 422
    assert enter(client, member, kind="rehire", on=today).status_code == 302
    member.refresh_from_db()
    assert (member.status, member.left_on, member.hired_on, member.contract_until) == ("active", None, today, None)
    html = client.get(reverse("member-detail", args=[member.pk]), headers={"accept-language": "en"}).content.decode()
    assert f"Served before: {hired} – {today - dt.timedelta(days=30)}" in html


def test_dismissed_member_is_not_taken_on_again(leader, member):
    change_status(by=leader, member=member, kind="dismiss", on=timezone.localdate(), reason="违纪")
    with pytest.raises(Refused) as refused:
        change_status(by=leader, member=member, kind="rehire", on=timezone.localdate(), reason="招录")
    assert [p.code for p in refused.value.problems] == ["dismissed"]


def test_database_refuses_a_return_without_an_engagement_before(member):
    with pytest.raises(IntegrityError), transaction.atomic():
        StatusChange.objects.create(member=member, kind="rehire", on=timezone.localdate(), reason="招录")
