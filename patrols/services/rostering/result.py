"""Writes a generated roster: fixed duties stay, what somebody set meanwhile stays, the rest is replaced."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lianfang.platform.history import service
from lianfang.platform.problems import Problem, Refused
from patrols import rostering as engine
from patrols.models import Duty, DutyOrigin, Roster, ShiftType
from patrols.services.rostering.elsewhere import is_elsewhere
from patrols.services.rostering.sheet import sheet
from teams.models import User
from teams.policy import Action

Cell = tuple[int, dt.date]
Snapshot = dict[Cell, tuple[int, int | None]]  # who and when → shift type and beat

PUBLISHED = Problem("roster_published", _("The roster is published: only drafts are generated."))


def snapshot(roster: Roster) -> Snapshot:
    """The roster's cells as they stand."""
    rows = roster.duties.values_list("member_id", "day", "shift_type_id", "beat_id")
    return {(member, day): (shift, beat) for member, day, shift, beat in rows}


@service
def apply_result(
    *,
    by: User | None,
    roster: Roster,
    result: engine.Result,
    since: Snapshot | None = None,
    action: Action = Action.ROSTER_EDIT,
) -> dict[str, Any]:
    """Replace the draft's unfixed duties by the engine's, and keep how good they are; returns those facts.

    A cell that somebody changed after `since` was taken stays as they left it. Raises `Refused` when the roster has
    been published, `PermissionDenied` when it is not the actor's to change by `action`.
    """
    if by is not None and not Roster.objects.manageable_by(by, action).filter(pk=roster.pk).exists():
        raise PermissionDenied
    roster = Roster.objects.select_for_update(of=("self",)).select_related("unit").get(pk=roster.pk)
    if not roster.is_draft:
        raise Refused([PUBLISHED])
    keep = _kept(roster, since)
    taken = set(keep) | (set(since or {}) - set(snapshot(roster)))  # and what was emptied meanwhile
    roster.duties.exclude(pk__in=keep.values()).delete()
    own = tuple(item for item in result.roster if not is_elsewhere(item))
    Duty.objects.bulk_create(_duties(roster, own, taken))
    facts = _facts(roster, result)
    roster.generation, roster.generated_at = facts, timezone.now()
    roster.save(update_fields=["generation", "generated_at", "changed_at"])
    return facts


def _kept(roster: Roster, since: Snapshot | None) -> dict[Cell, int]:
    """The cells that stay and their duties: fixed ones, and those changed since."""
    rows = roster.duties.values_list("pk", "member_id", "day", "shift_type_id", "beat_id", "is_fixed")
    return {
        (member, day): pk
        for pk, member, day, shift, beat, is_fixed in rows
        if is_fixed or (since is not None and since.get((member, day)) != (shift, beat))
    }


def _duties(roster: Roster, placed: engine.Roster, taken: set[Cell]) -> list[Duty]:
    shifts = ShiftType.objects.in_bulk({int(item.shift) for item in placed})
    units = dict(roster.members().values_list("pk", "unit_id"))
    duties = []
    for item in placed:
        member, day = int(item.person), roster.first_day + dt.timedelta(days=item.day)
        if (member, day) in taken or member not in units:  # gone while the engine searched
            continue
        starts, ends = shifts[int(item.shift)].span_on(day)
        duties.append(
            Duty(
                roster=roster,
                unit_id=units[member],
                member_id=member,
                day=day,
                shift_type=shifts[int(item.shift)],
                beat_id=int(item.beat) if item.beat else None,
                starts=starts,
                ends=ends,
                origin=DutyOrigin.GENERATED,
            )
        )
    return duties


def _facts(roster: Roster, result: engine.Result) -> dict[str, Any]:
    """Counted on what now stands, which may differ from the result by what was set meanwhile."""
    now = sheet(roster)
    wishes = [is_met for _wish, is_met in now.wishes()]
    return {
        "status": result.status,
        "hard_violations": len(now.violations),
        "uncovered": now.uncovered,
        "objective": result.objective,
        "bound": result.bound,
        "seconds": round(result.seconds, 1),
        "gap": result.cover_gap,
        "stands": now.digest,
        "wishes": len(wishes),
        "wishes_met": sum(wishes),
    }
