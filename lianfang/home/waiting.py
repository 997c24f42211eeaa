"""What waits for a user: the matters on the landing page, and their number in the top bar."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lianfang.home.addresses import address
from lianfang.home.certificates import endings
from lianfang.home.matter import Matter
from lianfang.home.months import Month, RosterState, roster_states
from lianfang.home.recruiting import recruitment_matters
from patrols.models import CoverRequirement, Roster
from personnel.models import Member
from teams.models import CalendarDay, Unit, User
from teams.policy import Action
from teams.scope import scope_of


def matters_of(request: HttpRequest) -> list[Matter]:
    """What waits for the signed-in user, the urgent first; asked once a request."""
    found: list[Matter] | None = getattr(request, "matters", None)
    if found is None:
        user: Any = request.user
        found = sorted(_matters(user, timezone.localdate()), key=lambda matter: matter.tone != "bad")
        request.matters = found  # type: ignore[attr-defined]
    return found


def _matters(user: User, today: dt.date) -> Iterator[Matter]:
    if scope_of(user, Action.ROSTER_EDIT):
        yield from _roster_matters(user, today)
    if scope_of(user, Action.MEMBER_MANAGE):
        yield from _people_matters(user, today)
    yield from recruitment_matters(user, today)


# Rosters


def _roster_matters(user: User, today: dt.date) -> Iterator[Matter]:
    units = list(Unit.objects.manageable_by(user, Action.ROSTER_EDIT).squadrons().open(today))
    month = Month.of(today)
    rosters = rosters_of(user, month)
    if units and CalendarDay.objects.lacks(month.following.first):
        yield _calendar_matter(month.following.first.year)
    covered = set(CoverRequirement.objects.visible_to(user).values_list("beat__unit_id", flat=True).distinct())
    for unit in units:
        where = f"{unit.label}: " if len(units) > 1 else ""
        if unit.pk not in covered:
            yield Matter(
                where + _("No cover is set"),
                address("cover-page"),
                _("Set beats and cover"),
                "cover-page",
                hint=_("A roster is made from what each beat needs."),
            )
        for state in roster_states(rosters, unit.pk, month):
            yield from _roster_matter(where, state)


def _calendar_matter(year: int) -> Matter:
    text = _("The work calendar lacks the holidays of %(year)s") % {"year": year}
    hint = _("Until the system administrator imports them, the roster knows weekends only.")
    return Matter(text, f"{address('calendar-page')}?year={year}", _("See the calendar"), "calendar-page", "warn", hint)


def _roster_matter(where: str, state: RosterState) -> Iterator[Matter]:
    tone = "bad" if state.is_running else "warn"
    if state.roster is None:
        text = _("The roster of %(month)s is not made yet") % {"month": state.month.name}
        yield Matter(where + text, address("roster-list"), _("Make it"), "roster-list", tone)
    elif state.roster.is_draft:
        text = _("The roster of %(month)s is a draft") % {"month": state.month.name}
        yield Matter(where + text, state.url, _("Finish and publish"), "roster-list", tone)


def rosters_of(user: User, month: Month) -> list[Roster]:
    """The visible rosters that touch this month or the next."""
    rows = Roster.objects.visible_to(user).filter(first_day__lte=month.following.last, last_day__gte=month.first)
    return list(rows.order_by("first_day"))


# People


def _people_matters(user: User, today: dt.date) -> Iterator[Matter]:
    if not Member.objects.visible_to(user).exists():
        hint = _("The roster workbook brings all members at once.")
        yield Matter(
            _("No members yet"), address("member-import"), _("Import the roster workbook"), "member-import", hint=hint
        )
        return
    found = endings(user, today)
    if found.over:
        text = ngettext("%(n)s member has no valid certificate", "%(n)s members have no valid certificate", found.over)
        hint = _("Without one nobody can be rostered.")
        yield Matter(text % {"n": found.over}, found.over_url, _("See who"), "member-list", "bad", hint)
    if found.soon:
        text = ngettext("%(n)s certificate ends within 60 days", "%(n)s certificates end within 60 days", found.soon)
        yield Matter(text % {"n": found.soon}, found.soon_url, _("See who"), "member-list")
