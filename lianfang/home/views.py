"""The landing page of each role."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lianfang.home.addresses import address
from lianfang.home.brigade import brigade_today, squadrons_of
from lianfang.home.own import own_today
from lianfang.home.review import review_today
from lianfang.home.search import search
from lianfang.home.setup import setup_steps, squadron_states
from lianfang.home.squadron import squadron_today
from lianfang.home.squadron_setup import squadron_steps
from lianfang.home.steps import Steps
from lianfang.home.waiting import matters_of
from teams.gate import SignedInRequest, gate
from teams.models import Unit, User
from teams.policy import Action
from teams.scope import scope_of


def healthz(request: HttpRequest) -> HttpResponse:
    """For the supervisor and a load balancer: the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")


@require_GET
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


@require_GET
@gate(Action.UNIT_VIEW)
def search_page(request: SignedInRequest) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:60]
    return render(request, "home/search.html", {"text": text, "kinds": search(request.user, text)})


def _squadron(request: SignedInRequest, unit: Unit) -> HttpResponse:
    now = timezone.localtime()
    today = squadron_today(request.user, unit, now)
    context = _context(request, now) | {"may_edit": bool(scope_of(request.user, Action.ROSTER_EDIT))}
    steps = Steps.of(squadron_steps(request.user, unit, now.date()))
    if steps.open:  # they say the same, and more
        context["matters"] = [m for m in context["matters"] if m.section not in ("cover-page", "member-import")]
    return render(request, "home/squadron.html", context | {"unit": unit, "today": today, "steps": steps})


def _brigade(request: SignedInRequest) -> HttpResponse:
    now = timezone.localtime()
    context = _context(request, now) | {"today": brigade_today(request.user, now)}
    return render(request, "home/brigade.html", context)


def _setup(request: SignedInRequest) -> HttpResponse:
    today = timezone.localdate()
    states = squadron_states(request.user, today)
    steps = Steps.of(setup_steps(request.user, today, states))
    return render(request, "home/setup.html", {"steps": steps, "squadrons": states})


def _review(request: SignedInRequest) -> HttpResponse:
    now = timezone.localtime()
    today = review_today(request.user, now.date())
    return render(request, "home/review.html", {"day_title": day_title(now.date()), "today": today})


def _own(request: SignedInRequest) -> HttpResponse:
    now = timezone.localtime()
    context = {"now": now, "day_title": day_title(now.date()), "shifts_url": address("my-shifts")}
    return render(request, "home/own.html", context | {"today": own_today(request.user, now)})


def _context(request: SignedInRequest, now: dt.datetime) -> dict[str, Any]:
    return {
        "now": now,
        "day_title": day_title(now.date()),
        "matters": matters_of(request),
        "members_url": address("member-list"),
        "rosters_url": address("roster-list"),
        "units_url": address("unit-list"),
    }


def day_title(day: dt.date) -> str:
    """The date with its weekday, as the page's heading."""
    parts = {"weekday": date_format(day, "l"), "date": date_format(day, "DATE_FORMAT")}
    return _("%(weekday)s, %(date)s") % parts
