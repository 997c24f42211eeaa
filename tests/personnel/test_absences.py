"""Absences: a person's time is taken once (form, service and database)."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from lianfang.platform.problems import Refused
from personnel.models import Absence, Engagement
from personnel.rules import absences as rules
from personnel.services.absences import add_absence, cancel_absence, whole_days
from tests.factories import make_absence, make_member

pytestmark = pytest.mark.django_db


def at(day, hour=0):
    return timezone.make_aware(dt.datetime(2026, 12, day, hour))


def post(client, member, first="2026-12-10", last="2026-12-12", **more):
    values = {"member": member.pk, "kind": "annual", "first_day": first, "last_day": last} | more
    return client.post(reverse("absence-add"), values, headers={"accept-language": "en"})


def test_absence_takes_whole_days(client_of, leader, member):
    response = post(client_of(leader), member, note="回老家")
    assert response["Location"] == reverse("absence-list")
    absence = Absence.objects.get()
    assert (absence.engagement.starts, absence.engagement.ends) == (at(10), at(13))
    assert (absence.engagement.kind, absence.note) == ("leave", "回老家")


def test_training_is_taken_as_training(client_of, leader, member):
    post(client_of(leader), member, kind="training")
    assert Engagement.objects.get().kind == "training"


@pytest.mark.parametrize(("first", "last"), [(9, 10), (12, 14), (10, 12), (11, 11), (1, 31)])
def test_overlapping_absence_is_refused_with_a_sentence(client_of, leader, member, first, last):
    make_absence(member, at(10), at(13))
    response = post(client_of(leader), member, f"2026-12-{first:02}", f"2026-12-{last:02}")
    assert response.status_code == 422
    assert "2026-12-10 – 2026-12-12" in response.content.decode()
    assert Absence.objects.count() == 1


@pytest.mark.parametrize(("first", "last"), [(8, 9), (13, 14)])
def test_absence_right_before_or_after_another_is_taken(client_of, leader, member, first, last):
    make_absence(member, at(10), at(13))
    assert post(client_of(leader), member, f"2026-12-{first:02}", f"2026-12-{last:02}").status_code == 302


def test_absence_over_a_published_duty_is_refused(client_of, leader, member):
    Engagement.objects.create(member=member, kind="duty", starts=at(11, 22), ends=at(12, 6))
    response = post(client_of(leader), member)
    assert response.status_code == 422
    assert "2026-12-11 22:00" in response.content.decode()


def test_absence_over_another_members_time_is_fine(client_of, leader, member, county):
    make_absence(make_member(county.group), at(10), at(13))
    assert post(client_of(leader), member).status_code == 302


def test_absence_that_ends_before_it_begins_is_refused(client_of, leader, member):
    response = post(client_of(leader), member, "2026-12-10", "2026-12-09")
    assert response.context["form"].errors["last_day"]


def test_overlap_is_refused_by_the_database_itself(member):
    make_absence(member, at(10), at(13))
    with pytest.raises(IntegrityError, match="one_engagement_at_a_time"), transaction.atomic():
        Engagement.objects.create(member=member, kind="duty", starts=at(12, 23), ends=at(13, 7))


def test_overlap_that_slips_past_the_rule_becomes_a_problem(member, monkeypatch):
    """Two people write at the same moment: both pass the rule, the database takes one."""
    make_absence(member, at(10), at(13))
    monkeypatch.setattr(rules, "absence_problems", lambda *args: [])
    starts, ends = whole_days(dt.date(2026, 12, 12), dt.date(2026, 12, 12))
    with pytest.raises(Refused) as refused:
        add_absence(by=None, member=member, kind="sick", starts=starts, ends=ends)
    assert refused.value.problems[0].code == "time_taken"


def test_cancelled_absence_gives_the_time_back(client_of, leader, member):
    absence = make_absence(member, at(10), at(13))
    client = client_of(leader)
    url = reverse("absence-cancel", args=[absence.pk])
    assert client.get(url).status_code == 200
    assert Absence.objects.exists(), "asking changes nothing"
    client.post(url)
    assert not Engagement.objects.exists()
    assert post(client, member).status_code == 302


def test_cancelling_stays_in_the_history(member):
    cancel_absence(by=None, absence=make_absence(member, at(10), at(13)))
    assert Absence.pgh_event_model.objects.filter(pgh_label="delete").exists()


def test_absence_of_a_foreign_member_is_not_found(client_of, outsider, member):
    absence = make_absence(member, at(10), at(13))
    client = client_of(outsider)
    assert client.post(reverse("absence-cancel", args=[absence.pk])).status_code == 404
    assert post(client, member, "2026-12-20", "2026-12-21").status_code == 422
    assert "李伟" not in client.get(reverse("absence-list")).content.decode()
    assert Absence.objects.count() == 1


def test_member_sees_only_the_own_absences(client_of, member, county):
    make_absence(member, at(10), at(13))
    make_absence(make_member(county.group, "赵敏"), at(10), at(13))
    html = client_of(member.user).get(reverse("absence-list"), {"period": "all"}).content.decode()
    assert "李伟" in html
    assert "赵敏" not in html


def test_member_cannot_enter_an_absence(client_of, member):
    assert client_of(member.user).get(reverse("absence-add")).status_code == 403


def test_list_shows_coming_absences_unless_asked(client_of, leader, member):
    now = timezone.now()
    make_absence(member, now - dt.timedelta(days=5), now - dt.timedelta(days=3))
    client = client_of(leader)
    assert "李伟" not in client.get(reverse("absence-list")).content.decode()
    assert "李伟" in client.get(reverse("absence-list"), {"period": "past"}).content.decode()


def test_list_shows_nothing_for_an_invalid_filter(client_of, leader, member):
    make_absence(member, timezone.now(), timezone.now() + dt.timedelta(days=3))
    html = client_of(leader).get(reverse("absence-list"), {"kind": "nonsense"}).content.decode()
    assert "李伟" not in html
