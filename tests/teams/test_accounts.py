"""Accounts: hand-out, first password, reset, posts, the three administrators kept apart."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from io import StringIO

import pghistory.models
import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from lianfang.platform.problems import Refused
from teams.models import Post, Unit, User
from teams.services import accounts
from teams.services.passwords import first_password
from tests.conftest import County

TODAY = timezone.localdate()
YESTERDAY = TODAY - dt.timedelta(days=1)


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [problem.code for problem in refused.value.problems]


def hand_out(by: User | None, county: County, username: str = "zhou", **fields: object) -> tuple[User, str]:
    given = {"name": "周正", "role": "leader", "unit": county.squadron, "starts": TODAY} | fields
    return accounts.create_account(by=by, username=username, **given)  # type: ignore[arg-type]


def sign_in(username: str, password: str) -> Client:
    client = Client()
    response = client.post("/sign-in/", {"username": username, "password": password})
    assert response.status_code == 302, response.content.decode()
    return client


def test_first_password_holds_nothing_that_looks_alike() -> None:
    letters = "".join(first_password() for _ in range(200)).replace("-", "")
    assert not set(letters) & set("0oO1lIi2z5s8bqgvu")
    assert letters == letters.lower()
    assert len({first_password() for _ in range(50)}) == 50


def test_account_handed_out_signs_in_with_its_first_password(system_admin: User, county: County) -> None:
    user, password = hand_out(system_admin, county)
    assert user.must_change_password
    assert sign_in("zhou", password).get("/units/").headers["Location"] == "/password/"


def test_account_handed_out_keeps_no_trace_of_its_password(system_admin: User, county: County) -> None:
    _user, password = hand_out(system_admin, county)
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT count(*) FROM "{table}" AS row WHERE row::text LIKE %s', [f"%{password}%"])
            assert cursor.fetchone() == (0,), table


def test_account_refused_to_whoever_hands_out_none(leader: User, security_admin: User, county: County) -> None:
    for by in (leader, security_admin):
        with pytest.raises(Refused) as refused:
            hand_out(by, county)
        assert codes(refused) == ["no_right"]
    assert not User.objects.filter(username="zhou").exists()


def test_account_with_a_taken_user_name_is_refused(system_admin: User, leader: User, county: County) -> None:
    with pytest.raises(Refused) as refused:
        hand_out(system_admin, county, username="leader")
    assert refused.value.problems[0].field == "username"


@pytest.mark.parametrize(
    ("role", "place", "code"),
    [
        ("leader", "root", "role_not_in_unit"),
        ("leader", "group", "role_not_in_unit"),
        ("brigade", "squadron", "role_not_in_unit"),
        ("reviewer", "squadron", "role_not_in_unit"),
        ("leader", "", "unit_missing"),
        ("audit_admin", "root", "admin_without_unit"),
    ],
)
def test_post_where_the_role_does_not_sit_is_refused(
    system_admin: User, county: County, role: str, place: str, code: str
) -> None:
    with pytest.raises(Refused) as refused:
        hand_out(system_admin, county, role=role, unit=getattr(county, place) if place else None)
    assert codes(refused) == [code]


def test_post_in_a_closed_unit_is_refused(system_admin: User, county: County) -> None:
    Unit.objects.filter(pk=county.squadron.pk).update(closed_on=YESTERDAY)
    county.squadron.refresh_from_db()
    with pytest.raises(Refused) as refused:
        hand_out(system_admin, county)
    assert codes(refused) == ["unit_closed"]


def test_nobody_gives_themself_a_post(system_admin: User, county: County) -> None:
    with pytest.raises(Refused) as refused:
        accounts.add_post(by=system_admin, user=system_admin, role="leader", unit=county.squadron, starts=TODAY)
    assert codes(refused) == ["own_post"]


def test_nobody_lengthens_their_own_post(system_admin: User, county: County) -> None:
    post = Post.objects.create(user=system_admin, role="leader", unit=county.squadron, starts=YESTERDAY, ends=TODAY)
    with pytest.raises(Refused) as refused:
        accounts.end_post(by=system_admin, post=post, last_day=TODAY + dt.timedelta(days=30))
    assert codes(refused) == ["own_post"]


def test_two_administrators_posts_in_one_hand_are_refused(
    system_admin: User, security_admin: User, county: County
) -> None:
    with pytest.raises(Refused) as refused:
        accounts.add_post(by=system_admin, user=security_admin, role="audit_admin", unit=None, starts=TODAY)
    assert codes(refused) == ["admin_posts_apart"]


def test_administrators_post_after_the_other_has_ended_is_given(
    system_admin: User, security_admin: User, county: County
) -> None:
    accounts.end_post(by=system_admin, post=security_admin.posts.get(), last_day=YESTERDAY)
    post = accounts.add_post(by=system_admin, user=security_admin, role="audit_admin", unit=None, starts=TODAY)
    assert post.role == "audit_admin"


def test_two_administrators_posts_in_one_hand_break_in_sql(security_admin: User) -> None:
    with (
        pytest.raises(IntegrityError, match="admin_posts_kept_apart"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "INSERT INTO teams_post (user_id, role, unit_id, starts) VALUES (%s, 'audit_admin', NULL, '2024-05-01')",
            [security_admin.pk],
        )


def test_one_post_twice_in_one_time_breaks_in_sql(leader: User, county: County) -> None:
    with (
        pytest.raises(IntegrityError, match="post_held_once_at_a_time"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "INSERT INTO teams_post (user_id, role, unit_id, starts) VALUES (%s, 'leader', %s, '2024-05-01')",
            [leader.pk, county.squadron.pk],
        )


def test_post_that_ends_before_it_starts_breaks_in_sql(leader: User, county: County) -> None:
    with (
        pytest.raises(IntegrityError, match="post_ends_after_start"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE teams_post SET ends = starts - 1 WHERE user_id = %s", [leader.pk])


def test_post_ended_gives_nothing_on_the_next_request(
    system_admin: User, leader: User, client_of: Callable[[User], Client]
) -> None:
    client = client_of(leader)
    assert client.get("/units/").status_code == 200
    accounts.end_post(by=system_admin, post=leader.posts.get(), last_day=YESTERDAY)
    assert client.get("/units/").status_code == 403


def test_post_taken_back_on_its_first_day_goes_and_stays_in_the_history(system_admin: User, county: County) -> None:
    user, _password = hand_out(system_admin, county)
    assert accounts.end_post(by=system_admin, post=user.posts.get()) is None
    assert not user.posts.exists()
    labels = pghistory.models.Events.objects.across("teams.PostEvent").filter(pgh_label="delete")
    assert labels.count() == 1


def test_last_system_administrator_cannot_be_ended(system_admin: User, county: County) -> None:
    with pytest.raises(Refused) as refused:
        accounts.end_post(by=None, post=system_admin.posts.get(), last_day=YESTERDAY)
    assert codes(refused) == ["last_system_admin"]
    with pytest.raises(Refused):
        accounts.deactivate(by=None, user=system_admin)


def test_password_reset_ends_sessions_and_forces_a_change(system_admin: User, leader: User) -> None:
    old = sign_in("leader", "secret-123")
    assert old.get("/units/").status_code == 200
    password = accounts.reset_password(by=system_admin, user=leader)
    assert old.get("/units/").headers["Location"].startswith("/sign-in/")
    assert sign_in("leader", password).get("/units/").headers["Location"] == "/password/"


def test_password_reset_is_in_the_history_with_who_did_it(system_admin: User, leader: User) -> None:
    accounts.reset_password(by=system_admin, user=leader)
    accounts.reset_password(by=system_admin, user=leader)  # nothing but the password and its time change
    events = apps.get_model("teams", "UserEvent").objects.filter(pgh_obj=leader, pgh_label="update")
    assert [event.pgh_context.metadata["user"] for event in events] == [system_admin.pk] * 2


def test_password_reset_of_ones_own_account_is_refused(system_admin: User) -> None:
    with pytest.raises(Refused) as refused:
        accounts.reset_password(by=system_admin, user=system_admin)
    assert codes(refused) == ["own_account"]


def test_account_closed_is_signed_out_and_stays_out_when_opened_again(system_admin: User, leader: User) -> None:
    client = sign_in("leader", "secret-123")
    accounts.deactivate(by=system_admin, user=leader)
    assert client.get("/units/").status_code == 302
    refused = Client().post("/sign-in/", {"username": "leader", "password": "secret-123"})
    assert refused.status_code == 200
    password = accounts.reset_password(by=system_admin, user=leader)
    assert client.get("/units/").status_code == 302, "the old session is dead for good"
    sign_in("leader", password)


def test_password_change_needs_the_old_one_and_a_good_new_one(leader: User) -> None:
    with pytest.raises(Refused) as refused:
        accounts.change_password(by=leader, user=leader, old="wrong", new="Korn-blume-77")
    assert codes(refused) == ["wrong_password"]
    for weak in ("secret-123", "12345678", "leader12"):
        with pytest.raises(Refused):
            accounts.change_password(by=leader, user=leader, old="secret-123", new=weak)


def test_password_of_somebody_else_cannot_be_changed(system_admin: User, leader: User) -> None:
    with pytest.raises(Refused) as refused:
        accounts.change_password(by=system_admin, user=leader, old="secret-123", new="Korn-blume-77")
    assert codes(refused) == ["own_password_only"]


@pytest.mark.django_db
def test_create_admin_on_an_empty_installation_prints_a_password_that_works() -> None:
    out = StringIO()
    call_command("create_admin", "chief", "--name", "陈明", stdout=out)
    password = re.search(r"[a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4}", out.getvalue())
    assert password
    assert sign_in("chief", password[0]).get("/admin/").headers["Location"] == "/password/"
    assert User.objects.get().roles == {"system_admin"}


@pytest.mark.django_db
def test_create_admin_with_a_taken_name_says_so() -> None:
    call_command("create_admin", "chief", "--name", "陈明", stdout=StringIO())
    with pytest.raises(CommandError):
        call_command("create_admin", "chief", "--name", "陈明", stdout=StringIO())


def test_demonstration_account_has_the_known_password(county: County) -> None:
    user = accounts.create_demonstration_account(
        by=None, username="demo-leader", name="周正", role="leader", unit=county.squadron, starts=TODAY
    )
    assert user.is_demonstration
    assert user.check_password(accounts.DEMONSTRATION_PASSWORD)
    assert not user.must_change_password
