"""Changes of the unit tree. Each takes one lock, since a new or moved unit renumbers its neighbours."""

from __future__ import annotations

import datetime as dt

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lianfang.platform.history import service
from lianfang.platform.problems import Problem
from teams.models import Unit, User
from teams.policy import Action
from teams.rules import units as rules
from teams.scope import scope_of
from teams.services.checks import refuse, row_problems

TREE_COLUMNS = ("path", "depth", "numchild")  # filled when the row takes its place


@service
def add_unit(*, by: User | None, parent: Unit | None, code: str, name: str, kind: str, short_name: str = "") -> Unit:
    """A new unit as the last below `parent` (None: the top). Raises `Refused`."""
    lock_tree()
    parent = Unit.objects.get(pk=parent.pk) if parent else None
    unit: Unit = Unit(code=code, name=name, kind=kind, short_name=short_name)
    problems = row_problems(unit, exclude=TREE_COLUMNS)
    if not problems:
        problems = rules.nesting_problems(kind, parent) + rules.parent_problems(parent, timezone.localdate())
    refuse(problems)
    unit = Unit.objects.add_child(parent, instance=unit) if parent else Unit.objects.add_root(instance=unit)
    _check_right(by, unit)
    return unit


@service
def rename_unit(*, by: User | None, unit: Unit, name: str, short_name: str, code: str) -> Unit:
    """Change what a unit is called; its rows stay with it. Raises `Refused`."""
    row = _locked(by, unit)
    row.name, row.short_name, row.code = name, short_name, code
    refuse(row_problems(row, exclude=TREE_COLUMNS))
    row.save(update_fields=["name", "short_name", "code"])
    return row


@service
def move_unit(*, by: User | None, unit: Unit, parent: Unit) -> Unit:
    """Put `unit` and all below it under `parent`; who may see it follows at once. Raises `Refused`."""
    row, goal = _locked(by, unit), Unit.objects.get(pk=parent.pk)
    refuse(rules.move_problems(row, goal, timezone.localdate()))
    Unit.objects.move(row, goal, pos="last-child")
    moved: Unit = Unit.objects.get(pk=row.pk)
    _check_right(by, moved)
    return moved


@service
def close_unit(*, by: User | None, unit: Unit, on: dt.date) -> Unit:
    """Close `unit` on that day: it takes nothing new, its past stays. Raises `Refused`."""
    row = _locked(by, unit)
    refuse(rules.closing_problems(row, on))
    row.closed_on = on
    row.save(update_fields=["closed_on"])
    return row


@service
def reopen_unit(*, by: User | None, unit: Unit) -> Unit:
    """Take back a closing. Raises `Refused` while the unit above is closed."""
    row = _locked(by, unit)
    refuse(rules.parent_problems(Unit.objects.get_parent(row), timezone.localdate()))
    row.closed_on = None
    row.save(update_fields=["closed_on"])
    return row


def lock_tree() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('lianfang.unit_tree'))")


def _locked(by: User | None, unit: Unit) -> Unit:
    lock_tree()
    row: Unit = Unit.objects.get(pk=unit.pk)
    _check_right(by, row)
    return row


def _check_right(by: User | None, unit: Unit) -> None:
    """The system itself (`by=None`) sets up units at the console."""
    if by is not None and not scope_of(by, Action.UNIT_MANAGE).covers(unit.path):
        refuse([Problem("no_right", _("You may not set up this unit."))])
