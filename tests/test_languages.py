"""Every page in both languages: no Chinese on the English one, no English on the Chinese one, names aside.

The world of the sweep has names of one letter and digits, so whatever else stands in a script is the interface's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from django.urls import reverse

from tests.access_table import ADMIN, TABLE
from tests.sweeping import opened_world, rolled_back, signed_in
from tests.world import World

pytestmark = pytest.mark.django_db

CHINESE = re.compile(r"[\u4e00-\u9fff]+")
LATIN = re.compile(r"[A-Za-z]{2,}")
# Codes of the usual shifts and the free day are data, as names are.
SHIFT_CODES = re.compile(r"[早中夜白值休、]")
OWN_NAMES = {"简体中文", "中文"}  # the language switch names each language in itself
# Words that Chinese stations write in Latin letters too, the switch, and the world's own user names.
LATIN_WORDS = {"English", "Excel", "xlsx", "xls", "MB", "ID", "Ctrl", "Shift", "Enter", "Delete", "Esc", "Tab", "Alt"}
LATIN_WORDS |= {
    "JPEG",
    "PNG",
    "WebP",
    "PDF",
    "pdf",
    "UAV",
    "zjg",
    "GET",
    "POST",
    "Backspace",
    "Home",
    "End",
    "CSV",
    "iCal",
    "SG",
    "Lianfang",
}
USER_NAMES = {"leader", "group", "brigade", "reviewer", "inspector", "officer"}
# what the world itself enters
USER_NAMES |= {"asker", "approver", "drafter", "flood", "Deputy", "deputy", "chief"}
USER_NAMES |= {"member", "system", "security", "audit", "admin", "nobody"}
ATTRIBUTES = {"title", "aria-label", "placeholder", "alt"}


class Visible(HTMLParser):
    """Collects what a person reads or hears: text, and the attributes that are read aloud."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in ("script", "style")
        self.words += [value for name, value in attrs if name in ATTRIBUTES and value]
        if tag == "input" and ("type", "submit") in attrs:
            self.words += [value for name, value in attrs if name == "value" and value]

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self._silent and data.strip():
            self.words.append(data.strip())


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[World]:
    with django_db_blocker.unblock(), opened_world() as world:  # type: ignore[attr-defined]
        yield world


def pages(world: World) -> Iterator[tuple[str, str]]:
    """Each page once, as one role that may read it."""
    for name, page in TABLE.items():
        if page.read and not page.missing and name != "healthz":
            role = next(r for r in ("leader", "brigade", "system_admin") if r in page.read)
            yield role, reverse(name, kwargs=page.arguments(world, "own", role))
    for role in ("brigade", "reviewer", "member", "inspector", "system_admin", "audit_admin"):
        yield role, reverse("home")
    for label, access in ADMIN.items():
        for view, allowed in (("changelist", access.view), ("add", access.add)):
            for role in sorted(allowed)[:1]:
                yield role, reverse(f"admin:{label.replace('.', '_')}_{view}")


def read(world: World, language: str) -> Iterator[tuple[str, str]]:
    """Address and text, for each text of each page."""
    clients = {role: signed_in(user, language) for role, user in world.users.items()}
    for role, url in pages(world):
        with rolled_back():
            response = clients[role].get(url)
        if response.status_code == 200 and "html" in response.headers["Content-Type"]:
            page = Visible()
            page.feed(response.content.decode())
            yield from ((url, text) for text in page.words)


def test_english_pages_hold_no_chinese(world: World) -> None:
    found = [
        (url, text)
        for url, text in read(world, "en")
        if CHINESE.search(SHIFT_CODES.sub("", text)) and text not in OWN_NAMES
    ]
    assert not found, "\n".join(map(str, found))


def test_chinese_pages_hold_no_english(world: World) -> None:
    known = LATIN_WORDS | USER_NAMES
    found = [(url, text) for url, text in read(world, "zh-CN") if set(LATIN.findall(text)) - known]
    assert not found, "\n".join(map(str, found))
