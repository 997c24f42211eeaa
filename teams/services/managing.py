"""Managing bodies, and which of them manages and guides a unit."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lianfang.platform.history import service
from lianfang.platform.problems import Problem
from teams.models import ManagingBody, Unit, User
from teams.policy import Action
from teams.rules import managing as rules
from teams.scope import scope_of
from teams.services.checks import refuse, row_problems


@service
def add_body(
    *, by: User | None, kind: str, name: str, office_name: str = "", parent: ManagingBody | None = None
) -> ManagingBody:
    """A new managing body. Raises `Refused`."""
    body = ManagingBody(kind=kind, name=name, office_name=office_name, parent=parent)
    return _saved(by, body)


@service
def change_body(
    *,
    by: User | None,
    body: ManagingBody,
    name: str,
    office_name: str,
    parent: ManagingBody | None,
    closed_on: dt.date | None,
) -> ManagingBody:
    """Rename, move or dissolve a body; the units keep it until they get another. Raises `Refused`."""
    row = ManagingBody.objects.select_for_update().get(pk=body.pk)
    if closed_on and closed_on != row.closed_on:
        refuse(rules.dissolving_problems(row, closed_on))
    row.name, row.office_name, row.parent, row.closed_on = name, office_name, parent, closed_on
    return _saved(by, row)


@service
def set_bodies(*, by: User | None, unit: Unit, managing_body: ManagingBody | None, guiding_body: Unit | None) -> Unit:
    """Say who manages and who guides a unit; `guiding_body=None` is the unit above. Raises `Refused`."""
    row: Unit = Unit.objects.get_queryset().select_for_update().get(pk=unit.pk)
    if by is not None and not scope_of(by, Action.UNIT_MANAGE).covers(row.path):
        refuse([Problem("no_right", _("You may not set up this unit."))])
    today = timezone.localdate()
    refuse(rules.managing_problems(managing_body, today) + rules.guiding_problems(row, guiding_body, today))
    row.managing_body, row.guiding_body = managing_body, guiding_body
    row.save(update_fields=["managing_body", "guiding_body"])
    return row


def _saved(by: User | None, body: ManagingBody) -> ManagingBody:
    if by is not None and not scope_of(by, Action.UNIT_MANAGE):
        refuse([Problem("no_right", _("You may not set up managing bodies."))])
    refuse(rules.body_problems(body, timezone.localdate()) or row_problems(body))
    body.save()
    return body
