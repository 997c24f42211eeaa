"""The landing page of each role."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from lianfang.home.addresses import address
from lianfang.home.brigade import brigade_today, squadrons_of
from lianfang.home.own import own_today
from lianfang.home.review import review_today
from lianfang.home.setup import setup_steps
from lianfang.home.squadron import squadron_today
from lianfang.home.waiting import matters_of
from teams.gate import SignedInRequest
from teams.models import Unit, User
from teams.policy import Action
from teams.scope import scope_of


def healthz(request: HttpRequest) -> HttpResponse:
    """For the supervisor and a load balancer: the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")


@login_required
def home(request: Any) -> HttpResponse:
    """What the widest post of the user wants to see first."""
    user: User = request.user
    if scope_of(user, Action.ROSTER_VIEW).paths:
        units = list(Unit.objects.visible_to(user))
        squadrons = squadrons_of(units)
        if len(squadrons) > 1:
            return _brigade(request)
        return _squadron(request, (squadrons or units)[0])
    if user.is_staff:
        return _setup(request)
    if scope_of(user, Action.UNIT_VIEW):
        return _review(request)
    return _own(request)


def _squadron(request: SignedInRequest, unit: Unit) -> HttpResponse:
    now = timezone.localtime()
    context = {"unit": unit, "now": now, "matters": matters_of(request), "members_url": address("member-list")}
    return render(request, "home/squadron.html", context | {"today": squadron_today(request.user, unit, now)})


def _brigade(request: SignedInRequest) -> HttpResponse:
    now = timezone.localtime()
    context = {"now": now, "matters": matters_of(request), "members_url": address("member-list")}
    return render(request, "home/brigade.html", context | {"today": brigade_today(request.user, now)})


def _setup(request: SignedInRequest) -> HttpResponse:
    return render(request, "home/setup.html", {"steps": setup_steps(request.user, timezone.localdate())})


def _review(request: SignedInRequest) -> HttpResponse:
    today = review_today(request.user, timezone.localdate())
    return render(request, "home/review.html", {"today": today})


def _own(request: SignedInRequest) -> HttpResponse:
    now = timezone.localtime()
    context = {"now": now, "today": own_today(request.user, now), "shifts_url": address("my-shifts")}
    return render(request, "home/own.html", context)
