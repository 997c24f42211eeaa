"""Duty certificates: issued, ending, withdrawn (handbook P10)."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from lianfang.platform.problems import Problem, Refused
from personnel.models import DutyCertificate
from personnel.rules import certificates as rules
from personnel.services.certificates import issue_certificate, withdraw_certificate
from tests.factories import make_certificate, make_member

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 11, 21)


@pytest.fixture
def uncertified(county):
    return make_member(county.group, "李伟", certified=False)


@pytest.mark.parametrize(
    ("until", "tone"),
    [
        (None, "bad"),
        (DAY - dt.timedelta(1), "bad"),
        (DAY, "warn"),
        (DAY + dt.timedelta(60), "warn"),
        (DAY + dt.timedelta(61), ""),
    ],
)
def test_end_stands_out_60_days_before(until, tone):
    assert rules.tone(until, DAY) == tone


def test_certificate_counts_on_its_last_day_and_not_on_the_day_of_withdrawal(uncertified):
    certificate = make_certificate(uncertified, valid_from=DAY, valid_until=DAY + dt.timedelta(10))
    valid = DutyCertificate.objects.valid_on
    assert valid(DAY).exists()
    assert valid(DAY + dt.timedelta(10)).exists()
    assert not valid(DAY + dt.timedelta(11)).exists()
    assert not valid(DAY - dt.timedelta(1)).exists()
    withdraw_certificate(by=None, certificate=certificate, on=DAY + dt.timedelta(5), reason="辞退")
    assert valid(DAY + dt.timedelta(4)).exists()
    assert not valid(DAY + dt.timedelta(5)).exists()


def test_certificate_is_issued_on_its_page(client_of, leader, uncertified):
    values = {"number": "GZ1", "valid_from": "2026-01-01", "valid_until": "2027-12-31"}
    response = client_of(leader).post(reverse("certificate-issue", args=[uncertified.pk]), values)
    assert response.status_code == 302
    assert uncertified.certificates.get().valid_until == dt.date(2027, 12, 31)


def test_certificate_that_ends_before_it_begins_is_refused_in_form_and_in_sql(client_of, leader, uncertified):
    values = {"number": "GZ1", "valid_from": "2026-01-02", "valid_until": "2026-01-01"}
    response = client_of(leader).post(reverse("certificate-issue", args=[uncertified.pk]), values)
    assert response.context["form"].errors["valid_until"]
    with pytest.raises(IntegrityError, match="certificate_ends_after_start"), transaction.atomic():
        make_certificate(uncertified, valid_from=dt.date(2026, 1, 2), valid_until=dt.date(2026, 1, 1))


def test_number_of_another_members_certificate_is_refused(uncertified, foreign_member):
    taken = foreign_member.certificates.get().number
    with pytest.raises(Refused) as refused:
        issue_certificate(by=None, member=uncertified, number=taken, valid_from=DAY, valid_until=DAY)
    assert refused.value.problems[0].code == "certificate_number_taken"


def test_withdrawal_needs_a_reason_in_service_and_in_sql(member):
    certificate = member.certificates.get()
    with pytest.raises(Refused) as refused:
        withdraw_certificate(by=None, certificate=certificate, on=DAY, reason=" ")
    assert [p.code for p in refused.value.problems] == ["reason_missing"]
    with pytest.raises(IntegrityError, match="certificate_withdrawal_reason"), transaction.atomic():
        DutyCertificate.objects.update(withdrawn_on=DAY)


def test_withdrawal_twice_is_refused(member):
    certificate = member.certificates.get()
    withdraw_certificate(by=None, certificate=certificate, on=DAY, reason="辞退")
    with pytest.raises(Refused) as refused:
        withdraw_certificate(by=None, certificate=certificate, on=DAY, reason="辞退")
    assert refused.value.problems[0].code == "certificate_withdrawn"


def test_withdrawal_lists_what_other_apps_report(client_of, leader, member, monkeypatch):
    monkeypatch.setattr(rules, "WITHDRAWAL_CHECKS", [lambda m, day: [Problem("duties", f"{m.name}还有3个班")]])
    url = reverse("certificate-withdraw", args=[member.certificates.get().pk])
    client = client_of(leader)
    assert "还有3个班" in client.get(url).content.decode()
    response = client.post(url, {"withdrawn_on": "2026-11-21", "reason": "辞退"}, follow=True)
    assert "还有3个班" in response.content.decode()
    assert member.certificates.get().withdrawn_on == DAY


def test_certificate_of_a_foreign_member_is_not_found(client_of, outsider, member):
    client = client_of(outsider)
    assert client.get(reverse("certificate-withdraw", args=[member.certificates.get().pk])).status_code == 404
    assert client.get(reverse("certificate-issue", args=[member.pk])).status_code == 404


def test_certificate_can_not_be_changed_by_the_member(client_of, member):
    url = reverse("certificate-withdraw", args=[member.certificates.get().pk])
    assert client_of(member.user).get(url).status_code == 403
