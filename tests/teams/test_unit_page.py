"""What a unit's page shows beside who leads it: figures, strength against the standard, the ways on (T1, T3, T4)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from teams.models import User, YearlyFigures
from teams.services.managing import add_body, set_bodies
from teams.services.quota import set_standard
from tests.conftest import County
from tests.factories import make_member

ClientOf = Callable[[User], Client]
YEAR = timezone.localdate().year


@pytest.fixture
def standard(county: County) -> None:
    """40,000 residents at 5 per 10,000: twenty places, of which three are held."""
    YearlyFigures.objects.create(unit=county.squadron, year=YEAR, registered_population=40_000, sworn_police=12)
    set_standard(by=None, unit=county.squadron, year=YEAR, kind="residents", per_10000=Decimal(5), floor="none")
    for status in ("active", "active", "suspended"):
        make_member(county.group, status=status)
    make_member(county.group, status="left", left_on=timezone.localdate())
    make_member(county.other_group)


def text_of(client: Client, name: str, *args: object) -> str:
    response = client.get(reverse(name, args=args))
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.usefixtures("standard")
def test_unit_page_shows_the_newest_figures_with_their_rates(county: County, leader: User, client_of: ClientOf) -> None:
    page = text_of(client_of(leader), "unit-detail", county.squadron.pk)
    assert "40000" in page
    assert "3.00" in page, "12 officers for 40,000 residents"
    assert reverse("unit-quota", args=[county.squadron.pk]) in page
    assert f"{reverse('cover-page')}?unit={county.squadron.pk}" in page


@pytest.mark.usefixtures("standard")
def test_strength_stands_against_the_standard(county: County, leader: User, client_of: ClientOf) -> None:
    line = client_of(leader).get(reverse("unit-quota", args=[county.squadron.pk])).context["line"]
    assert (line.standard.required, line.holding, line.gap) == (20, 3, 17)


@pytest.mark.usefixtures("standard")
def test_reviewer_reads_the_quota_and_sees_nobody(county: County, reviewer: User, client_of: ClientOf) -> None:
    client = client_of(reviewer)
    lines = client.get(reverse("quota-table")).context["lines"]
    assert [(line.unit, line.holding) for line in lines] == [
        (county.brigade, 4),
        (county.squadron, 3),
        (county.other_squadron, 1),
    ]
    page = text_of(client, "quota-table")
    assert reverse("member-list") not in page.partition("<main")[2]
    assert reverse("quota-set", args=[county.squadron.pk]) not in page
    assert client.post(reverse("quota-set", args=[county.squadron.pk])).status_code == 403


@pytest.mark.usefixtures("standard")
def test_strength_counts_the_groups_below(county: County, leader: User, client_of: ClientOf) -> None:
    below = client_of(leader).get(reverse("unit-strength", args=[county.squadron.pk])).context["below"]
    assert [(figure.label, figure.count) for figure in below] == [("一班", 2), ("二班", 0)]


def test_unit_list_names_the_body_that_manages_each(county: County, reviewer: User, client_of: ClientOf) -> None:
    street = add_body(by=None, kind="town", name="城关街道")
    set_bodies(by=None, unit=county.squadron, managing_body=street, guiding_body=None)
    assert "城关街道" in text_of(client_of(reviewer), "unit-list")


def test_administrator_changes_the_unit_from_its_page(county: County, system_admin: User, client_of: ClientOf) -> None:
    client = client_of(system_admin)
    page = text_of(client, "unit-detail", county.squadron.pk)
    assert reverse("admin:teams_unit_change", args=[county.squadron.pk]) in page
    assert reverse("unit-import") in text_of(client, "unit-list")
