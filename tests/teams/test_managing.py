"""Managing bodies beside the unit tree, and who manages and guides a unit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection
from django.test import Client
from django.utils import timezone

from lianfang.platform.problems import Refused
from teams.models import ManagingBody, Unit, User
from teams.services import managing
from tests.conftest import County

TODAY = timezone.localdate()


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [problem.code for problem in refused.value.problems]


@pytest.fixture
def street(db: None) -> ManagingBody:
    return managing.add_body(by=None, kind="town", name="城关街道", office_name="城关街道综治办")


def committee_of(street: ManagingBody) -> ManagingBody:
    return managing.add_body(by=None, kind="committee", name="文化路社区", parent=street)


def test_committee_stands_below_its_street_and_acts_through_its_office(street: ManagingBody) -> None:
    committee = committee_of(street)
    assert committee.full_name == "城关街道 · 文化路社区"
    assert committee.office() == "城关街道综治办"


@pytest.mark.parametrize(("kind", "below"), [("committee", False), ("government", True), ("town", True)])
def test_body_in_a_wrong_place_is_refused(street: ManagingBody, kind: str, below: bool) -> None:
    with pytest.raises(Refused) as refused:
        managing.add_body(by=None, kind=kind, name="某处", parent=street if below else None)
    assert codes(refused) == ["body_nesting"]


def test_body_of_one_name_stands_once(street: ManagingBody) -> None:
    with pytest.raises(Refused):
        managing.add_body(by=None, kind="town", name="城关街道")
    with pytest.raises(IntegrityError):
        ManagingBody.objects.create(kind="town", name="城关街道")


def test_committee_without_street_is_refused_by_the_database(db: None) -> None:
    with pytest.raises(IntegrityError):
        ManagingBody.objects.create(kind="committee", name="孤零社区")


def test_body_that_manages_an_open_unit_is_not_dissolved(street: ManagingBody, county: County) -> None:
    managing.set_bodies(by=None, unit=county.squadron, managing_body=street, guiding_body=None)
    committee_of(street)
    with pytest.raises(Refused) as refused:
        managing.change_body(by=None, body=street, name="城关街道", office_name="", parent=None, closed_on=TODAY)
    assert codes(refused) == ["body_manages_units", "bodies_below"]
    street.refresh_from_db()
    assert street.closed_on is None


def test_dissolved_body_takes_no_unit(street: ManagingBody, county: County) -> None:
    managing.change_body(by=None, body=street, name="城关街道", office_name="", parent=None, closed_on=TODAY)
    street.refresh_from_db()
    with pytest.raises(Refused) as refused:
        managing.set_bodies(by=None, unit=county.squadron, managing_body=street, guiding_body=None)
    assert codes(refused) == ["body_closed"]


def test_unit_is_guided_by_the_one_above_unless_another_is_named(county: County) -> None:
    assert county.squadron.guided_by() == county.brigade
    unit = managing.set_bodies(by=None, unit=county.squadron, managing_body=None, guiding_body=county.root)
    assert unit.guided_by() == county.root


@pytest.mark.parametrize("guide", ["squadron", "group"])
def test_unit_guided_from_itself_or_below_is_refused(county: County, guide: str) -> None:
    with pytest.raises(Refused) as refused:
        managing.set_bodies(by=None, unit=county.squadron, managing_body=None, guiding_body=getattr(county, guide))
    assert codes(refused) == ["guided_from_below"]


def test_unit_guided_by_itself_is_refused_by_the_database(county: County) -> None:
    with pytest.raises(IntegrityError), connection.cursor() as cursor:
        cursor.execute("UPDATE teams_unit SET guiding_body_id = id WHERE id = %s", [county.squadron.pk])


def test_bodies_are_set_by_the_system_admin_alone(county: County, street: ManagingBody, brigade_staff: User) -> None:
    for write in (
        lambda: managing.set_bodies(by=brigade_staff, unit=county.squadron, managing_body=street, guiding_body=None),
        lambda: managing.add_body(by=brigade_staff, kind="town", name="别处"),
    ):
        with pytest.raises(Refused) as refused:
            write()
        assert codes(refused) == ["no_right"]


def test_unit_page_shows_both_lines(
    county: County, street: ManagingBody, leader: User, reviewer: User, client_of: Callable[[User], Client]
) -> None:
    managing.set_bodies(by=None, unit=county.squadron, managing_body=committee_of(street), guiding_body=None)
    page = client_of(leader).get(f"/units/{county.squadron.pk}/").content.decode()
    government, police = page.split('id="lines-title"')[1].split("<h3>")[1:3]
    assert "城关街道 · 文化路社区（城关街道综治办）" in government
    assert reviewer.name in government
    assert county.brigade.name in police
    assert leader.name in police


def test_admin_gives_a_unit_its_bodies_and_moves_it_in_one_form(
    county: County, street: ManagingBody, system_admin: User, client_of: Callable[[User], Client]
) -> None:
    second = Unit.objects.add_child(county.root, {"code": "990100200000", "name": "第二大队", "kind": "brigade"})
    unit = county.squadron
    form = {"parent": second.pk, "name": unit.name, "short_name": "", "code": unit.code, "closed_on": ""}
    form |= {"managing_body": street.pk, "guiding_body": county.brigade.pk}
    response = client_of(system_admin).post(f"/admin/teams/unit/{unit.pk}/change/", form)
    assert response.status_code == 302, response.content.decode()
    unit = Unit.objects.get(pk=unit.pk)
    assert (Unit.objects.get_parent(unit), unit.managing_body, unit.guided_by()) == (second, street, county.brigade)


def test_admin_adds_a_body_and_hears_why_not(
    street: ManagingBody, county: County, system_admin: User, client_of: Callable[[User], Client]
) -> None:
    client = client_of(system_admin)
    form = {"kind": "committee", "name": "南关社区", "office_name": "", "parent": ""}
    assert "parent" in client.post("/admin/teams/managingbody/add/", form).context["adminform"].form.errors
    assert client.post("/admin/teams/managingbody/add/", form | {"parent": street.pk}).status_code == 302
    assert ManagingBody.objects.get(name="南关社区").parent == street
    assert "南关社区" in client.get("/admin/teams/managingbody/").content.decode()


def test_body_dissolved_on_a_day_is_open_before_it(street: ManagingBody) -> None:
    ManagingBody.objects.filter(pk=street.pk).update(closed_on=TODAY)
    assert street in ManagingBody.objects.open(TODAY - dt.timedelta(days=1))
    assert street not in ManagingBody.objects.open(TODAY)
