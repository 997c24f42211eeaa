"""What every page of the project owes to its Content-Security-Policy, checked on the rendered page."""

from __future__ import annotations

import re
from functools import lru_cache
from html.parser import HTMLParser
from typing import Any


class _Inline(HTMLParser):
    """Collects what a strict policy blocks: inline script, inline style, event attributes, foreign addresses."""

    ADDRESSES = ("src", "href", "action", "data", "poster", "formaction")

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "style" or (tag == "script" and "src" not in given and given.get("type") != "application/json"):
            self.found.append(f"inline <{tag}>")
        for name, value in attrs:
            text = (value or "").strip().lower()
            if name == "style" or name.startswith(("on", "hx-on", "data-hx-on")):
                self.found.append(f"{name}= on <{tag}>")
            if name in self.ADDRESSES and text.startswith(("javascript:", "http:", "https:", "//")):
                self.found.append(f"{name}={value} on <{tag}>")
            if name in ("hx-vals", "hx-headers") and text.startswith(("js:", "javascript:")):
                self.found.append(f"{name}=js: on <{tag}>")
            if name == "hx-trigger" and "[" in text.replace("input[type=", ""):
                self.found.append(f"hx-trigger with a filter on <{tag}>")


TAG = re.compile(r"""<[a-zA-Z](?:[^"'>]|"[^"]*"|'[^']*')*>""")


def inline_parts(page: str) -> list[str]:
    """Everything on a page that a strict policy would block or that leaves this server.

    Pages share most of their tags, so each is looked at once; one that is not whole has its page read from the start.
    """
    if re.search("<[a-zA-Z]", TAG.sub("", page)):
        return _found_in(page)
    return [found for tag in dict.fromkeys(TAG.findall(page)) for found in _found_in_tag(tag)]


def _found_in(text: str) -> list[str]:
    parser = _Inline()
    parser.feed(text)
    return parser.found


_found_in_tag = lru_cache(maxsize=20_000)(_found_in)


def assert_csp_clean(response: Any) -> None:
    """The answer carries the strict policy, and its page has nothing inline and nothing from elsewhere."""
    policy = response.headers.get("Content-Security-Policy", "")
    assert "default-src 'none'" in policy, "no strict policy on the answer"
    assert "unsafe" not in policy
    assert inline_parts(response.content.decode()) == []
