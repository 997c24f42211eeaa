"""The cast that the tests share: one small county and a person of each role in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.conf import settings
from django.test import Client

from personnel.models import Member
from teams.models import Unit, User
from tests.factories import make_member, make_session, make_user


@dataclass(frozen=True)
class County:
    """district → brigade → two squadrons, each with groups."""

    root: Unit
    brigade: Unit
    squadron: Unit
    group: Unit
    second_group: Unit
    other_squadron: Unit
    other_group: Unit


@pytest.fixture
def county(db: None) -> County:
    """Laid in one statement: by the tree's own methods it takes 38, and most tests want it."""
    top = f"{Unit.objects.filter(depth=1).count() + 1:04d}"

    def unit(place: str, below: int, code: str, name: str, kind: str) -> Unit:
        path = "".join((top, *(f"{step:>04}" for step in place)))
        return Unit(path=path, depth=len(place) + 1, numchild=below, code=code, name=name, kind=kind)

    root, brigade, squadron, group, second_group, other, other_group = Unit.objects.bulk_create(
        [
            unit("", 1, "990100000000", "示范县", "district"),
            unit("1", 2, "990100100000", "联防大队", "brigade"),
            unit("11", 2, "990100110000", "城北派出所中队", "squadron"),
            unit("111", 0, "990100110001", "一班", "group"),
            unit("112", 0, "990100110002", "二班", "group"),
            unit("12", 1, "990100120000", "城南派出所中队", "squadron"),
            unit("121", 0, "990100120001", "一班", "group"),
        ]
    )
    return County(root, brigade, squadron, group, second_group, other, other_group)


@pytest.fixture
def leader(county: County) -> User:
    return make_user("leader", "leader", county.squadron, name="周队长")


@pytest.fixture
def outsider(county: County) -> User:
    """The leader of the other squadron."""
    return make_user("outsider", "leader", county.other_squadron, name="吴队长")


@pytest.fixture
def group_leader(county: County) -> User:
    return make_user("group_leader", "group_leader", county.group)


@pytest.fixture
def brigade_staff(county: County) -> User:
    return make_user("brigade_staff", "brigade", county.brigade)


@pytest.fixture
def reviewer(county: County) -> User:
    return make_user("reviewer", "reviewer", county.root)


@pytest.fixture
def inspector(county: County) -> User:
    return make_user("inspector", "inspector", county.brigade)


@pytest.fixture
def officer(county: County) -> User:
    return make_user("officer", "officer", county.squadron)


@pytest.fixture
def system_admin(county: County) -> User:
    return make_user("system_admin", "system_admin", None)


@pytest.fixture
def security_admin(county: County) -> User:
    return make_user("security_admin", "security_admin", None)


@pytest.fixture
def audit_admin(county: County) -> User:
    return make_user("audit_admin", "audit_admin", None)


@pytest.fixture
def member(county: County) -> Member:
    """A member of the squadron's first group, with an account of their own."""
    return make_member(county.group, "李伟", user=make_user("member", "member", county.group))


@pytest.fixture
def foreign_member(county: County) -> Member:
    """A member of the other squadron."""
    return make_member(county.other_group, "王磊")


@pytest.fixture
def client_of() -> Callable[[User], Client]:
    """A client with a session as signing in leaves it (the sign-in page has its own tests)."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.cookies[settings.SESSION_COOKIE_NAME] = make_session(user)
        return client

    return sign_in
