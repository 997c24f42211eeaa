"""The unit tree: what may stand below what, and the pages that show it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from lianfang.platform.problems import Problem, Refused
from teams.models import Post, Unit, User
from teams.rules import units as rules
from teams.services import units
from tests.conftest import County
from tests.html import assert_csp_clean

TODAY = timezone.localdate()


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [problem.code for problem in refused.value.problems]


def add(county: County, parent: Unit | None, kind: str, code: str = "990100130000") -> Unit:
    return units.add_unit(by=None, parent=parent, code=code, name="城西派出所中队", kind=kind)


@pytest.mark.parametrize(
    ("parent", "kind"),
    [
        ("root", "sub_bureau"),
        ("root", "brigade"),
        ("brigade", "squadron"),
        ("squadron", "group"),
        ("squadron", "sub_team"),
    ],
)
def test_unit_added_where_its_kind_belongs(county: County, parent: str, kind: str) -> None:
    unit = add(county, getattr(county, parent), kind)
    assert Unit.objects.get_parent(unit) == getattr(county, parent)


@pytest.mark.parametrize(
    ("parent", "kind"),
    [
        (None, "squadron"),
        (None, "group"),
        ("root", "squadron"),
        ("root", "district"),
        ("root", "group"),
        ("brigade", "brigade"),
        ("brigade", "group"),
        ("squadron", "squadron"),
        ("group", "group"),
        ("group", "sub_team"),
    ],
)
def test_unit_added_where_its_kind_does_not_belong_is_refused(county: County, parent: str | None, kind: str) -> None:
    with pytest.raises(Refused) as refused:
        add(county, getattr(county, parent) if parent else None, kind)
    assert codes(refused)[0] in ("unit_nesting", "unit_needs_parent")


@pytest.mark.parametrize("code", ["123", "99010013000x", "990100110000"])
def test_unit_with_a_bad_or_taken_code_is_refused(county: County, code: str) -> None:
    with pytest.raises(Refused) as refused:
        add(county, county.brigade, "squadron", code)
    assert {problem.field for problem in refused.value.problems} == {"code"}


def test_unit_set_up_by_somebody_without_the_right_is_refused(county: County, leader: User) -> None:
    with pytest.raises(Refused) as refused:
        units.rename_unit(by=leader, unit=county.group, name="新名", short_name="", code=county.group.code)
    assert codes(refused) == ["no_right"]
    county.group.refresh_from_db()
    assert county.group.name == "一班"


def test_unit_moved_takes_what_is_below_and_who_sees_it(
    county: County, system_admin: User, leader: User, outsider: User
) -> None:
    units.move_unit(by=system_admin, unit=county.group, parent=county.other_squadron)
    assert Unit.objects.get_parent(Unit.objects.get(pk=county.group.pk)) == county.other_squadron
    group = Unit.objects.filter(pk=county.group.pk)
    assert Unit.objects.visible_to(outsider).filter(pk__in=group).exists()
    assert not Unit.objects.visible_to(leader).filter(pk__in=group).exists()


def test_unit_moved_below_itself_or_a_wrong_kind_is_refused(county: County, system_admin: User) -> None:
    with pytest.raises(Refused) as refused:
        units.move_unit(by=system_admin, unit=county.squadron, parent=county.group)
    assert codes(refused) == ["move_into_itself"]
    with pytest.raises(Refused) as refused:
        units.move_unit(by=system_admin, unit=county.group, parent=county.brigade)
    assert codes(refused) == ["unit_nesting"]


def test_unit_with_open_units_below_or_posts_stays_open(county: County, leader: User) -> None:
    with pytest.raises(Refused) as refused:
        units.close_unit(by=None, unit=county.squadron, on=TODAY)
    assert codes(refused) == ["open_units_below", "posts_last_longer"]


def test_unit_closed_takes_nothing_new_until_opened_again(county: County, system_admin: User) -> None:
    for unit in (county.group, county.second_group, county.squadron):
        units.close_unit(by=system_admin, unit=unit, on=TODAY)
    with pytest.raises(Refused) as refused:
        add(county, county.squadron, "group")
    assert codes(refused) == ["parent_closed"]
    units.reopen_unit(by=system_admin, unit=county.squadron)
    assert add(county, county.squadron, "group").closed_on is None


def test_unit_stays_open_while_an_app_above_objects(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    def objects(unit: Unit, on: dt.date) -> list[Problem]:
        return [Problem("members_serve", "Members still serve in it.")]

    monkeypatch.setattr(rules, "CLOSING_CHECKS", [objects])
    with pytest.raises(Refused) as refused:
        units.close_unit(by=None, unit=county.group, on=TODAY)
    assert codes(refused) == ["members_serve"]


def test_unit_list_shows_ones_own_tree_only(county: County, leader: User, client_of: Callable[[User], Client]) -> None:
    response = client_of(leader).get("/units/")
    page = response.content.decode()
    assert county.squadron.name in page
    assert county.other_squadron.name not in page
    assert county.brigade.code not in page
    assert_csp_clean(response)


def test_unit_list_finds_by_name_and_code(
    county: County, brigade_staff: User, client_of: Callable[[User], Client]
) -> None:
    client = client_of(brigade_staff)
    by_name = client.get("/units/?q=城南").content.decode()
    assert county.other_squadron.code in by_name
    assert county.squadron.code not in by_name
    assert county.other_group.code in client.get(f"/units/?q={county.other_group.code[:9]}").content.decode()


def test_unit_list_leaves_closed_units_out_unless_asked(
    county: County, brigade_staff: User, client_of: Callable[[User], Client]
) -> None:
    Unit.objects.filter(pk=county.group.pk).update(closed_on=TODAY)
    client = client_of(brigade_staff)
    assert county.group.code not in client.get("/units/").content.decode()
    assert county.group.code in client.get("/units/?closed=1").content.decode()


def test_unit_page_shows_leaders_of_today_and_units_below(
    county: County, brigade_staff: User, leader: User, outsider: User, client_of: Callable[[User], Client]
) -> None:
    Post.objects.create(
        user=outsider, role="leader", unit=county.squadron, starts=dt.date(2019, 1, 1), ends=dt.date(2019, 12, 31)
    )
    response = client_of(brigade_staff).get(f"/units/{county.squadron.pk}/")
    page = response.content.decode()
    assert leader.name in page
    assert outsider.name not in page
    assert county.group.code in page
    assert_csp_clean(response)


def test_unit_page_names_nothing_above_ones_scope(
    county: County, leader: User, client_of: Callable[[User], Client]
) -> None:
    page = client_of(leader).get(f"/units/{county.group.pk}/").content.decode()
    assert f"/units/{county.squadron.pk}/" in page
    assert f"/units/{county.brigade.pk}/" not in page


def test_unit_page_of_a_foreign_unit_does_not_exist(
    county: County, leader: User, client_of: Callable[[User], Client]
) -> None:
    assert client_of(leader).get(f"/units/{county.other_squadron.pk}/").status_code == 404
