"""The unit tree and a unit's page (handbook T1, T2)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from teams.forms.units import UnitFilterForm
from teams.gate import SignedInRequest, gate, visible
from teams.models import Line, Post, Unit, UnitKind, UnitLeader, User, YearlyFigures
from teams.policy import Action, Role
from teams.rules.figures import years_of
from teams.scope import scope_of

QUOTA_KINDS = (UnitKind.BRIGADE, UnitKind.SQUADRON)
LEADING = (Role.LEADER, Role.GROUP_LEADER, Role.BRIGADE)


@dataclass(frozen=True)
class LineOfCommand:
    """One of the two lines that lead a unit: the body, who holds a post by account, who is entered by name."""

    line: Line
    body: str
    body_unit: Unit | None
    posts: list[Post]
    leaders: list[UnitLeader]
    former: list[UnitLeader]


@require_GET
@gate(Action.UNIT_VIEW)
def unit_list(request: SignedInRequest) -> HttpResponse:
    """The visible units as a tree; closed ones on demand, a search flattens it."""
    form = UnitFilterForm(request.GET)
    wanted: dict[str, Any] = form.cleaned_data if form.is_valid() else {"q": "", "closed": False}
    rows = Unit.objects.visible_to(request.user).select_related("managing_body")
    if not wanted["closed"]:
        rows = rows.open(timezone.localdate())
    units = list(rows.named(wanted["q"]) if wanted["q"] else rows)
    top = min((unit.depth for unit in units), default=1)
    levels = [0 if wanted["q"] else unit.depth - top for unit in units]
    context = {"units": list(zip(units, levels, strict=True)), "form": form, "q": wanted["q"]}
    context["may_set_up"] = bool(scope_of(request.user, Action.UNIT_MANAGE))
    return render(request, "teams/units/list.html", context)


@require_GET
@gate(Action.UNIT_VIEW)
def unit_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """A unit: where it stands, who leads it, what is below it; its strength is a fragment of personnel."""
    rows = Unit.objects.get_queryset().select_related("managing_body__parent__parent", "guiding_body")
    unit = visible(rows, request.user, pk=pk)
    inside = Unit.objects.visible_to(request.user).values("pk")
    today = timezone.localdate()
    newest = YearlyFigures.objects.visible_to(request.user).filter(unit=unit)[:1]
    context = {
        "unit": unit,
        "above": Unit.objects.get_ancestors(unit).filter(pk__in=inside),
        "lines": lines_of(request.user, unit, today),
        "may_record": scope_of(request.user, Action.UNIT_RECORD_MANAGE).covers(unit.path),
        "below": Unit.objects.get_children(unit),
        "with_strength": bool(scope_of(request.user, Action.MEMBER_VIEW)),
        "with_quota": unit.kind in QUOTA_KINDS and scope_of(request.user, Action.QUOTA_VIEW).covers(unit.path),
        "with_cover": unit.kind == UnitKind.SQUADRON and scope_of(request.user, Action.COVER_VIEW).covers(unit.path),
        "may_set_up": scope_of(request.user, Action.UNIT_MANAGE).covers(unit.path),
        "newest": next(iter(years_of(unit, list(newest), today)), None),
    }
    return render(request, "teams/units/detail.html", context)


def lines_of(user: User, unit: Unit, today: dt.date) -> list[LineOfCommand]:
    """The government's line, managed by a body, and the public-security line, guided by a unit (handbook T2)."""
    rows = list(UnitLeader.objects.visible_to(user).filter(unit=unit))
    held = Post.objects.on(today).filter(user__is_active=True).select_related("user", "unit").order_by("starts")
    guide = unit.guided_by()
    above = [up.pk for up in Unit.objects.get_ancestors(unit)]
    return [
        _line(Line.GOVERNMENT, _managing(unit), None, held.filter(unit__in=above, role=Role.REVIEWER), rows, today),
        _line(Line.POLICE, str(guide or ""), guide, held.filter(unit=unit, role__in=LEADING), rows, today),
    ]


def _line(
    line: Line, body: str, body_unit: Unit | None, posts: QuerySet[Post], rows: list[UnitLeader], today: dt.date
) -> LineOfCommand:
    mine = [row for row in rows if row.line == line]
    former = [row for row in mine if row.ends and row.ends < today]
    return LineOfCommand(line, body, body_unit, list(posts), [row for row in mine if row not in former], former)


def _managing(unit: Unit) -> str:
    """The managing body with the office that acts for it."""
    body = unit.managing_body
    if body is None:
        return ""
    return f"{body.full_name}（{office}）" if (office := body.office()) else body.full_name
