"""A real browser for the tests marked `browser`: the system's Chromium, driven by Playwright."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from teams.models import User
from tests.factories import make_session

# Playwright runs its own event loop in this thread, and Django refuses the database beside one unless told.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")

WAIT = 60_000  # milliseconds: longer than a slow machine may need, never waited for in full when all is well
expect.set_options(timeout=WAIT)


def chromium_path() -> str | None:
    """The shell without windows first: a page there takes a quarter of the time."""
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests; skipped where there is none, except in CI, where its lack is a failure."""
    path = chromium_path()
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail("no Chromium on this machine")
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page_of(chromium: Browser, live_server: Any) -> Iterator[Callable[..., Page]]:
    """`page_of(user)`: a page in a browser of their own, signed in; fails the test on any script error on it."""
    errors: list[str] = []
    contexts = []

    def open_page(user: User | None = None, **options: Any) -> Page:
        settings = {"viewport": {"width": 1366, "height": 768}, "locale": "zh-CN", "base_url": live_server.url}
        context = chromium.new_context(**(settings | options))
        context.set_default_timeout(WAIT)
        contexts.append(context)
        if user is not None:
            cookie = {"name": "sessionid", "value": make_session(user), "url": live_server.url}
            context.add_cookies([cookie])  # type: ignore[list-item]
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: _note(errors, message))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []


def _note(errors: list[str], message: Any) -> None:
    # The browser reports refused answers (409, 404) as errors too; tests that provoke them look at the page instead.
    if message.type == "error" and "Failed to load resource" not in message.text:
        errors.append(message.text)
