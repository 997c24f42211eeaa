"""What waits for a user: the matters on the landing page, and their number in the top bar."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lianfang.home.addresses import address
from lianfang.home.months import Month, RosterState, roster_states
from patrols.models import CoverRequirement, Roster
from personnel.models import Member
from teams.models import Unit, User
from teams.policy import Action
from teams.scope import scope_of

CERTIFICATE_NOTICE = dt.timedelta(days=60)  # the handbook's warning time (P10)


@dataclass(frozen=True)
class Matter:
    """Something to do: what, why it matters, where to do it, how urgent (`bad` before `warn`)."""

    text: str
    url: str
    link: str
    section: str  # the url name of the section where it is done
    tone: str = "warn"
    hint: str = ""


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
        yield from _certificate_matters(user, today)


# Rosters


def _roster_matters(user: User, today: dt.date) -> Iterator[Matter]:
    units = list(Unit.objects.manageable_by(user, Action.ROSTER_EDIT).squadrons().open(today))
    month = Month.of(today)
    rosters = rosters_of(user, month)
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


# Certificates


def certificates_ending(user: User, today: dt.date) -> Any:
    """Serving members whose last certificate ends within the notice, or who hold none, the earliest first."""
    in_force = Q(certificates__withdrawn_on=None) | Q(certificates__withdrawn_on__gt=today)
    rows = Member.objects.visible_to(user).serving(today)
    rows = rows.annotate(certified_until=Max("certificates__valid_until", filter=in_force))
    soon = rows.filter(Q(certified_until=None) | Q(certified_until__lte=today + CERTIFICATE_NOTICE))
    return soon.order_by("certified_until", "name_pinyin").values("pk", "name", "unit__name", "certified_until")


@dataclass(frozen=True)
class Ending:
    """A member whose certificate ends soon, ended, or was never issued (`until` is None)."""

    name: str
    unit: str
    until: dt.date | None
    is_over: bool
    url: str


def endings(user: User, today: dt.date, most: int = 50) -> list[Ending]:
    return [
        Ending(
            name=row["name"],
            unit=row["unit__name"],
            until=row["certified_until"],
            is_over=row["certified_until"] is None or row["certified_until"] < today,
            url=address("member-detail", row["pk"]),
        )
        for row in certificates_ending(user, today)[:most]
    ]


def _certificate_matters(user: User, today: dt.date) -> Iterator[Matter]:
    ends = list(certificates_ending(user, today).values_list("certified_until", flat=True))
    over = sum(end is None or end < today for end in ends)
    soon = len(ends) - over
    url = f"{address('home')}#certificates"
    if over:
        text = ngettext("%(n)s member has no valid certificate", "%(n)s members have no valid certificate", over)
        hint = _("Without one nobody can be rostered.")
        yield Matter(text % {"n": over}, url, _("See who"), "member-list", "bad", hint)
    if soon:
        text = ngettext("%(n)s certificate ends within 60 days", "%(n)s certificates end within 60 days", soon)
        yield Matter(text % {"n": soon}, url, _("See who"), "member-list")
