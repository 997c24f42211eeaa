"""What holds for every request: the visitor's address, no NUL, no cached pages."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import LazySettings
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from lianfang.platform.middleware import NulMiddleware, PrivateMiddleware, ProxyMiddleware, SizeMiddleware


def echo(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.META["REMOTE_ADDR"])


@pytest.mark.parametrize(
    ("forwarded", "taken"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("198.51.100.1, 203.0.113.7", "203.0.113.7"),  # what the visitor claims stands before the proxy's word
        ("2001:db8::7", "2001:db8::7"),
        ("forged", "127.0.0.1"),
        ("", "127.0.0.1"),
    ],
)
def test_address_behind_the_proxy(settings: LazySettings, forwarded: str, taken: str) -> None:
    settings.BEHIND_TLS = True
    request = RequestFactory().get("/", headers={"x-forwarded-for": forwarded})
    assert ProxyMiddleware(echo)(request).content.decode() == taken


def test_address_without_proxy_is_the_connection(settings: LazySettings) -> None:
    settings.BEHIND_TLS = False
    request = RequestFactory().get("/", headers={"x-forwarded-for": "203.0.113.7"})
    assert ProxyMiddleware(echo)(request).content == b"127.0.0.1"


@pytest.mark.parametrize(
    "odd", [{"path": "/a%00b"}, {"path": "/", "QUERY_STRING": "q=a%00b"}, {"path": "/", "HTTP_COOKIE": r's="a\000b"'}]
)
def test_nul_is_refused_with_a_page(odd: dict[str, Any]) -> None:
    answer = NulMiddleware(echo)(RequestFactory().get(**odd))
    assert answer.status_code == 400
    assert b"<h1>" in answer.content


def test_percent_sign_before_zeros_is_no_nul() -> None:
    assert NulMiddleware(echo)(RequestFactory().get("/", {"q": "100%00"})).status_code == 200


def test_page_stays_in_no_cache() -> None:
    assert PrivateMiddleware(echo)(RequestFactory().get("/"))["Cache-Control"] == "private, no-store"


def test_page_with_its_own_cache_rule_keeps_it() -> None:
    def cached(request: HttpRequest) -> HttpResponse:
        return HttpResponse(headers={"Cache-Control": "max-age=60"})

    assert PrivateMiddleware(cached)(RequestFactory().get("/"))["Cache-Control"] == "max-age=60"


@pytest.mark.django_db
@pytest.mark.parametrize("goal", ["NaN", "home", "0001-01-01", "javascript:alert(1)", "//evil.example/", "\\\\evil"])
def test_sign_in_goal_other_than_a_path_leads_home(client: Client, leader: Any, goal: str) -> None:
    answer = client.post("/sign-in/", {"username": "leader", "password": "secret-123", "next": goal})
    assert (answer.status_code, answer["Location"]) == (302, "/")


class Unread:
    """A body that nobody may read."""

    def read(self, *sizes: int) -> bytes:
        raise AssertionError("the body was read")

    readline = read


@pytest.mark.parametrize("length", [str(24 * 1024 * 1024 + 1), "9" * 5000])
def test_request_too_large_is_refused_unread(client: Client, db: None, length: str) -> None:
    kind = "multipart/form-data; boundary=x"
    request = {"wsgi.input": Unread(), "CONTENT_TYPE": kind, "CONTENT_LENGTH": length}
    response = client.generic("POST", "/sign-in/", **request)
    assert response.status_code == 413
    assert "24 MB" in response.content.decode()


@pytest.mark.parametrize("length", ["", "0", "12", "-1", "x"])
def test_request_of_any_other_length_passes(length: str) -> None:
    request = RequestFactory().post("/", CONTENT_LENGTH=length)
    assert SizeMiddleware(echo)(request).status_code == 200
