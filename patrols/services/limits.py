"""Working-time limits, set by the brigade for itself and the squadrons below (handbook D7)."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied

from lianfang.platform.history import service
from patrols.models import WorkingTimeLimits
from teams.models import User
from teams.policy import Action
from teams.scope import scope_of


@service
def save_limits(*, by: User | None, limits: WorkingTimeLimits) -> WorkingTimeLimits:
    """Save limits that their form has validated; raises `PermissionDenied` outside the actor's scope."""
    limits.save()
    _within_scope(by, limits)
    return limits


@service
def delete_limits(*, by: User | None, limits: WorkingTimeLimits) -> None:
    """From then on the limits of the unit above count."""
    _within_scope(by, limits)
    limits.delete()


def _within_scope(by: User | None, limits: WorkingTimeLimits) -> None:
    if by is None:
        return
    scope = scope_of(by, Action.LIMITS_MANAGE)
    if not (scope.covers(limits.unit.path) if limits.unit else scope.everywhere):
        raise PermissionDenied
