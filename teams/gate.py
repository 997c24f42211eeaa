"""What stands before every view: signed in, the right at all, the row in scope (else 404), the right on it (403)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from teams.models import User
from teams.policy import Action
from teams.scope import ScopedQuerySet, scope_of

P = ParamSpec("P")
M = TypeVar("M", bound=models.Model)
View = Callable[Concatenate["SignedInRequest", P], HttpResponse]


class SignedInRequest(HttpRequest):
    """A request that passed the gate."""

    user: User


def gate(action: Action) -> Callable[[View[P]], Callable[Concatenate[HttpRequest, P], HttpResponse]]:
    """Let through the signed-in users whose posts grant `action` anywhere; 403 for the others."""

    def decorate(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
        @login_required
        @wraps(view)
        def guarded(request: Any, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if not scope_of(request.user, action):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def visible(rows: ScopedQuerySet, user: User, **lookup: Any) -> Any:
    """The one row that `user` may see; 404 otherwise."""
    return get_object_or_404(rows.visible_to(user), **lookup)


def manageable(rows: ScopedQuerySet, user: User, action: Action, **lookup: Any) -> Any:
    """The one row on which `user` may do `action`: 404 outside the scope, 403 inside without the right."""
    row = visible(rows, user, **lookup)
    if not rows.manageable_by(user, action).filter(pk=row.pk).exists():
        raise PermissionDenied
    return row


class FirstPasswordMiddleware:
    """A password that somebody else knows opens nothing but the page that changes it."""

    OPEN = ("password-change", "sign-out", "set-language")

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if user.is_authenticated and user.must_change_password and not self._is_open(request.path):
            return redirect("password-change")
        return self.get_response(request)

    def _is_open(self, path: str) -> bool:
        return path in {reverse(name) for name in self.OPEN}
