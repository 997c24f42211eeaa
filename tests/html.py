"""What every page of the project owes to its Content-Security-Policy, checked on the rendered page."""

from __future__ import annotations

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


def inline_parts(page: str) -> list[str]:
    """Everything on a page that a strict policy would block or that leaves this server."""
    parser = _Inline()
    parser.feed(page)
    return parser.found


def assert_csp_clean(response: Any) -> None:
    """The answer carries the strict policy, and its page has nothing inline and nothing from elsewhere."""
    policy = response.headers.get("Content-Security-Policy", "")
    assert "default-src 'none'" in policy, "no strict policy on the answer"
    assert "unsafe" not in policy
    assert inline_parts(response.content.decode()) == []
