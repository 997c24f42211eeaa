"""The emergency exception (劳动法 42): what can be lifted, who may sign it (handbook D7)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from lianfang.platform.problems import Problem
from patrols.models import EmergencyException, WaivableLimit
from personnel.models import Member
from teams.models import User
from teams.policy import Action
from teams.scope import scope_of

LONGEST = 31  # days: what lasts longer is no emergency


def asking_problems(row: EmergencyException) -> list[Problem]:
    """Why the exception cannot be asked for so."""
    found = []
    if not row.limits or not set(row.limits) <= set(WaivableLimit.values):
        text = _("Choose the working-time limits that are to be lifted; others cannot be.")
        found.append(Problem("exception_limits", text, field="limits"))
    if row.last_day < row.first_day:
        found.append(Problem("exception_span", _("The last day lies before the first."), field="last_day"))
    elif (row.last_day - row.first_day).days >= LONGEST:
        text = _("An emergency lasts at most %(days)d days.") % {"days": LONGEST}
        found.append(Problem("exception_span", text, field="last_day"))
    if not row.reason.strip():
        found.append(Problem("exception_reason", _("Say what the emergency is."), field="reason"))
    return found


def people_problems(row: EmergencyException) -> list[Problem]:
    """The people named are the squadron's own: one exception, one squadron."""
    own = Member.objects.filter(pk__in=row.people, unit__path__startswith=row.unit.path).count()
    if own == len(set(row.people)):
        return []
    return [Problem("exception_people", _("Choose people of the squadron, or nobody for all of it."), field="people")]


def signing_problems(row: EmergencyException, by: User) -> list[Problem]:
    """Why `by` cannot sign: who asks does not sign, and only who sets limits may."""
    if row.signed_at:
        return [Problem("exception_signed", _("The exception is signed already."))]
    if row.asked_by_id == by.pk:
        return [Problem("exception_own", _("Who asks for an exception does not sign it."))]
    if not scope_of(by, Action.LIMITS_MANAGE).covers(row.unit.path):
        return [Problem("exception_right", _("Only the brigade signs exceptions."))]
    return []
