"""Builds the demonstration county by the services that its users use, in one transaction."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence

from django.db import transaction
from django.utils import timezone

from lianfang.home.demonstration.absences import absences, fair_day
from lianfang.home.demonstration.accounts import BRIGADE_CODE, COUNTY_CODE, FIRST, create_members, create_staff
from lianfang.home.demonstration.cover import set_up_cover, set_up_fair
from lianfang.home.demonstration.duties import Span, Worker, duties_of
from lianfang.home.demonstration.enrolment import enrol
from lianfang.home.demonstration.layout import COUNTY, SQUADRONS, URBAN, SquadronPlan
from lianfang.home.demonstration.people import (
    GROUP_NAMES,
    SCHOOL_GROUP,
    invented_members,
    month_after,
    month_before,
)
from lianfang.home.demonstration.people import Member as Invented
from patrols.models import Beat, Duty, Roster, ShiftType
from patrols.services.rosters import create_roster, publish
from personnel.models import Member
from teams.models import Unit, UnitKind, User
from teams.services.calendar import calendar_of_year, import_calendar_year
from teams.services.units import add_unit

LEADERS = {FIRST.code: "leader", URBAN.code: "leader2"}


def exists() -> bool:
    """Whether the demonstration county is there."""
    return Unit.objects.filter(code=COUNTY_CODE).exists()


@transaction.atomic
def build(today: dt.date) -> None:
    """Units, people, accounts, beats, cover; last and this month's rosters published, next month's draft empty."""
    this = today.replace(day=1)
    months = (month_before(this), this, month_after(this))
    units = set_up_units()
    announce_calendars({month.year for month in months})
    users = create_staff(units, since=months[0])
    people = invented_members(today)
    members = enrol(people, units, today)
    create_members(units, members, since=months[0])
    away = send_away(people, members, today)
    for plan in SQUADRONS:
        leader = users.get(LEADERS.get(plan.code, ""))
        shifts, beats = set_up_cover(plan, units[plan.code], by=leader)
        if plan is FIRST:
            set_up_fair(units[plan.code], shifts["早"], fair_day(months[2]), by=leader)
        workers = [Worker(p, members[p.number], away[p.number]) for p in people if p.squadron is plan]
        for month in months[:2]:
            publish_month(plan, month, units[plan.code], workers, shifts, beats, by=leader)
        draft(units[plan.code], months[2], by=leader)


def set_up_units() -> dict[str, Unit]:
    """The whole tree, by unit code."""
    county = add_unit(by=None, parent=None, code=COUNTY_CODE, name=COUNTY, kind=UnitKind.DISTRICT)
    brigade = add_unit(
        by=None,
        parent=county,
        code=BRIGADE_CODE,
        name=f"{COUNTY}公安局巡防大队",
        short_name="巡防大队",
        kind=UnitKind.BRIGADE,
    )
    units = {COUNTY_CODE: county, BRIGADE_CODE: brigade}
    for plan in SQUADRONS:
        squadron = add_unit(
            by=None,
            parent=brigade,
            code=plan.code,
            name=plan.name,
            short_name=plan.short_name,
            kind=UnitKind.SQUADRON,
        )
        names = [*GROUP_NAMES[: len(plan.groups)], SCHOOL_GROUP]
        groups = [
            add_unit(by=None, parent=squadron, code=plan.group_code(number), name=name, kind=UnitKind.GROUP)
            for number, name in enumerate(names, start=1)
        ]
        units |= {unit.code: unit for unit in (squadron, *groups)}
    return units


def announce_calendars(years: set[int]) -> None:
    """The years whose announcement is shipped; in others the days follow the week."""
    for year in sorted(years):
        if calendar_of_year(year) is not None:
            import_calendar_year(by=None, year=year)


def record_absence(*, by: User | None, member: Member, kind: str, first_day: dt.date, last_day: dt.date) -> None:
    from personnel.models import Absence, Engagement, EngagementKind

    engagement = Engagement.objects.create(
        member=member,
        kind=EngagementKind.TRAINING if kind == "training" else EngagementKind.LEAVE,
        starts=midnight(first_day),
        ends=midnight(last_day + dt.timedelta(days=1)),
    )
    Absence.objects.create(engagement=engagement, kind=kind)


def send_away(
    people: Sequence[Invented], members: Mapping[int, Member], today: dt.date
) -> dict[int, list[Span]]:
    """Record leave and training; the times away, by the number of the invented member."""
    away: dict[int, list[Span]] = defaultdict(list)
    by_squadron = {plan.code: [p for p in people if p.squadron is plan] for plan in SQUADRONS}
    for one in absences(today):
        person = by_squadron[SQUADRONS[one.squadron].code][one.person]
        record_absence(
            by=None, member=members[person.number], kind=one.kind, first_day=one.first, last_day=one.last
        )
        away[person.number].append((midnight(one.first), midnight(one.last + dt.timedelta(days=1))))
    return away


def midnight(day: dt.date) -> dt.datetime:
    """The day's first moment."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))


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
    return create_roster(
        by=by, unit=unit, first_day=month, last_day=month_after(month) - dt.timedelta(days=1)
    )

