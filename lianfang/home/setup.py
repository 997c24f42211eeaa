"""The steps that set the system up, for the administrator and then for each leader, and what of them is missing."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lianfang.home.addresses import address
from lianfang.home.squadron_setup import Prepared, squadrons_prepared
from lianfang.home.steps import Do, Step
from teams.models import CalendarDay, Post, Unit, UnitKind, User
from teams.policy import Action, Role
from teams.scope import scope_of

ANNOUNCED_IN = 11  # the month in which the State Council usually announces the next year's holidays


NAMED = 3  # so many of those missing are named, the others counted


@dataclass(frozen=True)
class SquadronState:
    """How far a squadron has come on the way to its first roster."""

    unit: Unit
    leaders: list[str]
    prepared: Prepared
    members: int
    published_until: dt.date | None


def setup_steps(user: User, today: dt.date, states: list[SquadronState]) -> list[Step]:
    """The steps that this administrator's posts allow."""
    steps: list[Step] = []
    if scope_of(user, Action.UNIT_MANAGE):
        steps.append(_units())
    if scope_of(user, Action.ACCOUNT_MANAGE):
        steps += [_leaders(states), _above_squadrons(today), _administrators(today)]
    if scope_of(user, Action.CALENDAR_MANAGE):
        steps += _calendars(today)
    if scope_of(user, Action.UNIT_MANAGE):
        steps += _by_leaders(states)
    return steps


def squadron_states(user: User, today: dt.date) -> list[SquadronState]:
    """Every open squadron, for whoever sets units up. Figures only: members and rosters are hidden from administrators,
    the database sums them up itself."""
    if not scope_of(user, Action.UNIT_MANAGE):
        return []
    units = list(Unit.objects.squadrons().open(today))
    leaders: dict[int, list[str]] = defaultdict(list)
    held = Post.objects.on(today).filter(role=Role.LEADER, user__is_active=True, unit__in=units)
    for unit_id, name in held.values_list("unit_id", "user__name"):
        leaders[unit_id].append(name)
    prepared = squadrons_prepared(units)
    figures = _figures(today)
    return [
        SquadronState(
            unit,
            leaders[unit.pk],
            prepared[unit.pk],
            sum(serving for path, serving, _until in figures if path.startswith(unit.path)),
            max((until for path, _n, until in figures if until and path.startswith(unit.path)), default=None),
        )
        for unit in units
    ]


def _figures(today: dt.date) -> list[tuple[str, int, dt.date | None]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT u.path, f.serving, f.published_until FROM lf_unit_figures(%s) f"
            " JOIN teams_unit u ON u.id = f.unit_id WHERE f.serving > 0 OR f.published_until IS NOT NULL",
            [today],
        )
        return list(cursor.fetchall())


def _units() -> Step:
    squadrons = Unit.objects.squadrons().count()
    found = ngettext("%(n)d squadron", "%(n)d squadrons", squadrons) % {"n": squadrons} if squadrons else _("none yet")
    hint = _("District, brigade, squadrons and patrol groups from one form or from a workbook.")
    dos = [
        Do(address("unit-import"), _("From a workbook")),
        Do(address("unit-template"), _("Template")),
        Do(address("admin:teams_unit_changelist"), _("Unit list")),
    ]
    if not Unit.objects.get_queryset().exists():
        dos.insert(0, Do(address("unit-quick-start"), _("Set up the units")))
    return Step(_("Units"), found, squadrons > 0, dos, hint)


def _leaders(states: list[SquadronState]) -> Step:
    """Every open squadron needs a leader who can sign in."""
    missing = [state.unit.label for state in states if not state.leaders]
    if missing:
        text = ngettext(
            "%(n)s squadron has no leader's account", "%(n)s squadrons have no leader's account", len(missing)
        ) % {"n": len(missing)}
        text = f"{text}{_(': ')}{_named(missing)}"
    else:
        text = _("every squadron has a leader's account") if states else _("after the units")
    hint = _("Enter the leaders' names; the slips with the first passwords are printed.")
    dos = [Do(address("leader-accounts"), _("Hand out accounts")), *_account_workbook()] if states else []
    return Step(_("Leaders' accounts"), text, bool(states) and not missing, dos, hint)


def _above_squadrons(today: dt.date) -> Step:
    """The brigade sets limits and approves, the district's office reviews."""
    held = set(Post.objects.on(today).filter(user__is_active=True).values_list("role", "unit_id"))
    wanted = {UnitKind.BRIGADE: Role.BRIGADE, UnitKind.DISTRICT: Role.REVIEWER}
    units = list(Unit.objects.get_queryset().open(today).filter(kind__in=list(wanted)))
    missing = [unit.label for unit in units if (wanted[UnitKind(unit.kind)], unit.pk) not in held]
    text = _("nobody yet: %(units)s") % {"units": _named(missing)} if missing else _("each has an account")
    hint = _("The brigade sets limits and approves recruitment; the district's office reviews.")
    dos = _account_workbook() if units else []
    found = text if units else _("after the units")
    return Step(_("Accounts of brigade and district office"), found, bool(units) and not missing, dos, hint)


def _account_workbook() -> list[Do]:
    return [Do(address("account-import"), _("From a workbook")), Do(address("account-template"), _("Template"))]


def _administrators(today: dt.date) -> Step:
    """三员分立: the other two administrators are other people."""
    held = set(Post.objects.on(today).filter(user__is_active=True).values_list("role", flat=True))
    missing = [role for role in (Role.SECURITY_ADMIN, Role.AUDIT_ADMIN) if role not in held]
    text = ", ".join(str(role.label) for role in missing) or _("all three are appointed")
    found = _("missing: %(roles)s") % {"roles": text} if missing else text
    hint = _("System, security and audit administrators are three different people.")
    dos = [Do(address("admin:teams_user_add"), _("New account")), *_account_workbook()]
    return Step(_("The other administrators"), found, not missing, dos, hint)


def _calendars(today: dt.date) -> Iterator[Step]:
    """This year's announcement, and the next one's once it is out."""
    known = CalendarDay.objects.years()
    for year in (today.year, today.year + 1) if today.month >= ANNOUNCED_IN else (today.year,):
        found = _("holidays and make-up workdays are in") if year in known else _("not in yet")
        title = _("Work calendar %(year)s") % {"year": year}
        url = f"{address('calendar-page')}?year={year}"
        yield Step(title, found, year in known, [Do(url, _("Open the calendar"))])


def _by_leaders(states: list[SquadronState]) -> Iterator[Step]:
    """What each leader does after signing in; the administrator sees who has."""
    hint = _("Each leader is led through it after signing in.")
    for title, missing in (
        (_("Shift types, beats and cover"), [state.unit.label for state in states if not state.prepared.needs]),
        (_("Members from the roster workbook"), [state.unit.label for state in states if not state.members]),
        (_("First published roster"), [state.unit.label for state in states if not state.published_until]),
    ):
        of_all = _("%(n)s of %(all)s squadrons") % {"n": len(states) - len(missing), "all": len(states)}
        found = of_all if states else _("after the units")
        yield Step(title, found, bool(states) and not missing, [], hint)


def _named(labels: list[str]) -> str:
    """A few names, and how many more there are."""
    shown = _(", ").join(labels[:NAMED])
    return shown if len(labels) <= NAMED else _("%(names)s and %(n)d more") % {"names": shown, "n": len(labels) - NAMED}
