"""A member's calendar feed: its address made and taken back by the member, read by whoever holds it."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lianfang.platform.throttle import Limit, visitor, wait_for
from patrols.models import CalendarFeed
from patrols.services import feeds
from personnel.models import Member
from teams.gate import SignedInRequest, gate
from teams.policy import Action
from teams.scope import row_scope

WINDOW = dt.timedelta(minutes=10)  # calendars ask every few hours
READS = Limit("feed", 30, WINDOW)  # of one person's calendar
MISSES = Limit("feed-miss", 20, WINDOW)  # of addresses that open nothing, from one computer
TOO_MANY = 429


@require_http_methods(["GET", "POST"])
@gate(Action.ROSTER_VIEW)
def my_calendar(request: SignedInRequest) -> HttpResponse:
    """What the feed is; POST makes a new address and shows it this once."""
    link = ""
    if request.method == "POST":
        token = feeds.open_feed(by=request.user)
        link = request.build_absolute_uri(reverse("calendar-feed", args=[token]))
    context = {
        "member": Member.objects.filter(user=request.user).first(),
        "feed": CalendarFeed.objects.filter(user=request.user).first(),
        "link": link,
        "webcal": "webcal:" + link.partition(":")[2] if link else "",
    }
    response = render(request, "patrols/calendar.html", context)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@gate(Action.ROSTER_VIEW)
def revoke_calendar(request: SignedInRequest) -> HttpResponse:
    feeds.revoke_feed(by=request.user)
    messages.success(request, _("The address is dead. Calendars that used it get nothing more."))
    return redirect("my-calendar")


@require_safe
def calendar_feed(request: HttpRequest, token: str) -> HttpResponse:
    """The feed itself, for calendars that cannot sign in; 404 for any token that opens nothing."""
    user = feeds.reader_of(token)
    seconds = wait_for(READS, str(user.pk)) if user else wait_for(MISSES, visitor(request))
    if seconds:
        return HttpResponse(status=TOO_MANY, headers={"Retry-After": str(seconds)})
    if user is None:
        raise Http404
    with row_scope(user, path="calendar-feed"):
        content = feeds.calendar_of(feeds.shown_to(user, timezone.localdate()), timezone.now())
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Cache-Control"] = "private, no-store"
    return response
