"""The search of the top bar."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from personnel.models import Member
from teams.models import User
from tests.conftest import County
from tests.factories import make_beat, make_member
from tests.html import assert_csp_clean

ClientOf = Callable[[User], Client]


def found(client: Client, text: str) -> str:
    response = client.get("/search/", {"q": text})
    assert response.status_code == 200
    assert_csp_clean(response)
    return response.content.decode().split("<main")[1]


@pytest.mark.parametrize("text", ["高翔", "高", "gaox", "GX"])
def test_search_finds_people_by_name_pinyin_and_initials(
    leader: User, county: County, client_of: ClientOf, text: str
) -> None:
    member = make_member(county.group, "高翔")
    assert f"/members/{member.pk}/" in found(client_of(leader), text)


def test_search_finds_beats_and_units(leader: User, county: County, client_of: ClientOf) -> None:
    make_beat(county.squadron, "建行门口守点")
    assert "建行门口守点</a>" in found(client_of(leader), "门口")
    assert f"/units/{county.squadron.pk}/" in found(client_of(leader), "城北")


def test_search_finds_nothing_of_another_squadron(
    leader: User, county: County, foreign_member: Member, client_of: ClientOf
) -> None:
    make_beat(county.other_squadron, "南门岗")
    assert "王磊</a>" not in found(client_of(leader), "王磊")
    assert "南门岗</a>" not in found(client_of(leader), "南门")
    assert county.other_squadron.name not in found(client_of(leader), "城南")


def test_search_of_a_reviewer_finds_units_and_no_people(
    reviewer: User, county: County, member: Member, client_of: ClientOf
) -> None:
    assert "李伟</a>" not in found(client_of(reviewer), "李伟")
    assert county.squadron.name in found(client_of(reviewer), "城北")


def test_search_for_nothing_says_what_can_be_typed(leader: User, client_of: ClientOf) -> None:
    assert "zjg" in found(client_of(leader), "  ")


def test_search_escapes_what_was_typed(leader: User, client_of: ClientOf) -> None:
    assert "<b>x" not in found(client_of(leader), "<b>x")


def test_search_is_closed_to_members(member: Member, client_of: ClientOf) -> None:
    assert member.user is not None
    assert client_of(member.user).get("/search/", {"q": "李"}).status_code == 403
