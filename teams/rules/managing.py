"""Who may manage and guide a unit (handbook T1, T2)."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from lianfang.platform.problems import Problem
from teams.models import BodyKind, ManagingBody, Unit, UnitKind

# Each kind of body and the kinds it may stand below; None is the top.
PARENTS: dict[str, frozenset[str | None]] = {
    BodyKind.GOVERNMENT: frozenset({None}),
    BodyKind.TOWN: frozenset({None, BodyKind.GOVERNMENT}),
    BodyKind.COMMITTEE: frozenset({BodyKind.TOWN}),
}
GUIDING_KINDS = frozenset({UnitKind.DISTRICT, UnitKind.SUB_BUREAU, UnitKind.BRIGADE, UnitKind.SQUADRON})


def body_problems(body: ManagingBody, today: dt.date) -> list[Problem]:
    """Whether the body may stand where it says."""
    parent = body.parent
    if (parent.kind if parent else None) not in PARENTS.get(body.kind, frozenset()):
        message = _("A committee stands below a street or town, a street or town below a government or at the top.")
        return [Problem("body_nesting", message, "parent")]
    if parent and parent.closed_on and parent.closed_on <= today:
        return [Problem("body_closed", _("%(body)s is dissolved.") % {"body": parent.name}, "parent")]
    return []


def dissolving_problems(body: ManagingBody, on: dt.date) -> list[Problem]:
    """What must be settled before a body is dissolved: the units it manages, the bodies below it."""
    open_then = Q(closed_on=None) | Q(closed_on__gt=on)
    units, bodies = body.units.filter(open_then).count(), body.below.filter(open_then).count()
    problems = []
    if units:
        text = ngettext_lazy("It still manages %(n)d unit.", "It still manages %(n)d units.", "n")
        hint = _("Give them another managing body first.")
        problems.append(Problem("body_manages_units", text % {"n": units}, "closed_on", hint))
    if bodies:
        text = ngettext_lazy("%(n)d body stands below it.", "%(n)d bodies stand below it.", "n")
        hint = _("Dissolve or move them first.")
        problems.append(Problem("bodies_below", text % {"n": bodies}, "closed_on", hint))
    return problems


def managing_problems(body: ManagingBody | None, today: dt.date) -> list[Problem]:
    """Whether the body may manage a unit from now on."""
    if body and body.closed_on and body.closed_on <= today:
        return [Problem("body_closed", _("%(body)s is dissolved.") % {"body": body.name}, "managing_body")]
    return []


def guiding_problems(unit: Unit, guide: Unit | None, today: dt.date) -> list[Problem]:
    """Whether `guide` may guide `unit`; None is the unit above."""
    if guide is None:
        return []
    if guide.path.startswith(unit.path):
        message = _("A unit is not guided by itself or by a unit below it.")
        return [Problem("guided_from_below", message, "guiding_body")]
    if guide.kind not in GUIDING_KINDS:
        return [
            Problem("no_guide", _("A %(kind)s guides nobody.") % {"kind": guide.get_kind_display()}, "guiding_body")
        ]
    if guide.closed_on and guide.closed_on <= today:
        return [Problem("guide_closed", _("%(unit)s is closed.") % {"unit": guide.name}, "guiding_body")]
    return []
