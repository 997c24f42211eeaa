"""What the unit tree allows (handbook T1)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from lianfang.platform.problems import Problem
from teams.models import Post, Unit, UnitKind

# Each kind of unit and the kinds it may stand below; None is the top of the tree.
PARENTS: dict[str, frozenset[str | None]] = {
    UnitKind.DISTRICT: frozenset({None}),
    UnitKind.SUB_BUREAU: frozenset({UnitKind.DISTRICT}),
    UnitKind.BRIGADE: frozenset({UnitKind.DISTRICT, UnitKind.SUB_BUREAU}),
    UnitKind.SQUADRON: frozenset({UnitKind.BRIGADE, UnitKind.SUB_BUREAU}),
    UnitKind.GROUP: frozenset({UnitKind.SQUADRON}),
    UnitKind.SUB_TEAM: frozenset({UnitKind.SQUADRON}),
}

# Apps above add what keeps a unit open (members who serve in it) from their `AppConfig.ready`.
CLOSING_CHECKS: list[Callable[[Unit, dt.date], list[Problem]]] = []


def nesting_problems(kind: str, parent: Unit | None) -> list[Problem]:
    """Whether a unit of `kind` may stand directly below `parent`."""
    if (parent.kind if parent else None) in PARENTS.get(kind, frozenset()):
        return []
    label = UnitKind(kind).label
    if parent is None:
        return [Problem("unit_needs_parent", _("A %(kind)s stands below another unit.") % {"kind": label}, "parent")]
    message = _("A %(kind)s cannot stand directly below a %(parent)s.")
    values = {"kind": label, "parent": parent.get_kind_display()}
    return [Problem("unit_nesting", message % values, "parent", hint=_("Choose another parent or another kind."))]


def parent_problems(parent: Unit | None, today: dt.date) -> list[Problem]:
    """Whether units may still be put below `parent`."""
    if parent and parent.closed_on and parent.closed_on <= today:
        return [Problem("parent_closed", _("%(unit)s is closed.") % {"unit": parent.name}, "parent")]
    return []


def move_problems(unit: Unit, parent: Unit, today: dt.date) -> list[Problem]:
    """Whether `unit`, with everything below it, may go below `parent`."""
    if parent.path.startswith(unit.path):
        return [Problem("move_into_itself", _("A unit cannot be moved below itself."), "parent")]
    return [*nesting_problems(unit.kind, parent), *parent_problems(parent, today)]


def closing_problems(unit: Unit, on: dt.date) -> list[Problem]:
    """What must be settled before `unit` closes: open units below, posts that last longer, checks of the upper apps."""
    problems = []
    open_below = Unit.objects.get_descendants(unit).filter(Q(closed_on=None) | Q(closed_on__gt=on)).count()
    if open_below:
        problems.append(
            Problem(
                "open_units_below",
                ngettext_lazy("%(count)d unit below is still open.", "%(count)d units below are still open.", "count")
                % {"count": open_below},
                "closed_on",
                hint=_("Close or move them first."),
            )
        )
    posts = Post.objects.filter(unit=unit).filter(Q(ends=None) | Q(ends__gte=on)).count()
    if posts:
        problems.append(
            Problem(
                "posts_last_longer",
                ngettext_lazy("%(count)d post lasts beyond that day.", "%(count)d posts last beyond that day.", "count")
                % {"count": posts},
                "closed_on",
                hint=_("End them first."),
            )
        )
    return problems + [problem for check in CLOSING_CHECKS for problem in check(unit, on)]
