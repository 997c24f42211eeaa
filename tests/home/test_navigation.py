"""The frame of a page: what each role finds in the side bar and the top bar."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from lianfang.home.navigation import SECTIONS, Navigation, build_navigation, mark_active
from teams.models import User


def labels_of(user: User, path: str = "/") -> set[str]:
    return {entry.url for group in frame_of(user, path).groups for entry in group.entries}


def frame_of(user: User, path: str = "/") -> Navigation:
    request = RequestFactory().get(path)
    request.user = user
    return build_navigation(request)


PEOPLE = {"/", "/members/", "/units/"}


@pytest.mark.parametrize(
    ("role", "opened", "closed"),
    [
        ("leader", {"/", "/units/"}, {"/admin/"}),
        ("brigade_staff", {"/", "/units/"}, {"/admin/"}),
        ("reviewer", {"/", "/units/", "/recruitment/quota/"}, {"/admin/", "/members/", "/recruitment/"}),
        ("system_admin", {"/", "/units/", "/admin/"}, {"/members/"}),
    ],
)
def test_navigation_follows_the_policy(
    request: pytest.FixtureRequest, role: str, opened: set[str], closed: set[str]
) -> None:
    found = labels_of(request.getfixturevalue(role))
    assert opened <= found
    assert not closed & found


def test_member_finds_only_what_is_the_members_own(member: object) -> None:
    found = labels_of(member.user)  # type: ignore[attr-defined]
    assert "/units/" not in found
    assert "/members/" not in found
    assert not frame_of(member.user).search_url  # type: ignore[attr-defined]


def test_first_password_opens_no_section(leader: User) -> None:
    leader.must_change_password = True
    assert frame_of(leader).groups == []


def test_active_section_is_the_longest_that_fits(leader: User) -> None:
    groups = frame_of(leader, "/units/").groups
    mark_active(groups, "/units/7/")
    active = [e.url for g in groups for e in g.entries if e.is_active]
    assert "/units/" in active
    assert "/" not in active


def test_sections_have_each_url_name_once() -> None:
    names = [section.url_name for _, _, sections in SECTIONS for section in sections]
    assert len(names) == len(set(names))
