"""Who may write in a campaign, and the scope within which a public page writes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import connection
from django.utils.translation import gettext_lazy as _

from lianfang.platform.problems import Problem, Refused
from personnel.models import Application, Campaign
from personnel.rules.recruitment.kinship import related_problems
from teams.models import Unit, User
from teams.policy import Action
from teams.scope import configure, scope_of

SETTING = "lf.scope_recruit"


def refuse(problems: list[Problem]) -> None:
    if problems:
        raise Refused(problems)


def check_right(by: User | None, action: Action, unit: Unit) -> None:
    """Raises `Refused` unless `by` (None: the system) may do `action` in `unit`."""
    if by is not None and not scope_of(by, action).covers(unit.path):
        raise Refused([Problem("no_right", _("You may not do this in this unit."))])


def refuse_related(by: User | None, applications: Iterable[Application]) -> None:
    """Raises `Refused` where `by` is related to one of these candidates, as either side declared it."""
    if by is not None:
        refuse(related_problems(by, applications))


def locked(campaign: Campaign) -> Campaign:
    """The campaign's row, locked: writes of one campaign come one after the other."""
    row: Campaign = Campaign.objects.select_for_update(of=("self",)).select_related("unit").get(pk=campaign.pk)
    return row


@contextmanager
def public_desk(campaign: Campaign) -> Iterator[None]:
    """Let the block reach the applications of this campaign's unit, for a visitor without any scope.

    The block reads or writes the one row that the visitor brought the proof for; nothing else leaves it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting(%s, true), '')", [SETTING])
        before = cursor.fetchone()[0]
    configure([SETTING], [campaign.unit.path])
    try:
        yield
    finally:
        if not connection.needs_rollback:
            configure([SETTING], [before])
