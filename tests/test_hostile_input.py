"""No address answers hostile input with a crash: whatever is typed, pasted or forged ends in a sentence or a 4xx."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from typing import Any

import pytest
from django.template.backends.django import Template
from django.urls import reverse

from tests.access_table import ADMIN, TABLE
from tests.sweeping import QuickClient, opened_world, rolled_back, signed_in
from tests.world import World

pytestmark = pytest.mark.django_db

HOSTILE = {
    "nothing": "",
    "a NUL byte": "a\0b",
    "a lone surrogate": b"\xed\xa0\x80",
    "right to left": "\u202e张\u200f\u2066",
    "a formula": "=cmd|' /C calc'!A1",
    "markup": "<script>\"'{{ 1 }}{% if %}</script>",
    "the first day": "0001-01-01",
    "the last day": "9999-12-31",
    "month 13": "2026-13-45",
    "a negative number": "-1",
    "a number too long": "9" * 30,
    "a number beyond reading": "9" * 5000,
    "not a number": "NaN",
    "infinity": "1e999",
    "long text": "长" * 20_000,
}
EVERYWHERE = ("a NUL byte", "a lone surrogate", "markup", "the first day", "the last day", "a number beyond reading")
FRAME = ("", "csrfmiddlewaretoken", "language", "next", "q")  # what every page's frame brings
CHOSEN = ("select", "checkbox", "radio", "number", "password", "email")  # fields that no date is read from
# Names that addresses read from a query string or a body beyond the fields of the form that they show.
NAMES = ("q", "unit", "month", "year", "after", "before", "day", "page", "next", "status", "kind", "line", "preset")
VISITORS = ("leader", "brigade", "system_admin", "member")


class Fields(HTMLParser):
    """The names of a page's form fields with the values that it shows, and the kind of each."""

    def __init__(self, page: str = "") -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.kinds: dict[str, str] = {}
        self._select = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {key: value or "" for key, value in attrs}
        name = found.get("name", "")
        self.kinds.setdefault(name, found.get("type", "text") if tag == "input" else tag)
        if tag == "select":
            self._select = name
        elif tag == "option" and self._select and ("selected" in found or not self.values.get(self._select)):
            self.values[self._select] = found.get("value", "")
        elif tag in ("input", "textarea") and found.get("type") not in ("file", "submit"):
            self.values.setdefault(name, found.get("value", ""))
        elif tag == "input" and name:
            self.values.setdefault(name, "")
        for frame in FRAME:
            self.values.pop(frame, None)


CLIENTS: dict[str, QuickClient] = {}
FIELDS: dict[tuple[str, str], Fields] = {}


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock(), opened_world() as world:
        for role in (*VISITORS, "security_admin", "audit_admin"):
            CLIENTS[role] = signed_in(world.users[role])
        yield world


def crashes(world: World, name: str, attempts: Iterator[tuple[str, str, str, dict[str, Any]]]) -> list[str]:
    """The attempts (what, who, method, data) that `name` answers with 500 or above."""
    found = []
    for what, role, method, data in attempts:
        url = reverse(name, kwargs=TABLE[name].arguments(world, "own", role))
        with rolled_back():
            client = CLIENTS[role]
            answer = client.get(url, data) if method == "get" else client.post(url, data)
        if answer.status_code >= 500:
            found.append(f"{method} {role} {what}: {data}"[:300])
    return found


def who_may(roles: frozenset[str] | None) -> list[str]:
    return [role for role in VISITORS if roles and role in roles][:1]


@pytest.mark.parametrize("name", [name for name, page in TABLE.items() if page.read and not page.missing])
def test_query_string_hostile(world: World, name: str) -> None:
    def attempts() -> Iterator[tuple[str, str, str, dict[str, Any]]]:
        for role in who_may(TABLE[name].read):
            names = (*NAMES, *fields_of(world, name, role).values)
            for what in EVERYWHERE:
                yield what, role, "get", dict.fromkeys(names, HOSTILE[what])

    assert not (found := crashes(world, name, attempts())), "\n".join(found)


@pytest.mark.parametrize("name", [name for name, page in TABLE.items() if page.write and not page.missing])
def test_form_hostile(world: World, name: str) -> None:
    """All fields hostile at once, then each alone beside what the page offers: a day where one may be read."""

    def attempts(*whats: str) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
        for role in who_may(TABLE[name].write):
            fields = fields_of(world, name, role)
            shown = fields.values
            for what in whats:
                for field in one_of_each(shown):
                    if what != "the last day" or fields.kinds[field] not in CHOSEN:
                        yield f"{what} in {field}", role, "post", shown | {field: HOSTILE[what]}

    found = crashes(world, name, everywhere(world, name)) + crashes(world, name, attempts("the last day"))
    with undrawn():
        found += crashes(world, name, attempts("a number beyond reading"))
    assert not found, "\n".join(found)


def everywhere(world: World, name: str) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    for role in who_may(TABLE[name].write):
        for what in EVERYWHERE:
            yield what, role, "post", dict.fromkeys((*NAMES, *fields_of(world, name, role).values), HOSTILE[what])


@contextmanager
def undrawn() -> Iterator[None]:
    """Answers without their page: where the same value was drawn in the same field before."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Template, "render", lambda self, context=None, request=None: "")
        yield


def one_of_each(fields: dict[str, str]) -> list[str]:
    """Of fields that differ by a number alone, as those of a table's rows do, the first."""
    return list({re.sub(r"\d+", "", name): name for name in reversed(fields)}.values())


def fields_of(world: World, name: str, role: str) -> Fields:
    """What the form of an address shows; nothing where it shows no form. Read once: the world stays as it is."""
    if (name, role) not in FIELDS:
        FIELDS[name, role] = _fields_of(world, name, role)
    return FIELDS[name, role]


def _fields_of(world: World, name: str, role: str) -> Fields:
    if TABLE[name].read is None or role not in (TABLE[name].read or ()):
        return Fields()
    page = CLIENTS[role].get(reverse(name, kwargs=TABLE[name].arguments(world, "own", role)))
    return Fields(page.content.decode(errors="replace") if "html" in page["Content-Type"] else "")


DEEP = "[" * 100_000
CELL = {"member": 1, "day": "2026-12-01", "shift": "A"}
BODIES = {
    "nothing": "",
    "no JSON": "{",
    "no UTF-8": b"\xff\xfe",
    "a NUL byte": "\0",
    "nested beyond measure": DEEP,
    "nested inside": '{"changes": ' + DEEP,
    "a list": "[]",
    "a number": "1",
    "no list": '{"changes": {"member": 1}}',
    "cells that are none": '{"changes": [1, "a", null, []]}',
    "infinity": '{"changes": [{"member": 1e999, "day": "2026-12-01", "shift": "A"}]}',
    "NaN": '{"changes": [{"member": NaN, "day": "2026-12-01", "shift": "A"}]}',
    "digits": '{"changes": [{"member": ' + "9" * 5000 + ', "day": "2026-12-01", "shift": "A"}]}',
    "too many": json.dumps({"changes": [CELL] * 5000}),
}
ODD_CELLS: list[dict[str, Any]] = [
    {"member": 10**30},
    {"member": -1},
    {"member": True},
    {"member": [1]},
    {"beat": 10**30},
    {"beat": -1},
    {"beat": 1e999},
    {"beat": {}},
    {"shift": "\0"},
    {"shift": "\ud800"},
    {"shift": {"a": 1}},
    {"shift": "长" * 20_000},
    {"day": "0001-01-01"},
    {"day": "9999-12-31"},
    {"day": "2026-13-01"},
    {"day": 5},
    {"expected": "\0\ud800"},
    {"origin": "forged"},
    {"origin": []},
    {"fixed": "\ud800"},
]


def test_cells_hostile_body(world: World) -> None:
    """The grid's batch of changes: forged JSON is refused, never a crash, and changes nothing."""
    own = world["own"]
    url = reverse("roster-cells", args=[own.roster.pk])
    cell = {"member": own.member.pk, "day": "2026-12-02", "shift": "A"}
    odd = {f"cell {n}": json.dumps({"changes": [cell | change]}) for n, change in enumerate(ODD_CELLS)}
    client, found = CLIENTS["leader"], {}
    for what, body in (BODIES | odd).items():
        with rolled_back():
            answer = client.post(url, body, content_type="application/json")
        if answer.status_code >= 500:
            found[what] = body[:200]
    assert not found


@pytest.mark.parametrize("place", ["sibling", "foreign"])
def test_cells_foreign_ids(world: World, place: str) -> None:
    """Ids of another squadron in the batch are refused one by one, whatever their pair is."""
    own, other = world["own"], world[place]
    cells = [
        {"member": other.member.pk, "day": "2026-12-02", "shift": "A"},
        {"member": own.member.pk, "day": "2026-12-02", "shift": "A", "beat": other.beat.pk},
    ]
    with rolled_back():
        answer = CLIENTS["leader"].post(
            reverse("roster-cells", args=[own.roster.pk]), json.dumps({"changes": cells}), "application/json"
        )
    assert [cell["status"] for cell in json.loads(answer.content)["cells"]] == ["refused", "refused"]


PATHS = (
    "/a%00b",
    "/members/%00/",
    "/%ED%A0%80/",
    "/%ff%fe/",
    "/" + "a" * 20_000,
    "/members/" + "9" * 30 + "/",
    "/members/" + "9" * 5000 + "/",
    "/units/" + "9" * 30 + "/figures/",
    "/calendar/" + "9" * 30 + "/shipped/",
    "/jobs/%00/",
)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path[:24])
@pytest.mark.parametrize("role", ["leader", "system_admin", ""])
def test_path_hostile(world: World, path: str, role: str) -> None:
    client = CLIENTS[role] if role else QuickClient()
    for method in (client.get, client.post):
        with rolled_back():
            assert method(path).status_code < 500


@pytest.mark.parametrize("name", ["duty-cell", "roster-need", "roster-remark"])
@pytest.mark.parametrize("day", ["2026-13-45", "0001-01-01", "9999-12-31", "x"])
def test_day_in_address_hostile(world: World, name: str, day: str) -> None:
    arguments = TABLE[name].arguments(world, "own", "leader") | {"day": day}
    with rolled_back():
        assert CLIENTS["leader"].get(reverse(name, kwargs=arguments)).status_code == 404


ALONE_IN_ADMIN = ("the last day", "a number beyond reading", "a NUL byte", "not a number")
ADMIN_EVERYWHERE = ("q=%00", "p=-1", "p=" + "9" * 30, "o=%00.1", "e=1", "all=", "_popup=%00", "_to_field=password")
ADMIN_FILTERS = {
    "teams.calendarday": ("year=²", "year=99999999", "year=" + "9" * 5000, "kind__exact=%00"),
    "teams.historyentry": ("object=²", "object=" + "9" * 20, "before=0001-01-01|a|1", "before=9999-12-31T23:59:59|a|1"),
    "teams.user": ("role=%00", "role=forged", "password__startswith=a", "is_active__exact=x"),
    "teams.post": ("user__password__startswith=a", "role__exact=%00", "unit__kind__exact=%00"),
    "teams.signin": ("attempt_time__year=99999999999", "attempt_time__year=x", "q=%00"),
    "teams.failedsignin": ("q=%00",),
    "patrols.rosterrule": ("kind__exact=%00", "is_hard__exact=x", "people__contains=1", "reason__startswith=a"),
    "patrols.wish": ("q=%00", "day__year=99999999999", "day__month=13", "wants__exact=x"),
}


@pytest.mark.parametrize("label", sorted(ADMIN))
def test_admin_list_hostile(world: World, label: str) -> None:
    role = min(ADMIN[label].view)
    client, found = CLIENTS[role], []
    url = reverse(f"admin:{label.replace('.', '_')}_changelist")
    for query in (*ADMIN_EVERYWHERE, *ADMIN_FILTERS.get(label, ())):
        with rolled_back():
            if client.get(f"{url}?{query}").status_code >= 500:
                found.append(query[:60])
    assert not found


@pytest.mark.parametrize("label", sorted(label for label, access in ADMIN.items() if access.add))
def test_admin_form_hostile(world: World, label: str) -> None:
    client, found = CLIENTS[min(ADMIN[label].add)], []
    url = reverse(f"admin:{label.replace('.', '_')}_add")
    fields = Fields(client.get(url).content.decode())
    shown = fields.values

    def post(what: str, data: dict[str, Any]) -> None:
        with rolled_back():
            if client.post(url, data).status_code >= 500:
                found.append(f"{what}: {data}"[:200])

    for what, value in HOSTILE.items():
        post(what, dict.fromkeys(shown, value))
    with undrawn():
        for what in ALONE_IN_ADMIN:
            for field in shown:
                if what != "the last day" or fields.kinds[field] not in CHOSEN:
                    post(f"{what} in {field}", shown | {field: HOSTILE[what]})
    assert not found, "\n".join(found)


SIGN_IN = {
    "sign-in": {"username": "leader", "password": "wrong", "next": "/"},
    "demo-sign-in": {"username": "leader", "next": "/"},
    "set-language": {"language": "en", "next": "/"},
}


def test_sign_in_hostile(world: World) -> None:
    """Signing in takes anything from anybody: names, passwords and goals."""
    client, found = QuickClient(), []
    for what, value in HOSTILE.items():
        for name, fields in SIGN_IN.items():
            for field in fields:
                with rolled_back():
                    if client.post(reverse(name), fields | {field: value}).status_code >= 500:
                        found.append(f"{name} {what} in {field}")
    assert not found
