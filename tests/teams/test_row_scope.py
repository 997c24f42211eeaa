"""Beneath the views: row-level security stops what a view forgets, and nothing of a request stays behind."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.conf import LazySettings
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.test import Client, RequestFactory
from django.urls import path

from lianfang.platform.security import scoped_models
from personnel.models import Member
from teams.models import Post, Unit, User
from teams.policy import Action
from teams.scope import RowScopeMiddleware, row_scope, scope_of, system_scope
from tests.conftest import County
from tests.factories import make_member, make_user

REMEMBERED = ("role", "lf.user", "lf.scope_member", "lf.scope_roster", "lf.scope_history", "lf.context", "lf.reason")


def careless(request: HttpRequest) -> HttpResponse:
    """A view whose programmer forgot every filter."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM personnel_member")
        raw = [name for (name,) in cursor.fetchall()]
    names = list(Member.objects.values_list("name", flat=True))
    assert sorted(raw) == sorted(names)
    return JsonResponse({"names": sorted(names), "role": current("role")})


def careless_write(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"changed": Member.objects.update(position="巡逻员")})


def failing(request: HttpRequest) -> HttpResponse:
    Unit.objects.update(short_name="failed")
    raise RuntimeError


def broken_statement(request: HttpRequest) -> HttpResponse:
    Unit.objects.update(short_name="failed")
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1/0")
    return HttpResponse()


def missing(request: HttpRequest) -> HttpResponse:
    Unit.objects.update(short_name="found")
    return HttpResponse(status=404)


urlpatterns = [
    path("careless/", careless),
    path("careless-write/", careless_write),
    path("failing/", failing),
    path("broken/", broken_statement),
    path("missing/", missing),
]


@pytest.fixture
def careless_site(settings: LazySettings) -> None:
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = [
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "teams.scope.RowScopeMiddleware",
    ]


def current(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s, true)", [name])
        return cursor.fetchone()[0] or ""


def remembered() -> set[str]:
    return {current(name) for name in REMEMBERED} - {"", "none"}


def names_for(client: Client) -> list[str]:
    answer = client.get("/careless/").json()
    assert answer["role"] == "lf_app"
    return answer["names"]


ClientOf = Callable[[User], Client]


def test_view_without_filters_shows_a_leader_the_own_squadron_only(
    careless_site: None, leader: User, outsider: User, member: Member, foreign_member: Member, client_of: ClientOf
) -> None:
    assert names_for(client_of(leader)) == [member.name]
    assert names_for(client_of(outsider)) == [foreign_member.name]


def test_view_without_filters_shows_a_member_the_own_file_only(
    careless_site: None, county: County, member: Member, client_of: ClientOf
) -> None:
    make_member(county.group, "刘洋")
    assert names_for(client_of(member.user)) == [member.name]


def test_view_without_filters_shows_no_member_to_roles_without_the_right(
    careless_site: None,
    member: Member,
    reviewer: User,
    system_admin: User,
    security_admin: User,
    audit_admin: User,
    client_of: ClientOf,
) -> None:
    for user in (reviewer, system_admin, security_admin, audit_admin):
        assert names_for(client_of(user)) == [], user
    assert names_for(Client()) == []


def test_view_without_filters_shows_the_brigade_all_of_its_squadrons(
    careless_site: None, brigade_staff: User, member: Member, foreign_member: Member, client_of: ClientOf
) -> None:
    assert names_for(client_of(brigade_staff)) == sorted([member.name, foreign_member.name])


def test_view_without_filters_changes_nothing_foreign(
    careless_site: None, leader: User, member: Member, foreign_member: Member, client_of: ClientOf
) -> None:
    assert client_of(leader).get("/careless-write/").json() == {"changed": 1}
    foreign_member.refresh_from_db()
    assert foreign_member.position == ""


def test_row_cannot_be_moved_out_of_the_scope(leader: User, member: Member, county: County) -> None:
    with row_scope(leader), pytest.raises(DatabaseError), transaction.atomic():
        Member.objects.filter(pk=member.pk).update(unit=county.other_group)


def history_seen(user: User) -> set[str]:
    with row_scope(user):
        return set(apps.get_model("personnel", "MemberEvent").objects.values_list("name", flat=True))


def test_history_shows_the_same_rows_as_the_table(
    leader: User, brigade_staff: User, reviewer: User, system_admin: User, member: Member, foreign_member: Member
) -> None:
    assert history_seen(leader) == {member.name}
    assert history_seen(brigade_staff) == {member.name, foreign_member.name}
    assert history_seen(reviewer) == set()
    assert history_seen(system_admin) == set()


def test_history_is_whole_for_the_audit_administrator(
    audit_admin: User, member: Member, foreign_member: Member
) -> None:
    assert history_seen(audit_admin) == {member.name, foreign_member.name}


def test_history_of_every_scoped_table_is_scoped(db: None) -> None:
    scoped = {model for model, _scope in scoped_models()}
    events = [m._meta.db_table for m in apps.get_models() if getattr(m, "pgh_tracked_model", None) in scoped]
    assert "patrols_dutyevent" in events
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relrowsecurity")
        secured = {name for (name,) in cursor.fetchall()}
    assert set(events) <= secured


def test_post_that_ended_opens_no_row(careless_site: None, leader: User, member: Member, client_of: ClientOf) -> None:
    client = client_of(leader)
    assert names_for(client) == [member.name]
    Post.objects.filter(user=leader).update(ends="2024-12-31")
    assert names_for(client) == []


def test_request_leaves_no_role_and_no_scope_behind(
    careless_site: None, leader: User, member: Member, client_of: ClientOf
) -> None:
    client_of(leader).get("/careless/")
    assert remembered() == set()


@pytest.mark.parametrize("page", ["/failing/", "/broken/"])
def test_request_that_fails_is_undone_and_leaves_nothing_behind(
    careless_site: None, leader: User, county: County, client_of: ClientOf, page: str
) -> None:
    client = client_of(leader)
    client.raise_request_exception = False
    assert client.get(page).status_code == 500
    assert remembered() == set()
    assert not Unit.objects.filter(short_name="failed").exists()


def test_request_that_answers_404_is_kept_and_leaves_nothing_behind(
    careless_site: None, leader: User, county: County, client_of: ClientOf
) -> None:
    assert client_of(leader).get("/missing/").status_code == 404
    assert remembered() == set()
    assert Unit.objects.filter(short_name="found").exists()


def test_exception_through_the_middleware_leaves_nothing_behind(leader: User) -> None:
    def raises(request: HttpRequest) -> HttpResponse:
        assert current("role") == "lf_app"
        raise RuntimeError

    request: Any = RequestFactory().get("/")
    request.user = leader
    with pytest.raises(RuntimeError):
        RowScopeMiddleware(raises)(request)
    assert remembered() == set()


def test_scope_of_nobody_is_empty(leader: User) -> None:
    anonymous: Any = SimpleNamespace(is_authenticated=False, is_active=False)
    assert not scope_of(anonymous, Action.MEMBER_VIEW)
    leader.is_active = False
    assert not scope_of(leader, Action.MEMBER_VIEW)


def test_scope_of_two_posts_is_both(county: County, leader: User) -> None:
    Post.objects.create(user=leader, role="inspector", unit=county.brigade, starts="2020-01-01")
    user = User.objects.get(pk=leader.pk)
    assert scope_of(user, Action.ROSTER_VIEW).paths == (county.brigade.path,)
    assert scope_of(user, Action.MEMBER_VIEW).paths == (county.squadron.path,)


def test_scope_does_not_take_a_longer_path_for_a_lower_unit(county: County) -> None:
    """Paths have steps of fixed length; a sibling's never begins with another's."""
    paths = list(Unit.objects.values_list("path", flat=True))
    assert len({len(path) % 4 for path in paths}) == 1
    leader = make_user("second", "leader", county.other_squadron)
    assert not scope_of(leader, Action.MEMBER_VIEW).covers(county.squadron.path)


def test_shadowing_the_unit_table_does_not_widen_the_scope(
    leader: User, member: Member, foreign_member: Member
) -> None:
    with row_scope(leader), connection.cursor() as cursor:
        try:
            with transaction.atomic():
                cursor.execute(
                    "CREATE TEMP TABLE teams_unit AS SELECT id, repeat('0001', 9) AS path FROM public.teams_unit"
                )
                cursor.execute(
                    "UPDATE pg_temp.teams_unit SET path = (SELECT path FROM public.teams_unit WHERE id = %s)",
                    [leader.posts.get().unit_id],
                )
        except DatabaseError:
            return  # better still: it may not even
        cursor.execute("SELECT id FROM personnel_member")
        assert cursor.fetchall() == [(member.pk,)]
        cursor.execute("DROP TABLE pg_temp.teams_unit")


def test_system_scope_of_a_command_sees_every_row_as_the_application(member: Member, foreign_member: Member) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE lf_app")
        assert Member.objects.count() == 0
        with system_scope():
            assert Member.objects.count() == 2
        assert Member.objects.count() == 0
        cursor.execute("RESET ROLE")
