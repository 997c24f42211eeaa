"""The steps that set the system up, for the administrator and then for each leader, and what of them is missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lianfang.home.addresses import address
from lianfang.home.squadron_setup import squadrons_prepared
from lianfang.home.steps import Do, Step
from teams.models import CalendarDay, Post, Unit, User
from teams.policy import Action, Role
from teams.scope import scope_of

ANNOUNCED_IN = 11  # the month in which the State Council usually announces the next year's holidays


@dataclass(frozen=True)
class Squadrons:
    """How many squadrons are open, and how far they have come."""

    open: int
    prepared: int
    with_members: int
    published: int


def setup_steps(user: User, today: dt.date) -> list[Step]:
    """The steps that this administrator's posts allow."""
    steps: list[Step] = []
    if scope_of(user, Action.UNIT_MANAGE):
        steps.append(_units())
    if scope_of(user, Action.ACCOUNT_MANAGE):
        steps += [_accounts(today), _administrators(today)]
    if scope_of(user, Action.CALENDAR_MANAGE):
        steps += _calendars(today)
    if scope_of(user, Action.UNIT_MANAGE):
        steps += _by_leaders(_squadrons(today))
    return steps


def _units() -> Step:
    squadrons = Unit.objects.squadrons().count()
    found = ngettext("%(n)d squadron", "%(n)d squadrons", squadrons) % {"n": squadrons} if squadrons else _("none yet")
    hint = _("District, brigade, squadrons and patrol groups in one form, or one by one in the unit list.")
    dos = [Do(address("admin:teams_unit_changelist"), _("Unit list"))]
    if not Unit.objects.get_queryset().exists():
        dos.insert(0, Do(address("unit-quick-start"), _("Set up the units")))
    return Step(_("Units"), found, squadrons > 0, dos, hint)


def _accounts(today: dt.date) -> Step:
    """Every open squadron needs a leader who can sign in."""
    led = Post.objects.on(today).filter(role=Role.LEADER, user__is_active=True).values("unit_id")
    squadrons = Unit.objects.squadrons().open(today)
    missing = squadrons.exclude(pk__in=led).count()
    has_units = squadrons.exists()
    if missing:
        text = ngettext(
            "%(n)s squadron has no leader's account", "%(n)s squadrons have no leader's account", missing
        ) % {"n": missing}
    else:
        text = _("every squadron has a leader's account") if has_units else _("after the units")
    dos = [Do(address("leader-accounts"), _("Hand out accounts"))] if has_units else []
    hint = _("Enter the leaders' names; the slips with the first passwords are printed.")
    return Step(_("Leaders' accounts"), text, has_units and not missing, dos, hint)


def _administrators(today: dt.date) -> Step:
    """三员分立: the other two administrators are other people."""
    held = set(Post.objects.on(today).filter(user__is_active=True).values_list("role", flat=True))
    missing = [role for role in (Role.SECURITY_ADMIN, Role.AUDIT_ADMIN) if role not in held]
    text = ", ".join(str(role.label) for role in missing) or _("all three are appointed")
    found = _("missing: %(roles)s") % {"roles": text} if missing else text
    hint = _("System, security and audit administrators are three different people.")
    dos = [Do(address("admin:teams_user_add"), _("New account"))]
    return Step(_("The other administrators"), found, not missing, dos, hint)


def _calendars(today: dt.date) -> Iterator[Step]:
    """This year's announcement, and the next one's once it is out."""
    known = CalendarDay.objects.years()
    for year in (today.year, today.year + 1) if today.month >= ANNOUNCED_IN else (today.year,):
        found = _("holidays and make-up workdays are in") if year in known else _("not in yet")
        title = _("Work calendar %(year)s") % {"year": year}
        url = f"{address('calendar-page')}?year={year}"
        yield Step(title, found, year in known, [Do(url, _("Open the calendar"))])


def _by_leaders(squadrons: Squadrons) -> Iterator[Step]:
    """What each leader does after signing in; the administrator sees how many have."""
    hint = _("Each leader is led through it after signing in.")
    for title, n in (
        (_("Shift types, beats and cover"), squadrons.prepared),
        (_("Members from the roster workbook"), squadrons.with_members),
        (_("First published roster"), squadrons.published),
    ):
        of_all = _("%(n)s of %(all)s squadrons") % {"n": n, "all": squadrons.open}
        found = of_all if squadrons.open else _("after the units")
        yield Step(title, found, 0 < squadrons.open <= n, [], hint)


def _squadrons(today: dt.date) -> Squadrons:
    """Figures only: members and rosters are hidden from administrators, the database sums them up itself."""
    units = list(Unit.objects.squadrons().open(today))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT u.path, f.serving > 0, f.published_until IS NOT NULL"
            " FROM lf_unit_figures(%s) f JOIN teams_unit u ON u.id = f.unit_id",
            [today],
        )
        rows = cursor.fetchall()
    members = {unit.pk for unit in units for path, serves, _p in rows if serves and path.startswith(unit.path)}
    published = {unit.pk for unit in units for path, _s, is_out in rows if is_out and path.startswith(unit.path)}
    return Squadrons(len(units), squadrons_prepared(units), len(members), len(published))
