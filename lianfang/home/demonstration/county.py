"""Builds the demonstration county by the services that its users use, in one transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from django.db import transaction

from lianfang.home.demonstration.absences import fair_day, send_away
from lianfang.home.demonstration.accounts import BRIGADE_CODE, COUNTY_CODE, FIRST, create_members, create_staff
from lianfang.home.demonstration.cover import set_up_cover, set_up_fair, set_up_limits
from lianfang.home.demonstration.duties import Worker, duties_of
from lianfang.home.demonstration.enrolment import enrol
from lianfang.home.demonstration.layout import COUNTY, SQUADRONS, URBAN, SquadronPlan
from lianfang.home.demonstration.people import (
    GROUP_NAMES,
    invented_members,
    month_after,
    month_before,
)
from lianfang.home.demonstration.recruitment import set_up_recruitment
from lianfang.home.demonstration.roster_rules import set_up_rules, set_up_wishes
from lianfang.platform.history import acting
from patrols.models import Beat, Duty, Roster, ShiftType
from patrols.services.rosters import create_roster, publish
from teams.models import Unit, UnitKind, User
from teams.services.calendar import calendar_of_year, import_calendar_year
from teams.services.units import add_unit

POSTS_SINCE = dt.date(2020, 1, 1)
LEADERS = {FIRST.code: "leader", URBAN.code: "leader2"}


def exists() -> bool:
    """Whether the demonstration county is there."""
    return bool(Unit.objects.filter(code=COUNTY_CODE).exists())


@transaction.atomic
def build(today: dt.date, plans: Sequence[SquadronPlan] = SQUADRONS) -> None:
    """Units, people, accounts, beats, cover; last and this month's rosters published, next month's draft empty.

    `plans` leaves squadrons without people where a test needs only a few.
    """
    with acting(None, command="demo_county"):
        _build(today, plans)


def _build(today: dt.date, plans: Sequence[SquadronPlan]) -> None:
    this = today.replace(day=1)
    months = (month_before(this), this, month_after(this))
    units = set_up_units()
    announce_calendars({month.year for month in months})
    users = create_staff(units, since=POSTS_SINCE)
    set_up_limits(units[BRIGADE_CODE], by=users["brigade"])
    people = invented_members(today, plans)
    members = enrol(people, units[BRIGADE_CODE], by=users["brigade"])
    create_members(units, members, since=POSTS_SINCE)
    away = send_away(people, members, today)
    for plan in plans:
        leader = users.get(LEADERS.get(plan.code, ""))
        shifts, beats = set_up_cover(plan, units[plan.code], by=leader)
        if plan is FIRST:
            set_up_fair(units[plan.code], shifts["早"], fair_day(months[2]), by=leader)
        workers = [Worker(p, members[p.number], away[p.number]) for p in people if p.squadron is plan]
        for month in months[:2]:
            publish_month(plan, month, units[plan.code], workers, shifts, beats, by=leader)
        draft(units[plan.code], months[2], by=leader)
        if plan is FIRST and leader is not None:
            own = [worker.member for worker in workers]
            set_up_rules(units[plan.code], own, shifts, today, by=leader)
            set_up_wishes(own, shifts, months[2], this, by=leader)
    set_up_recruitment(units, users, plans, today)


def set_up_units() -> dict[str, Unit]:
    """The whole tree, by unit code."""
    county = _unit(None, COUNTY_CODE, COUNTY, UnitKind.DISTRICT)
    brigade = _unit(county, BRIGADE_CODE, f"{COUNTY}公安局巡防大队", UnitKind.BRIGADE, "巡防大队")
    for plan in SQUADRONS:
        squadron = _unit(brigade, plan.code, plan.name, UnitKind.SQUADRON, plan.short_name)
        for number, name in enumerate(GROUP_NAMES[: len(plan.groups)], start=1):
            _unit(squadron, plan.group_code(number), name, UnitKind.GROUP)
    # Read again: a unit in memory doesn't know of those that were added below it.
    return {unit.code: unit for unit in Unit.objects.filter(path__startswith=county.path)}


def _unit(parent: Unit | None, code: str, name: str, kind: UnitKind, short_name: str = "") -> Unit:
    return add_unit(by=None, parent=parent, code=code, name=name, kind=kind, short_name=short_name)


def announce_calendars(years: set[int]) -> None:
    """The years whose announcement is shipped; in others the days follow the week."""
    for year in sorted(years):
        if calendar_of_year(year) is not None:
            import_calendar_year(by=None, year=year)


def publish_month(
    plan: SquadronPlan,
    month: dt.date,
    unit: Unit,
    workers: Sequence[Worker],
    shifts: Mapping[str, ShiftType],
    beats: Mapping[str, Beat],
    *,
    by: User | None,
) -> None:
    """A month by the rota, through the publish service: it refuses whatever breaks a limit."""
    roster = draft(unit, month, by=by)
    Duty.objects.bulk_create(duties_of(roster, plan, workers, shifts, beats))
    publish(by=by, roster=roster)


def draft(unit: Unit, month: dt.date, *, by: User | None) -> Roster:
    """An empty roster for the month that begins on `month`."""
    return create_roster(by=by, unit=unit, first_day=month, last_day=month_after(month) - dt.timedelta(days=1))
