"""What the sweeps share: the world, opened once a module, and clients quick enough for ten thousand requests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import get_user, middleware
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client

from lianfang import urls
from lianfang.home import navigation, waiting
from lianfang.home.matter import Matter
from teams.models import User
from tests.factories import make_session
from tests.world import World, build_world

SESSION = settings.SESSION_COOKIE_NAME
ACCOUNTS: dict[str, User] = {}  # by session key


class QuickClient(Client):
    """The test client without its record of rendered templates; a crash is an answer of 500 like any other.

    It stays signed in whatever an answer says: the database effect of signing out is rolled back too.
    """

    session_key = ""

    def request(self, **request: Any) -> Any:
        if self.session_key:
            self.cookies[SESSION] = self.session_key
        response: Any = self.handler(self._base_environ(**request))
        self.cookies.update(response.cookies)
        return response


def signed_in(user: User, language: str = "en") -> QuickClient:
    client = QuickClient(headers={"accept-language": language})
    client.session_key = make_session(user)
    account = User.objects.get(pk=user.pk)
    assert account.current_posts is not None  # read once for all requests
    ACCOUNTS[client.session_key] = account
    return client


@contextmanager
def opened_world() -> Iterator[World]:
    """Built once; each request runs in a transaction of its own that is rolled back.

    What is the same for every address has its own tests, and would take as long as all that is swept: refusals come
    without their page, the account is not looked up anew, and what waits for it (a number in the frame) is counted
    once.
    """
    with transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        for status in (400, 403, 404):
            patch.setattr(urls, f"handler{status}", _bare(status), raising=False)
        patch.setattr(middleware, "get_user", _account)
        patch.setattr(navigation, "matters_of", _counted_once())
        yield build_world()
        transaction.set_rollback(True)
        ACCOUNTS.clear()


def _account(request: HttpRequest) -> Any:
    found = ACCOUNTS.get(request.COOKIES.get(SESSION, ""))
    return copy(found) if found else get_user(request)


def _counted_once() -> Any:
    found: dict[Any, list[Matter]] = {}

    def matters(request: HttpRequest) -> list[Matter]:
        if request.user.pk not in found:
            found[request.user.pk] = waiting.matters_of(request)
        return found[request.user.pk]

    return matters


def _bare(status: int) -> Any:
    def answer(request: HttpRequest, exception: Exception) -> HttpResponse:
        return HttpResponse(status=status, content_type="text/plain")

    return answer


@contextmanager
def rolled_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
