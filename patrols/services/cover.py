"""Beats, shift types and cover: saved, and put out of use rather than deleted once something hangs on them."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.core.exceptions import PermissionDenied
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from lianfang.platform.history import service
from lianfang.platform.problems import Problem, Refused
from patrols.models import Beat, CoverRequirement, CoverSkill, Duty, RosterStatus, ShiftType, VisitWindow
from patrols.rules.beats import Stop, beat_problems, stop_problems
from patrols.rules.cover import cover_problems
from teams.models import Unit, User
from teams.policy import Action
from teams.scope import scope_of


@service
def save_beat(*, by: User | None, beat: Beat, checkpoints: Collection[Stop] | None = None) -> Beat:
    """Save a beat, with `checkpoints` in place of those before (None leaves them).

    Raises `Refused` for a geometry, a checkpoint or a window that makes no sense.
    """
    if problems := beat_problems(beat) + stop_problems(checkpoints or ()):
        raise Refused(problems)
    beat.save()
    _within_scope(by, beat.unit)
    if checkpoints is not None:
        beat.checkpoints.exclude(pk__in=[stop.checkpoint.pk for stop in checkpoints if stop.checkpoint.pk]).delete()
        for stop in checkpoints:
            stop.checkpoint.beat = beat
            stop.checkpoint.save()
            stop.checkpoint.windows.all().delete()
            VisitWindow.objects.bulk_create(
                VisitWindow(checkpoint=stop.checkpoint, starts_at=start, ends_at=end) for start, end in stop.windows
            )
    return beat


@service
def save_shift_type(*, by: User | None, shift_type: ShiftType) -> ShiftType:
    """Save a shift type; duties in drafts follow its new times.

    Raises `Refused` where its times change, or what it counts as, and published duties stand on them: what people
    were told stays true.
    """
    before = ShiftType.objects.filter(pk=shift_type.pk).first()
    moved = before is not None and (before.starts_at, before.minutes) != (shift_type.starts_at, shift_type.minutes)
    turned = before is not None and before.is_training != shift_type.is_training
    if (moved or turned) and shift_type.duties.exclude(roster__status=RosterStatus.DRAFT).exists():
        text = _("Published duties stand on it as it is. Put this shift type out of use and add a new one.")
        raise Refused([Problem("shift_type_published", text, field="starts_at" if moved else "is_training")])
    shift_type.save()
    _within_scope(by, shift_type.unit)
    if moved:
        _move_drafts(shift_type)
    return shift_type


@service
def drop_beat(*, by: User | None, beat: Beat) -> bool:
    """Delete a beat on which no duty hangs, else put it out of use. True when it was deleted."""
    if beat.duties.exists():
        beat.is_active = False
        beat.save(update_fields=["is_active"])
        return False
    beat.delete()
    return True


@service
def drop_shift_type(*, by: User | None, shift_type: ShiftType) -> bool:
    """Delete a shift type on which nothing hangs, else put it out of use. True when it was deleted."""
    try:
        shift_type.delete()
    except ProtectedError:
        shift_type.is_active = False
        shift_type.save(update_fields=["is_active"])
        return False
    return True


@service
def save_cover(*, by: User | None, unit: Unit, rows: Iterable[CoverRequirement], removed: Collection[int] = ()) -> None:
    """Save the unit's cover as its table holds it, each row with its `wanted_skills`.

    Raises `Refused` for what members may not be asked to do, `PermissionDenied` for a row of another unit.
    """
    _within_scope(by, unit)
    CoverRequirement.objects.filter(pk__in=removed, beat__unit=unit).delete()
    for row in rows:
        if row.beat.unit_id != unit.pk or row.shift_type.unit_id != unit.pk:
            raise PermissionDenied
        if problems := cover_problems(row, row.wanted_skills):
            raise Refused(problems)
        row.save()
        if row.wanted_skills is not None:
            _save_skills(row, row.wanted_skills)


def _save_skills(row: CoverRequirement, wanted: dict[str, int]) -> None:
    row.skills.exclude(skill__in=wanted).delete()
    for skill, count in wanted.items():
        CoverSkill.objects.update_or_create(requirement=row, skill=skill, defaults={"count": count})


def _move_drafts(shift_type: ShiftType) -> None:
    duties = list(shift_type.duties.filter(roster__status=RosterStatus.DRAFT))
    for duty in duties:
        duty.starts, duty.ends = shift_type.span_on(duty.day)
    Duty.objects.bulk_update(duties, ["starts", "ends"], batch_size=1000)


def _within_scope(by: User | None, unit: Unit) -> None:
    if by is not None and not scope_of(by, Action.COVER_MANAGE).covers(unit.path):
        raise PermissionDenied
