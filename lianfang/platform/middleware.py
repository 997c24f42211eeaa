"""What holds for every request and every answer, whoever asks."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.defaults import bad_request

Answer = Callable[[HttpRequest], HttpResponse]


class ProxyMiddleware:
    """Behind the proxy everybody comes from its address; lock-outs and throttles count by the visitor's own.

    The proxy's word is the last of `X-Forwarded-For`: what stands before it comes from outside.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        address = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
        if settings.BEHIND_TLS and _is_address(address):
            request.META["REMOTE_ADDR"] = address
        return self.get_response(request)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


class NulMiddleware:
    """Refuse an address or a cookie with a NUL byte: the database takes none, and no browser sends one.

    Fields of a form refuse it themselves, beside what else was typed.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        texts = (request.path, *request.COOKIES.values())
        if any("\0" in text for text in texts) or "%00" in request.META.get("QUERY_STRING", ""):
            return bad_request(request, ValueError())
        return self.get_response(request)


class SizeMiddleware:
    """Refuse a request larger than any form of ours may be before a byte of it is read or written to the disk."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdecimal() and (len(length) > 18 or int(length) > settings.LARGEST_REQUEST):
            context = {"megabytes": settings.LARGEST_REQUEST // 1024 // 1024}
            page = render_to_string("413.html", context)
            return HttpResponse(page, status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        return self.get_response(request)


class PrivateMiddleware:
    """Pages show people's data on shared computers: unless a view says otherwise, no cache keeps an answer."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response
