"""What a leader does before the first roster: shift types, beats, cover, members, certificates."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lianfang.home.addresses import address
from lianfang.home.steps import Do, Step
from patrols.models import Beat, CoverRequirement, Roster, ShiftType
from personnel.models import DutyCertificate, Member
from teams.models import Unit, User
from teams.policy import Action
from teams.scope import scope_of


def squadron_steps(user: User, unit: Unit, today: dt.date) -> list[Step]:
    """The steps to the first roster of a squadron; none for whoever doesn't make its rosters."""
    if unit.kind != "squadron" or not scope_of(user, Action.ROSTER_EDIT).covers(unit.path):
        return []
    return list(_steps(user, unit, today))


@dataclass(frozen=True)
class Prepared:
    """What a squadron has set up of its duty."""

    shifts: int
    beats: int
    needs: int


def squadrons_prepared(units: Sequence[Unit]) -> dict[int, Prepared]:
    """Shift types, beats and needs in use of each squadron, by its id."""
    shifts = _counted(ShiftType.objects.filter(unit__in=units, is_active=True), "unit_id")
    beats = _counted(Beat.objects.filter(unit__in=units, is_active=True), "unit_id")
    needs = _counted(CoverRequirement.objects.filter(beat__unit__in=units), "beat__unit_id")
    return {unit.pk: Prepared(shifts[unit.pk], beats[unit.pk], needs[unit.pk]) for unit in units}


def _counted(rows: QuerySet[Any], by: str) -> Counter[int]:
    return Counter(dict(rows.order_by().values_list(by).annotate(n=Count("pk"))))


def _steps(user: User, unit: Unit, today: dt.date) -> Iterator[Step]:
    ready = squadrons_prepared([unit])[unit.pk]
    here = f"?unit={unit.pk}"
    yield Step(
        _("Shift types"),
        ngettext("%(n)d shift type", "%(n)d shift types", ready.shifts) % {"n": ready.shifts}
        if ready.shifts
        else _("none yet"),
        ready.shifts > 0,
        [
            Do(address("shift-usual", unit.pk, "three"), _("Set up the usual three shifts and standby"), is_post=True),
            Do(address("shift-list") + here, _("Other sets, own shift types")),
        ],
        _("Early 6–14, late 14–22, night 22–6, standby 18–2; all of it can be changed."),
    )
    workbook = [
        Do(address("cover-import") + here, _("From a workbook")),
        Do(address("cover-template") + here, _("Template")),
    ]
    yield Step(
        _("Beats"),
        ngettext("%(n)d beat", "%(n)d beats", ready.beats) % {"n": ready.beats} if ready.beats else _("none yet"),
        ready.beats > 0,
        [*(workbook if ready.shifts else []), Do(address("beat-new") + here, _("Add a beat"))],
        _("The points, lines and areas that must be covered; a workbook brings their cover too."),
    )
    yield Step(
        _("Cover"),
        ngettext("%(n)d need", "%(n)d needs", ready.needs) % {"n": ready.needs} if ready.needs else _("none yet"),
        ready.needs > 0,
        [Do(address("cover-page") + here, _("Set the cover"))] if ready.beats and ready.shifts else [],
        _("How many people each beat needs, in which shift, on which days."),
    )
    yield from _people_steps(user, unit, today)
    rosters = Roster.objects.visible_to(user).filter(unit=unit).exists()
    yield Step(
        _("First roster"),
        _("made") if rosters else _("none yet"),
        rosters,
        [Do(address("roster-new"), _("Make the first roster"))] if ready.shifts else [],
        _("Generate it, change what you like, publish, print."),
    )


def _people_steps(user: User, unit: Unit, today: dt.date) -> Iterator[Step]:
    serving = Member.objects.visible_to(user).below(unit).serving(today)
    members = serving.count()
    valid = DutyCertificate.objects.valid_on(today).filter(member__in=serving)
    certified = valid.values("member").distinct().count()
    yield Step(
        _("Members"),
        ngettext("%(n)d serving member", "%(n)d serving members", members) % {"n": members}
        if members
        else _("none yet"),
        members > 0,
        [
            Do(address("member-import"), _("Import the roster workbook")),
            Do(address("roster-template"), _("Template")),
        ],
        _("The list that the station keeps will do: columns in any order, a title above them."),
    )
    yield Step(
        _("Duty certificates"),
        _("%(n)s of %(all)s members have one") % {"n": certified, "all": members},
        certified > 0,
        [Do(f"{address('member-list')}?certificate=invalid&status=active", _("Enter certificates"))] if members else [],
        _("Nobody is rostered without one; the workbook may bring them too."),
    )
