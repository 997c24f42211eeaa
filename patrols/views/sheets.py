"""The sheet that a reader of a roster gets: the squadron's, or a group leader's own group's rows in it."""

from __future__ import annotations

from django.db.models import Q

from patrols.models import Roster
from patrols.services import rostering
from teams.models import User
from teams.policy import Action
from teams.scope import scope_of


def reads_whole(user: User, roster: Roster) -> bool:
    """Whether the squadron itself lies in the reader's scope."""
    return scope_of(user, Action.ROSTER_VIEW).covers(roster.unit.path)


def sheet_for(user: User, roster: Roster) -> rostering.Sheet:
    if reads_whole(user, roster):
        return rostering.sheet(roster)
    own = Q(pk__in=[])
    for path in scope_of(user, Action.ROSTER_VIEW).paths:
        own |= Q(unit__path__startswith=path)
    return rostering.sheet(roster, members=set(roster.members().filter(own).values_list("pk", flat=True)))
