"""A member's calendar feed: a secret address that can be taken back, and what it tells (handbook D19, RFC 5545)."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vText

from lianfang.platform.history import service
from patrols.models import CalendarFeed, Duty
from patrols.models.feed import digest_of
from teams.models import User
from teams.policy import Action
from teams.scope import scope_of

DAYS_BACK = 30
TOKEN_BYTES = 24
REFRESH = dt.timedelta(hours=4)
HOST = "lianfang.invalid"  # the right-hand side of event names: it need not exist, only stay the same


@dataclass(frozen=True)
class Shown:
    """One event: a duty that stands, or (`duty` None) one that was published and is gone."""

    roster_id: int
    day: dt.date
    starts: dt.datetime
    ends: dt.datetime
    version: int
    duty: Duty | None

    @property
    def name(self) -> str:
        """The same for a day of a roster in all versions: a changed shift moves the event, it makes no second one."""
        return f"{self.roster_id}-{self.day:%Y%m%d}@{HOST}"

    @property
    def sequence(self) -> int:
        """Rises with each version; a cancellation comes after the version that it cancels, before the next."""
        return 2 * self.version + (self.duty is None)


@service
def open_feed(*, by: User) -> str:
    """A new secret for the actor's own calendar; an older one is dead from then on. Returns the token, shown once."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    CalendarFeed.objects.filter(user=by).delete()
    CalendarFeed.objects.create(user=by, digest=digest_of(token))
    return token


@service
def revoke_feed(*, by: User) -> None:
    """The actor's calendar address is dead from then on."""
    CalendarFeed.objects.filter(user=by).delete()


def reader_of(token: str) -> User | None:
    """Whose calendar the token opens; None for an unknown token, a locked account, or one without any post today."""
    feed = CalendarFeed.objects.select_related("user").filter(digest=digest_of(token)).first()
    if feed is None or not scope_of(feed.user, Action.ROSTER_VIEW):
        return None
    return feed.user


def shown_to(user: User, today: dt.date) -> list[Shown]:
    """The user's own published duties from a month back on, and those that were published and are gone.

    Runs inside the user's row scope: the database shows nobody else's.
    """
    since = today - dt.timedelta(days=DAYS_BACK)
    duties = Duty.objects.filter(member__user=user, day__gte=since).published()
    rows = duties.select_related("shift_type", "beat", "roster").order_by("day", "roster_id")
    shown = {
        (duty.roster_id, duty.day): Shown(duty.roster_id, duty.day, duty.starts, duty.ends, duty.roster.version, duty)
        for duty in rows
    }
    for roster_id, day, starts, ends, newest in _published(since):
        shown.setdefault((roster_id, day), Shown(roster_id, day, starts, ends, newest, None))
    return sorted(shown.values(), key=lambda item: (item.starts, item.roster_id))


def _published(since: dt.date) -> list[tuple[int, dt.date, dt.datetime, dt.datetime, int]]:
    """Each day of a roster on which the user ever had a published duty, with the roster's newest version by then."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT ON (p.roster_id, p.day) p.roster_id, p.day, p.starts, p.ends, p.newest"
            " FROM lf_own_published(%s) AS p ORDER BY p.roster_id, p.day, p.version DESC",
            [since],
        )
        return list(cursor.fetchall())


def calendar_of(shown: list[Shown], now: dt.datetime) -> bytes:
    """The feed as text/calendar, in Shanghai time with the zone's definition."""
    calendar = Calendar()
    calendar.add("prodid", "-//Lianfang//duty roster//ZH")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _("My shifts"))
    calendar.add("x-wr-timezone", "Asia/Shanghai")
    calendar.add("refresh-interval", REFRESH, parameters={"value": "DURATION"})
    for item in shown:
        calendar.add_component(_event(item, now))
    calendar.add_missing_timezones()
    content: bytes = calendar.to_ical()
    return content


def _event(item: Shown, now: dt.datetime) -> Event:
    event = Event()
    event.add("uid", item.name)
    event.add("dtstamp", now.astimezone(dt.UTC))
    event.add("sequence", item.sequence)
    event.add("dtstart", timezone.localtime(item.starts))
    event.add("dtend", timezone.localtime(item.ends))
    if item.duty is None:
        event.add("summary", _("Shift cancelled"))
        event.add("status", "CANCELLED")
        event.add("transp", "TRANSPARENT")
        return event
    event.add("summary", item.duty.shift_type.name)
    event.add("status", "CONFIRMED")
    if item.duty.beat:
        event.add("location", vText(item.duty.beat.name))
    return event
