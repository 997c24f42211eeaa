"""Certificates whose end is in sight, and renewing several at once."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from personnel.models import DutyCertificate
from tests.factories import make_certificate, make_member

pytestmark = pytest.mark.django_db
EN = {"accept-language": "en"}


@pytest.fixture
def ends(county):
    """Members by how many days their certificate still lasts; None has no certificate."""
    found = {}
    for name, days in {"陈伟": 200, "李强": 30, "王芳": -3, "张敏": None}.items():
        found[name] = make_member(county.group, name, certified=False)
        if days is not None:
            make_certificate(found[name], valid_until=timezone.localdate() + dt.timedelta(days=days))
    return found


def names(client, **query):
    response = client.get(reverse("certificate-list"), query, headers=EN)
    return [line.member.name for line in response.context["lines"]]


def test_list_shows_ends_in_sight_the_most_urgent_first(client_of, leader, ends, foreign_member):
    client = client_of(leader)
    assert names(client) == ["张敏", "王芳", "李强"]
    assert [names(client, state=s) for s in ("ending", "expired", "none")] == [["李强"], ["王芳"], ["张敏"]]
    assert names(client, state="nonsense") == []


def test_list_leaves_out_who_left_and_foreign_units(client_of, outsider, county, ends):
    make_member(county.other_group, "吴刚", certified=False, status="left", left_on=dt.date(2025, 1, 1))
    assert names(client_of(outsider)) == []


def renew(client, members, numbers, **days):
    today = timezone.localdate()
    values = {"valid_from": today, "valid_until": today + dt.timedelta(days=1000)} | days
    values |= {f"number_{m.pk}": number for m, number in zip(members, numbers, strict=True)}
    query = "&".join(f"member={m.pk}" for m in members)
    return client.post(f"{reverse('certificate-renew')}?{query}", values, headers=EN)


def test_renewal_extends_the_old_number_and_issues_a_new_one(client_of, leader, ends):
    old = ends["李强"].certificates.get()
    members = [ends["李强"], ends["张敏"]]
    assert renew(client_of(leader), members, [old.number, "X-1"]).status_code == 302
    until = timezone.localdate() + dt.timedelta(days=1000)
    old.refresh_from_db()
    new = ends["张敏"].certificates.get()
    assert (old.valid_from, old.valid_until) == (dt.date(2020, 1, 1), until)
    assert (new.number, new.valid_from, new.valid_until) == ("X-1", timezone.localdate(), until)


@pytest.mark.parametrize("case", ["gap", "twice", "taken", "backwards"])
def test_renewal_with_one_problem_writes_nothing_and_names_the_field(client_of, leader, ends, foreign_member, case):
    members = [ends["王芳"], ends["张敏"]]
    numbers = {
        "gap": [ends["王芳"].certificates.get().number, "X-1"],
        "twice": ["X-1", "X-1"],
        "taken": [foreign_member.certificates.get().number, "X-1"],
        "backwards": ["X-2", "X-1"],
    }[case]
    before = DutyCertificate.objects.count()
    days = {"valid_until": dt.date(2020, 1, 1)} if case == "backwards" else {}
    response = renew(client_of(leader), members, numbers, **days)
    assert response.status_code == 422
    field = "valid_until" if case == "backwards" else f"number_{members[0].pk}"
    assert response.context["form"].errors.get(field)
    assert DutyCertificate.objects.count() == before


def test_renewal_touches_no_foreign_member(client_of, leader, foreign_member):
    assert renew(client_of(leader), [foreign_member], ["X-9"]).status_code == 302
    assert not DutyCertificate.objects.filter(number="X-9").exists()
