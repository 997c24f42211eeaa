"""What most pages here do with a service's answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import redirect

from lianfang.platform.problems import Refused
from personnel.forms.problems import show_problems
from teams.gate import SignedInRequest

SHOWN = 8


def act(request: SignedInRequest, done: Any, write: Callable[[], Any], to: str, *args: Any) -> HttpResponse:
    """Run a write that asks for nothing more, say how it went, and go on to `to`."""
    try:
        write()
    except Refused as refused:
        for problem in refused.problems[:SHOWN]:
            messages.error(request, f"{problem.message} {problem.hint}".strip())
    else:
        messages.success(request, done)
    return redirect(to, *args)


def written(form: BaseForm, write: Callable[[], Any]) -> bool:
    """Run a write with what a valid form holds; what the service refuses stands at the form."""
    if not form.is_valid():
        return False
    try:
        write()
    except Refused as refused:
        show_problems(form, refused)
        return False
    return True


def status_of(form: BaseForm) -> int:
    return 422 if form.errors else 200
