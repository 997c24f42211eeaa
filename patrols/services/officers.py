"""The register of sworn officers, and who leads what in a published roster (handbook P20)."""

from __future__ import annotations

from collections.abc import Collection

from django.core.exceptions import PermissionDenied
from django.db.models import ProtectedError

from lianfang.platform.history import service
from lianfang.platform.problems import Refused
from patrols.models import Beat, NeedLead, OfficerAvailability, Roster, SwornOfficer
from patrols.rules.officers import availability_problems, officer_problems
from patrols.services import rostering
from teams.models import User
from teams.policy import Action
from teams.scope import scope_of


@service
def save_officer(
    *,
    by: User | None,
    officer: SwornOfficer,
    beats: Collection[Beat],
    availability: Collection[OfficerAvailability],
) -> SwornOfficer:
    """Save an officer with the beats and times given, which replace those before.

    Raises `Refused` for what the rules forbid, `PermissionDenied` outside the actor's scope.
    """
    if problems := officer_problems(officer, beats) + availability_problems(availability):
        raise Refused(problems)
    officer.save()
    _within_scope(by, officer)
    officer.beats.set(beats)
    officer.availability.exclude(pk__in=[row.pk for row in availability if row.pk]).delete()
    for row in availability:
        row.officer = officer
        row.save()
    return officer


@service
def drop_officer(*, by: User | None, officer: SwornOfficer) -> bool:
    """Delete an officer who never led, else put them out of use. True when they were deleted."""
    _within_scope(by, officer)
    try:
        officer.delete()
    except ProtectedError:
        officer.is_active = False
        officer.save(update_fields=["is_active"])
        return False
    return True


def name_leads(roster: Roster, sheet: rostering.Sheet) -> None:
    """Write down who leads each police-led need that somebody serves (inside the service that publishes)."""
    leads = sheet.leads
    served = {(item.day, item.shift, item.beat) for item in sheet.placed}
    needs = [need for need in sheet.engine_problem.needs if (need.day, need.shift, need.beat) in served]
    NeedLead.objects.bulk_create(
        NeedLead(
            roster=roster,
            beat_id=int(need.beat),
            shift_type_id=int(need.shift),
            day=sheet.date(need.day),
            officer=leads[need.id],
        )
        for need in needs
        if need.id in leads
    )


def _within_scope(by: User | None, officer: SwornOfficer) -> None:
    if by is not None and not scope_of(by, Action.OFFICER_MANAGE).covers(officer.unit.path):
        raise PermissionDenied
