"""What the sweeps share: the world, opened once a module, and clients quick enough for ten thousand requests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client

from lianfang import urls
from teams.models import User
from tests.world import World, build_world

SESSION = settings.SESSION_COOKIE_NAME


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
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    client.session_key = client.cookies[SESSION].value
    return client


@contextmanager
def opened_world() -> Iterator[World]:
    """Built once; each request runs in a transaction of its own that is rolled back.

    Refusals come without their page: the same one for every address, it has its own tests, and drawing it would take
    as long as all that is swept.
    """
    with transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        for status in (400, 403, 404):
            patch.setattr(urls, f"handler{status}", _bare(status), raising=False)
        yield build_world()
        transaction.set_rollback(True)


def _bare(status: int) -> Any:
    def answer(request: HttpRequest, exception: Exception) -> HttpResponse:
        return HttpResponse(status=status, content_type="text/plain")

    return answer


@contextmanager
def rolled_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
