"""The steps that set the system up, and what of them is missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lianfang.home.addresses import address
from teams.models import CalendarDay, Post, Unit, User
from teams.policy import Action, Role
from teams.scope import scope_of


@dataclass(frozen=True)
class Step:
    """A step of the set-up: what stands, what is missing, where to do it."""

    title: str
    found: str
    is_done: bool
    url: str
    link: str


def setup_steps(user: User, today: dt.date) -> list[Step]:
    """The steps that this administrator's posts allow."""
    steps: list[Step] = []
    if scope_of(user, Action.UNIT_MANAGE):
        steps.append(_units())
    if scope_of(user, Action.ACCOUNT_MANAGE):
        steps.append(_accounts(today))
    if scope_of(user, Action.CALENDAR_MANAGE):
        steps.extend(_calendars(today))
    return steps


def _units() -> Step:
    squadrons = Unit.objects.squadrons().count()
    found = ngettext("%(n)s squadron", "%(n)s squadrons", squadrons) % {"n": squadrons}
    return Step(_("Units"), found, squadrons > 0, address("admin:teams_unit_changelist"), _("Set up units"))


def _accounts(today: dt.date) -> Step:
    """Every open squadron needs a leader who can sign in."""
    led = Post.objects.on(today).filter(role=Role.LEADER, user__is_active=True).values("unit_id")
    squadrons = Unit.objects.squadrons().open(today)
    missing = squadrons.exclude(pk__in=led).count()
    if missing:
        text = ngettext(
            "%(n)s squadron has no leader's account", "%(n)s squadrons have no leader's account", missing
        ) % {"n": missing}
    else:
        text = _("every squadron has a leader's account")
    has_units = squadrons.exists()
    return Step(
        _("Accounts"), text, has_units and not missing, address("admin:teams_user_changelist"), _("Hand out accounts")
    )


def _calendars(today: dt.date) -> Iterator[Step]:
    years = (today.year, today.year + 1)
    known = set(CalendarDay.objects.filter(date__year__in=years).values_list("date__year", flat=True).distinct())
    for year in years:
        found = _("holidays and make-up workdays are in") if year in known else _("not in yet; announced in autumn")
        title = _("Work calendar %(year)s") % {"year": year}
        yield Step(title, found, year in known, address("admin:teams_calendarday_changelist"), _("Open the calendar"))
