"""Every address × every role × own, sibling and foreign object × GET and POST, against `tests/access_table.py`.

An address that is not in the table fails, so nobody adds a page without saying who may open it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.access_table import ADMIN, EVERYONE, TABLE, Page
from tests.html import assert_csp_clean
from tests.sweeping import QuickClient, opened_world, rolled_back, signed_in
from tests.world import PLACES, World

pytestmark = pytest.mark.django_db

CLIENTS: dict[str, QuickClient] = {}
ANSWERED = {200, 302, 400, 409, 422}


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[World]:
    with django_db_blocker.unblock(), opened_world() as world:  # type: ignore[attr-defined]
        CLIENTS.update({role: signed_in(user) for role, user in world.users.items()})
        yield world


def all_names(patterns: list[URLPattern | URLResolver] | None = None, namespace: str = "") -> Iterator[str]:
    """Names of every address; one without a name is reported by its pattern."""
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from all_names(pattern.url_patterns, inner)
        else:
            yield f"{namespace}{pattern.name or pattern.pattern}"


def test_table_names_every_address() -> None:
    names = {name for name in all_names() if not name.startswith("admin:")}
    assert names - set(TABLE) == set(), "say in tests/access_table.py who may open these"
    assert set(TABLE) - names == set(), "these addresses are gone"


def test_admin_table_names_every_model() -> None:
    from django.contrib import admin

    models = {model._meta.label_lower for model in admin.site._registry}
    assert models == set(ADMIN)


SECRETS = re.compile(r"[A-Za-z0-9]{64}")  # a page's token is drawn by chance, and may read like a name


def expected(page: Page, role: str, place: str, method: str) -> set[int]:
    """The allowed answers to a signed-in request."""
    allowed = page.read if method == "get" else page.write
    if allowed is None:
        return {405}
    inside = page.reached_by(role, place)
    if role in allowed:
        return ANSWERED if inside else {404}
    return {403} if inside else {403, 404}


@pytest.mark.parametrize("name", list(TABLE))
def test_access(world: World, name: str) -> None:
    page = TABLE[name]
    wrong = []
    for role in sorted(EVERYONE):
        for place in PLACES if page.on else PLACES[:1]:
            for method in ("get", "post"):
                with rolled_back():
                    answer = ask(role, method, reverse(name, kwargs=page.arguments(world, place, role)))
                if answer not in expected(page, role, place, method):
                    wrong.append(f"{method} {role} {place}: {answer}, not {expected(page, role, place, method)}")
    assert not wrong, "\n".join(wrong)


def ask(role: str, method: str, url: str) -> int:
    """The status of the answer; its page keeps to the policies and names nobody of the foreign district."""
    client = CLIENTS[role]
    response = client.get(url) if method == "get" else client.post(url, {})
    if response.status_code == 200 and "html" in response.headers["Content-Type"]:
        assert_csp_clean(response)
        # The audit trail names everybody; it has its own administrator for that.
        assert role == "audit_admin" or "M21" not in SECRETS.sub("", response.content.decode()), (
            "a foreign member's name is shown"
        )
    return response.status_code


@pytest.mark.parametrize("name", [name for name, page in TABLE.items() if not page.public])
def test_access_signed_out(world: World, name: str) -> None:
    page = TABLE[name]
    url = reverse(name, kwargs=page.arguments(world, "own", "leader"))
    response = Client().post(url) if page.read is None else Client().get(url)
    assert response.status_code == 302, url
    assert response["Location"].startswith(reverse("sign-in"))


@pytest.mark.parametrize("label", sorted(ADMIN))
def test_access_admin(world: World, label: str) -> None:
    access = ADMIN[label]
    wrong = []
    for role in sorted(EVERYONE):
        for view, allowed in (("changelist", access.view), ("add", access.add)):
            with rolled_back():
                answer = ask(role, "get", reverse(f"admin:{label.replace('.', '_')}_{view}"))
            if answer not in ({200} if role in allowed else {302, 403}):
                wrong.append(f"{view} {role}: {answer}")
    assert not wrong, "\n".join(wrong)
