"""The pages that say what went wrong."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client, RequestFactory
from django.views.defaults import server_error

from teams.models import User
from tests.html import assert_csp_clean, inline_parts


def test_server_error_page_needs_no_database() -> None:
    """No database mark: a query here fails the test."""
    response = server_error(RequestFactory().get("/broken/"))
    page = response.content.decode()
    assert response.status_code == 500
    assert inline_parts(page) == []
    assert 'href="/"' in page


def test_unknown_address_keeps_the_navigation(leader: User, client_of: Callable[[User], Client]) -> None:
    response = client_of(leader).get("/nothing/here/")
    assert response.status_code == 404
    assert_csp_clean(response)
    assert b'id="sidebar"' in response.content


@pytest.mark.django_db
def test_unknown_address_for_nobody_shows_no_navigation(client: Client) -> None:
    response = client.get("/nothing/here/")
    assert response.status_code == 404
    assert b'id="sidebar"' not in response.content


def test_form_without_token_is_refused_with_words(leader: User) -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post("/language/", {"language": "en"})
    assert response.status_code == 403
    assert_csp_clean(response)


def test_language_switch_turns_the_page(leader: User, client_of: Callable[[User], Client]) -> None:
    client = client_of(leader)
    assert b'<html lang="zh-hans"' in client.get("/").content
    client.post("/language/", {"language": "en", "next": "/"})
    assert b'<html lang="en"' in client.get("/").content
