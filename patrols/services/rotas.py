"""Rotas: kept by the squadron, checked against the limits, laid over a draft (handbook D8)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy as _

from lianfang.platform.history import service
from lianfang.platform.problems import Problem, Refused
from patrols.models import Duty, DutyOrigin, Roster, Rota, ShiftType, WorkingTimeLimits
from patrols.models.rota import OFF
from patrols.rules.rotas import rota_problems
from patrols.services import rostering
from patrols.services.rosters import locked, refusing_constraints
from personnel.models import Member
from teams.models import Unit, User
from teams.policy import Action

NOT_A_DRAFT = Problem("roster_not_draft", _("The roster is published; take it back to change it."))
NO_GROUPS = Problem("rota_without_groups", _("Choose the crew of at least one group."))


@dataclass(frozen=True)
class Preset:
    """A rota that many stations work by, with the shifts as it means them: code, first hour, hours, night.

    It is judged by these, so that what it implies is seen before the squadron has such shift types.
    """

    key: str
    name: object
    pattern: tuple[str, ...]
    offsets: tuple[int, ...]
    usual: tuple[tuple[str, int, int, bool], ...]

    @property
    def shifts(self) -> dict[str, ShiftType]:
        return {
            code: ShiftType(code=code, name=code, starts_at=dt.time(hour), minutes=60 * hours, is_night=is_night)
            for code, hour, hours, is_night in self.usual
        }


PRESETS = (
    Preset(
        "four_three",
        _("Four crews, three shifts"),
        ("早", "早", "中", "中", "夜", "夜", OFF, OFF),
        (0, 2, 4, 6),
        (("早", 6, 8, False), ("中", 14, 8, False), ("夜", 22, 8, True)),
    ),
    Preset(
        "three_two",
        _("Three crews, two shifts"),
        ("白", "夜", OFF),
        (0, 1, 2),
        (("白", 8, 12, False), ("夜", 20, 12, True)),
    ),
    Preset("day_on_two_off", _("24 hours on, 48 off"), ("值", OFF, OFF), (0, 1, 2), (("值", 8, 24, True),)),
)


@dataclass(frozen=True)
class Skipped:
    """A cell that the rota left as it was: `why` is a finished sentence."""

    member: Member
    day: dt.date
    why: str


@dataclass
class Applied:
    """What laying a rota over a roster did."""

    filled: int = 0
    skipped: list[Skipped] = field(default_factory=list)


def limits_for(unit: Unit) -> WorkingTimeLimits:
    """The working-time limits of the unit for everybody; the law's own figures where nobody set any."""
    rows = WorkingTimeLimits.objects.select_related("unit").filter(staff_category="")
    near = [row for row in rows if row.unit is None or unit.path.startswith(row.unit.path)]
    return max(near, key=lambda row: len(row.unit.path) if row.unit else 0, default=WorkingTimeLimits())


def shifts_of(unit: Unit) -> dict[str, ShiftType]:
    """The squadron's shift types in use, by code."""
    return {shift.code: shift for shift in ShiftType.objects.filter(unit=unit, is_active=True)}


def problems_of(rota: Rota) -> list[Problem]:
    """The limits that the rota breaks."""
    return rota_problems(rota.pattern, shifts_of(rota.unit), limits_for(rota.unit))


@service
def save_rota(*, by: User | None, rota: Rota) -> Rota:
    """Save a rota; one that breaks limits too, for it is judged again before use.

    Raises `Refused` for codes that the squadron does not have, `PermissionDenied` outside the actor's scope.
    """
    wrong = [problem for problem in problems_of(rota) if problem.field]
    wrong += [Problem("rota_offset", _("A crew begins on a day of the pattern."), field="offsets")] * any(
        offset >= len(rota.pattern) for offset in rota.offsets
    )
    if wrong:
        raise Refused(wrong)
    with refusing_constraints():
        rota.save()
    if by is not None and not Rota.objects.manageable_by(by, Action.COVER_MANAGE).filter(pk=rota.pk).exists():
        raise PermissionDenied
    return rota


@service
def delete_rota(*, by: User | None, rota: Rota) -> None:
    """Duties that it made stay."""
    rota.delete()


@service
def apply_rota(
    *,
    by: User | None,
    roster: Roster,
    rota: Rota,
    crews: Mapping[int, int],
    start: dt.date,
    accept_breach: bool = False,
) -> Applied:
    """Lay the rota over the free cells of the groups' members; the pattern begins on `start`.

    `crews`: group id → crew (0 is the first). Set cells stay; what an absence or a missing certificate forbids is left
    free; both are listed. The duties come unfixed. Raises `Refused` where the roster is no draft, no group is chosen,
    or the rota breaks a limit and nobody accepted that.
    """
    roster = locked(roster)
    if not roster.is_draft:
        raise Refused([NOT_A_DRAFT])
    if not crews:
        raise Refused([NO_GROUPS])
    breaches = problems_of(rota)
    if breaches and (not accept_breach or any(problem.field for problem in breaches)):
        raise Refused(breaches)
    sheet = rostering.sheet(roster)
    applied = Applied()
    duties = list(_duties(sheet, rota, crews, start, applied))
    with refusing_constraints():
        Duty.objects.bulk_create(duties)
        roster.save(update_fields=["changed_at"])
    applied.filled = len(duties)
    return applied


def _duties(
    sheet: rostering.Sheet, rota: Rota, crews: Mapping[int, int], start: dt.date, applied: Applied
) -> Iterator[Duty]:
    shifts = shifts_of(rota.unit)
    members = {member.pk: member for member in sheet.members if member.unit_id in crews}
    taken = {(duty.member_id, duty.day) for duty in sheet.duties}
    for member in members.values():
        for day in sheet.roster.dates:
            code = rota.code_on(crews[member.unit_id], start, day)
            if code == OFF:
                continue
            why = _("is set already") if (member.pk, day) in taken else ""
            why = why or sheet.impossible(sheet.cell(member.pk, day, shifts[code].pk, None))
            if why:
                applied.skipped.append(Skipped(member, day, str(why)))
            else:
                yield _duty(sheet.roster, member, day, shifts[code])


def _duty(roster: Roster, member: Member, day: dt.date, shift: ShiftType) -> Duty:
    starts, ends = shift.span_on(day)
    return Duty(
        roster=roster,
        unit_id=member.unit_id,
        member=member,
        day=day,
        shift_type=shift,
        starts=starts,
        ends=ends,
        origin=DutyOrigin.COPIED,
    )
