"""Every address × every role × own, sibling and foreign object × GET and POST, against `tests/access_table.py`.

An address that is not in the table fails, so nobody adds a page without saying who may open it.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import translation

from tests.access_table import ADMIN, EVERYONE, TABLE, Page, Reaches
from tests.html import assert_csp_clean
from tests.world import PLACES, World, build_world

SIGNED_IN_OK = {200, 201, 204, 302, 303, 400, 409, 422}


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[World]:
    """Built once; each request runs in a transaction that is rolled back."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():  # type: ignore[attr-defined]
        yield build_world()
        transaction.set_rollback(True)


@pytest.fixture
def rolled_back(world: World) -> Iterator[None]:
    from django.db import transaction

    with transaction.atomic():
        yield
        transaction.set_rollback(True)


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


def cases() -> Iterator[tuple[str, str, str]]:
    for name, page in TABLE.items():
        for role in page.roles_to_try():
            for place in PLACES if page.on else ("own",):
                yield name, role, place


def expected(page: Page, role: str, place: str, method: str) -> set[int]:
    """The allowed status codes of a signed-in request."""
    allowed = page.read if method == "get" else page.write
    if allowed is None:
        return {405}
    inside = Reaches.of(role, page, place)
    if role in allowed:
        return SIGNED_IN_OK if inside else {404}
    if role in (page.read or EVERYONE - EVERYONE) and not inside:
        return {403, 404}
    return {403} if inside or not page.on else {403, 404}


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(("name", "role", "place"), list(cases()))
def test_access(world: World, rolled_back: None, name: str, role: str, place: str, method: str) -> None:
    page = TABLE[name]
    client = Client()
    user = world.users[role]
    user.__dict__.pop("current_posts", None)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    with translation.override("en"):
        url = reverse(name, kwargs=page.arguments(world, place, role))
    headers = {"accept-language": "en"}
    response = client.get(url, headers=headers) if method == "get" else client.post(url, {}, headers=headers)
    assert response.status_code in expected(page, role, place, method), (url, role, place, method)
    if response.status_code == 200 and "html" in response.headers["Content-Type"]:
        assert_csp_clean(response)
        if place != "foreign":
            assert "M21" not in response.content.decode(), "a foreign member's name is on the page"


@pytest.mark.parametrize("name", [name for name, page in TABLE.items() if not page.public])
def test_access_signed_out(world: World, rolled_back: None, name: str) -> None:
    url = reverse(name, kwargs=TABLE[name].arguments(world, "own", "leader"))
    response = Client().get(url)
    assert response.status_code == 302, url
    assert response["Location"].startswith(reverse("sign-in"))


ADMIN_VIEWS = ["changelist", "add"]


@pytest.mark.parametrize("view", ADMIN_VIEWS)
@pytest.mark.parametrize("role", sorted(EVERYONE))
@pytest.mark.parametrize("label", sorted(ADMIN))
def test_access_admin(world: World, rolled_back: None, label: str, role: str, view: str) -> None:
    client = Client()
    client.force_login(world.users[role], backend="django.contrib.auth.backends.ModelBackend")
    response = client.get(reverse(f"admin:{label.replace('.', '_')}_{view}"))
    access = ADMIN[label]
    allowed = access.view if view == "changelist" else access.add
    if role in allowed:
        assert response.status_code == 200
    else:
        assert response.status_code in {302, 403}, (label, role, view)
