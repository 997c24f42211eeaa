"""Yearly figures and the rates per 10,000 residents."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from lianfang.platform.problems import Refused
from teams.models import User, YearlyFigures
from teams.scope import row_scope
from teams.services.figures import save_figures
from tests.conftest import County
from tests.factories import make_member

ClientOf = Callable[[User], Client]
YEAR = timezone.localdate().year
COUNTS = {
    "registered_population": 60_000,
    "floating_population": 20_000,
    "criminal_cases": 120,
    "security_cases": 480,
    "sworn_police": 29,
}


def test_rates_are_for_registered_and_floating_people_together() -> None:
    row = YearlyFigures(year=YEAR, **COUNTS)
    assert row.residents == 80_000
    assert row.per_10000(29) == Decimal("3.63")  # 3.625: half up
    assert YearlyFigures(year=YEAR).per_10000(29) is None


def test_figures_page_shows_rates_beside_the_references(county: County, leader: User, client_of: ClientOf) -> None:
    for _n in range(40):
        make_member(county.group)
    save_figures(by=leader, unit=county.squadron, year=YEAR, counts=COUNTS)
    page = client_of(leader).get(f"/units/{county.squadron.pk}/figures/").content.decode()
    for text in ("3.63", "5.00", "3.6<", "11–12", "30<"):
        assert text in page, text
    assert f"?unit={county.squadron.pk}&amp;status=active" in page, "the count leads to its members"


def test_figures_count_members_of_earlier_years_by_their_dates(
    county: County, leader: User, client_of: ClientOf
) -> None:
    make_member(county.group, hired_on=dt.date(YEAR - 2, 5, 1))
    make_member(county.group, hired_on=dt.date(YEAR - 1, 5, 1))
    for year in (YEAR - 2, YEAR - 1):
        save_figures(by=leader, unit=county.squadron, year=year, counts={"registered_population": 10_000})
    years = client_of(leader).get(f"/units/{county.squadron.pk}/figures/").context["years"]
    assert [(each.figures.year, each.members) for each in years] == [(YEAR - 1, 2), (YEAR - 2, 1)]


def test_reviewer_sees_strength_as_a_figure_without_the_members(
    county: County, reviewer: User, client_of: ClientOf
) -> None:
    make_member(county.group, "李伟")
    save_figures(by=None, unit=county.squadron, year=YEAR, counts=COUNTS)
    response = client_of(reviewer).get(f"/units/{county.squadron.pk}/figures/")
    assert response.context["years"][0].members == 1
    assert "/members/" not in response.content.decode().split("<main")[1]


def test_figures_saved_by_the_form_and_corrected_in_place(county: County, leader: User, client_of: ClientOf) -> None:
    client, url = client_of(leader), f"/units/{county.squadron.pk}/figures/{YEAR}/"
    assert client.post(url, COUNTS).status_code == 302
    assert client.post(url, COUNTS | {"criminal_cases": ""}).status_code == 302
    row = YearlyFigures.objects.get()
    assert (row.year, row.criminal_cases, row.security_cases) == (YEAR, None, 480)


def test_figures_below_zero_are_named_in_the_form_and_kept(county: County, leader: User, client_of: ClientOf) -> None:
    url = f"/units/{county.squadron.pk}/figures/{YEAR}/"
    response = client_of(leader).post(url, COUNTS | {"criminal_cases": "-1"})
    assert set(response.context["form"].errors) == {"criminal_cases"}
    assert 'value="60000"' in response.content.decode()
    assert not YearlyFigures.objects.exists()


@pytest.mark.parametrize("column", list(COUNTS))
def test_figures_below_zero_are_refused_by_the_database(county: County, column: str) -> None:
    row = save_figures(by=None, unit=county.squadron, year=YEAR, counts=COUNTS)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE teams_yearlyfigures SET {column} = -1 WHERE id = %s", [row.pk])


def test_figures_of_a_year_stand_once(county: County) -> None:
    save_figures(by=None, unit=county.squadron, year=YEAR, counts=COUNTS)
    with pytest.raises(IntegrityError), transaction.atomic():
        YearlyFigures.objects.create(unit=county.squadron, year=YEAR)


def test_figures_of_a_year_to_come_are_refused(county: County, leader: User, client_of: ClientOf) -> None:
    with pytest.raises(Refused) as refused:
        save_figures(by=leader, unit=county.squadron, year=YEAR + 1, counts=COUNTS)
    assert [problem.code for problem in refused.value.problems] == ["year_ahead"]
    assert client_of(leader).get(f"/units/{county.squadron.pk}/figures/{YEAR + 1}/").status_code == 404


def test_figures_of_another_squadron_are_neither_written_nor_read(
    county: County, outsider: User, group_leader: User
) -> None:
    save_figures(by=None, unit=county.squadron, year=YEAR, counts=COUNTS)
    for user in (outsider, group_leader):
        with pytest.raises(Refused):
            save_figures(by=user, unit=county.squadron, year=YEAR, counts={})
        with row_scope(user):
            assert not YearlyFigures.objects.exists()
