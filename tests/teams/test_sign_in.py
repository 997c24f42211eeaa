"""Signing in and out, the first password, the lock-out, the demonstration's buttons."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from teams.models import User
from teams.services.accounts import DEMONSTRATION_PASSWORD, create_demonstration_account
from tests.conftest import County
from tests.html import assert_csp_clean

GOOD = {"username": "leader", "password": "secret-123"}
BAD = {"username": "leader", "password": "wrong"}
EN = {"accept-language": "en"}


@pytest.fixture
def demonstration(county: County) -> User:
    return create_demonstration_account(
        by=None, username="demo-leader", name="周正", role="leader", unit=county.squadron, starts=dt.date(2020, 1, 1)
    )


def lock(client: Client) -> None:
    for _attempt in range(5):
        client.post("/sign-in/", BAD)


def test_sign_in_leads_to_the_landing_page(leader: User) -> None:
    assert Client().post("/sign-in/", GOOD).headers["Location"] == "/"


def test_sign_in_leads_on_to_where_one_wanted(leader: User) -> None:
    response = Client().post("/sign-in/", GOOD | {"next": "/units/"})
    assert response.headers["Location"] == "/units/"


@pytest.mark.parametrize(
    "goal", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "http:evil.example"]
)
def test_sign_in_leads_to_no_other_site(leader: User, goal: str) -> None:
    assert Client().post("/sign-in/", GOOD | {"next": goal}).headers["Location"] == "/"


def test_sign_in_gives_the_session_a_new_key(leader: User) -> None:
    client = Client()
    session = client.session
    session["before"] = True
    session.save()
    client.cookies["sessionid"] = session.session_key
    client.post("/sign-in/", GOOD)
    assert client.cookies["sessionid"].value != session.session_key
    assert not Client().session.exists(session.session_key)


def test_sign_in_page_is_clean(db: None) -> None:
    assert_csp_clean(Client().get("/sign-in/"))


def test_sign_in_with_a_wrong_password_names_neither_part(leader: User) -> None:
    known = Client().post("/sign-in/", BAD, headers=EN)
    unknown = Client().post("/sign-in/", BAD | {"username": "nobody-such"}, headers=EN)
    text = "The user name or the password is wrong."
    assert text in known.content.decode()
    assert text in unknown.content.decode()


def test_sign_in_when_signed_in_goes_on(leader: User, client_of: Callable[[User], Client]) -> None:
    assert client_of(leader).get("/sign-in/?next=/units/").headers["Location"] == "/units/"


def test_five_wrong_passwords_lock_the_account_and_say_until_when(leader: User) -> None:
    client = Client()
    lock(client)
    response = client.post("/sign-in/", GOOD, headers=EN)
    assert response.status_code == 429
    until = timezone.localtime(AccessAttempt.objects.get().attempt_time + dt.timedelta(minutes=15))
    assert f"locked until {until:%H:%M}" in response.content.decode()
    assert_csp_clean(response)


def test_lock_out_does_not_touch_other_accounts(leader: User, brigade_staff: User) -> None:
    client = Client()
    lock(client)
    assert client.post("/sign-in/", GOOD | {"username": "brigade_staff"}).status_code == 302


def test_lock_out_ends_by_itself(leader: User) -> None:
    client = Client()
    lock(client)
    AccessAttempt.objects.update(attempt_time=timezone.now() - dt.timedelta(minutes=16))
    assert client.post("/sign-in/", GOOD).status_code == 302


def test_trying_on_while_locked_does_not_make_it_longer(leader: User) -> None:
    client = Client()
    lock(client)
    before = timezone.now() - dt.timedelta(minutes=10)
    AccessAttempt.objects.update(attempt_time=before)
    client.post("/sign-in/", BAD)
    assert AccessAttempt.objects.get().attempt_time == before


def test_wrong_passwords_are_kept_without_the_password(leader: User) -> None:
    Client().post("/sign-in/", BAD)
    attempt = AccessAttempt.objects.get()
    assert attempt.username == "leader"
    assert "wrong" not in attempt.post_data


def test_sign_out_needs_a_post(leader: User, client_of: Callable[[User], Client]) -> None:
    client = client_of(leader)
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/").headers["Location"] == "/sign-in/"
    assert client.get("/units/").headers["Location"].startswith("/sign-in/")


@pytest.mark.parametrize("path", ["/", "/units/", "/admin/", "/healthz", "/no-such-page"])
def test_first_password_opens_nothing_but_its_change(
    leader: User, client_of: Callable[[User], Client], path: str
) -> None:
    User.objects.filter(pk=leader.pk).update(must_change_password=True)
    assert client_of(leader).get(path).headers["Location"] == "/password/"


def test_first_password_changed_opens_everything(leader: User, client_of: Callable[[User], Client]) -> None:
    User.objects.filter(pk=leader.pk).update(must_change_password=True)
    client = client_of(leader)
    assert client.get("/password/").status_code == 200
    new = "Korn-blume-77"
    response = client.post("/password/", {"old": "secret-123", "new": new, "again": new})
    assert response.headers["Location"] == "/"
    assert client.get("/units/").status_code == 200
    assert Client().post("/sign-in/", GOOD).status_code == 200
    assert Client().post("/sign-in/", GOOD | {"password": new}).status_code == 302


def test_password_changed_ends_the_other_sessions(leader: User, client_of: Callable[[User], Client]) -> None:
    here, elsewhere = client_of(leader), client_of(leader)
    here.post("/password/", {"old": "secret-123", "new": "Korn-blume-77", "again": "Korn-blume-77"})
    assert here.get("/units/").status_code == 200
    assert elsewhere.get("/units/").status_code == 302


@pytest.mark.parametrize(
    ("old", "new", "again", "message"),
    [
        ("wrong", "Korn-blume-77", "Korn-blume-77", "not your present password"),
        ("secret-123", "Korn-blume-77", "Korn-blume-78", "differ"),
        ("secret-123", "short", "short", "too short"),
        ("secret-123", "secret-123", "secret-123", "is the old one"),
    ],
)
def test_password_change_says_what_is_wrong(
    leader: User, client_of: Callable[[User], Client], old: str, new: str, again: str, message: str
) -> None:
    response = client_of(leader).post("/password/", {"old": old, "new": new, "again": again}, headers=EN)
    assert response.status_code == 200
    assert message in response.content.decode()


def test_demonstration_shows_a_button_for_each_account(demonstration: User, county: County) -> None:
    page = Client().get("/sign-in/").content.decode()
    assert 'value="demo-leader"' in page
    assert "周正" in page
    assert county.squadron.name in page


def test_demonstration_button_signs_in(demonstration: User) -> None:
    client = Client()
    assert client.post("/sign-in/demonstration/", {"username": "demo-leader"}).status_code == 302
    assert client.get("/units/").status_code == 200


def test_demonstration_button_signs_in_no_real_account(demonstration: User, leader: User) -> None:
    assert Client().post("/sign-in/demonstration/", {"username": "leader"}).status_code == 404


def test_demonstration_ends_with_its_setting(demonstration: User, settings: LazySettings) -> None:
    settings.DEMO = False
    assert Client().post("/sign-in/demonstration/", {"username": "demo-leader"}).status_code == 404
    assert "demo-leader" not in Client().get("/sign-in/").content.decode()


def test_known_password_opens_only_in_the_demonstration(demonstration: User, settings: Any) -> None:
    form = {"username": "demo-leader", "password": DEMONSTRATION_PASSWORD}
    assert Client().post("/sign-in/", form).status_code == 302
    settings.DEMO = False
    response = Client().post("/sign-in/", form, headers=EN)
    assert "The user name or the password is wrong." in response.content.decode()


def test_demonstration_session_ends_with_its_setting(demonstration: User, leader: User, settings: Any) -> None:
    visitor, real = Client(), Client()
    visitor.post("/sign-in/demonstration/", {"username": "demo-leader"})
    real.post("/sign-in/", {"username": "leader", "password": "secret-123"})
    assert [client.get("/").status_code for client in (visitor, real)] == [200, 200]
    settings.DEMO = False
    assert visitor.get("/").status_code == 302
    assert real.get("/").status_code == 200
    settings.DEMO = True
    assert visitor.get("/").status_code == 302, "the session is gone, not asleep"
