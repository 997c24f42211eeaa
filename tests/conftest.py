"""The cast that the tests share: one small county and a person of each role in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.test import Client

from personnel.models import Member
from teams.models import Unit, User
from tests.factories import make_member, make_user


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
    root = Unit.objects.add_root({"code": "990100000000", "name": "示范县", "kind": "district"})
    brigade = Unit.objects.add_child(root, {"code": "990100100000", "name": "联防大队", "kind": "brigade"})
    squadron = Unit.objects.add_child(brigade, {"code": "990100110000", "name": "城北派出所中队", "kind": "squadron"})
    other = Unit.objects.add_child(brigade, {"code": "990100120000", "name": "城南派出所中队", "kind": "squadron"})
    return County(
        root=root,
        brigade=brigade,
        squadron=squadron,
        group=Unit.objects.add_child(squadron, {"code": "990100110001", "name": "一班", "kind": "group"}),
        second_group=Unit.objects.add_child(squadron, {"code": "990100110002", "name": "二班", "kind": "group"}),
        other_squadron=other,
        other_group=Unit.objects.add_child(other, {"code": "990100120001", "name": "一班", "kind": "group"}),
    )


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
    """A signed-in client (`force_login`: django-axes wants a request otherwise)."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in
