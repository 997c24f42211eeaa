"""Emergency exceptions: asked for by a leader, signed by the brigade, listed where they lift a limit (handbook D7)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext as _

from lianfang.platform.history import service
from lianfang.platform.problems import Problem, Refused
from patrols import rostering as engine
from patrols.models import EmergencyException
from patrols.rules.exceptions import asking_problems, people_problems, signing_problems
from patrols.services import rostering
from personnel.models import Member
from teams.models import User
from teams.policy import Action
from teams.scope import scope_of


@service
def ask_exception(*, by: User, exception: EmergencyException) -> EmergencyException:
    """Ask for limits to be lifted; nothing is lifted before somebody else signs. Raises `Refused`."""
    if problems := asking_problems(exception) + people_problems(exception):
        raise Refused(problems)
    if not scope_of(by, Action.ROSTER_PUBLISH).covers(exception.unit.path):
        raise PermissionDenied
    exception.asked_by = by
    exception.save()
    return exception


@service
def sign_exception(*, by: User, exception: EmergencyException) -> EmergencyException:
    """From then on the limits do not block publishing in those days. Raises `Refused` where `by` may not sign it."""
    rows = EmergencyException.objects.select_for_update(of=("self",)).select_related("unit")
    row: EmergencyException = rows.get(pk=exception.pk)
    if problems := signing_problems(row, by):
        raise Refused(problems)
    row.signed_by, row.signed_at = by, timezone.now()
    row.save()
    return row


@service
def withdraw_exception(*, by: User, exception: EmergencyException) -> None:
    """Take back a request that nobody signed. Raises `Refused` once it is signed."""
    if exception.signed_at:
        raise Refused([Problem("exception_signed", _("A signed exception stays as it is."))])
    exception.delete()


def lifted(sheet: rostering.Sheet) -> list[Problem]:
    """What the exceptions lift in the roster: the sentences that publishing would otherwise refuse with."""
    problem = sheet.engine_problem
    if not problem.waivers:
        return []
    strict = dataclasses.replace(problem, waivers=())
    found = sheet.ours(engine.check(strict, sheet.standing))
    return [Problem(item.code, sheet.words.sentence(item)) for item in found if not _stands(sheet, item)]


def _stands(sheet: rostering.Sheet, item: engine.Violation) -> bool:
    """Whether the breach, or a part of it such as some days of a run, is one in spite of the exceptions."""
    return any(
        (left.code, left.person) == (item.code, item.person) and {*left.days} <= {*item.days}
        for left in sheet.violations
    )


def names_of(rows: Iterable[EmergencyException]) -> dict[int, list[str]]:
    """The names of the people whom each exception concerns, by its id; one query for all."""
    listed = list(rows)
    wanted = {pk for row in listed for pk in row.people}
    names = dict(Member.objects.filter(pk__in=wanted).values_list("pk", "name")) if wanted else {}
    return {row.pk: [names[pk] for pk in row.people if pk in names] for row in listed}


def frozen(sheet: rostering.Sheet) -> list[dict[str, Any]]:
    """The exceptions as a published version keeps them, accounts by their ids."""
    return [
        {
            "id": row.pk,
            "limits": list(row.limits),
            "people": list(row.people),
            "first_day": row.first_day.isoformat(),
            "last_day": row.last_day.isoformat(),
            "reason": row.reason,
            "signed_by": row.signed_by_id,
        }
        for row in sheet.facts.exceptions
    ]
