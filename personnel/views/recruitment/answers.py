"""What most pages here do with a service's answer."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import redirect, render

from lianfang.platform.problems import Refused
from personnel.forms.problems import show_problems
from personnel.models import Application
from personnel.rules.recruitment.kinship import related_to
from teams.gate import SignedInRequest

SHOWN = 8


def act(request: SignedInRequest, done: Any, write: Callable[[], Any], to: str, *args: Any) -> HttpResponse:
    """Run a write that asks for nothing more, say how it went, and go on to `to`."""
    try:
        write()
    except Refused as refused:
        show(request, refused)
    else:
        messages.success(request, done)
    return redirect(to, *args)


def closed_to(request: SignedInRequest, application: int) -> bool:
    """Whether the signed-in user is related to this candidate, of those in scope."""
    rows = Application.objects.visible_to(request.user).filter(pk=application)
    return bool(related_to(request.user, [application])) and rows.exists()


def stay_out(request: SignedInRequest) -> HttpResponse:
    """What a relative gets in place of anything of the candidate's."""
    return render(request, "personnel/recruitment/related.html", status=403)


def relatives_stay_out(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For a page of one candidate: whoever is declared to be related opens none of it."""

    @wraps(view)
    def guarded(request: SignedInRequest, pk: int, *args: Any, **kwargs: Any) -> HttpResponse:
        return stay_out(request) if closed_to(request, pk) else view(request, pk, *args, **kwargs)

    return guarded


def show(request: SignedInRequest, refused: Refused) -> None:
    """What a service refused, as messages."""
    for problem in refused.problems[:SHOWN]:
        messages.error(request, f"{problem.message} {problem.hint}".strip())


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
