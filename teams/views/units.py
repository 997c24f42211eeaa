"""The unit tree and a unit's page (handbook T1, T2)."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from teams.gate import SignedInRequest, gate, visible
from teams.models import Post, Unit
from teams.policy import Action, Role

LEADING = (Role.LEADER, Role.GROUP_LEADER, Role.BRIGADE)


@gate(Action.UNIT_VIEW)
def unit_list(request: SignedInRequest) -> HttpResponse:
    """The visible units as a tree; closed ones on demand, a search flattens it."""
    rows = Unit.objects.visible_to(request.user)
    closed = bool(request.GET.get("closed"))
    if not closed:
        rows = rows.open(timezone.localdate())
    text = request.GET.get("q", "").strip()
    if text:
        rows = rows.named(text)
    units = list(rows)
    top = min((unit.depth for unit in units), default=1)
    levels = [0 if text else unit.depth - top for unit in units]
    context = {"units": list(zip(units, levels, strict=True)), "closed": closed, "q": text}
    return render(request, "teams/units/list.html", context)


@gate(Action.UNIT_VIEW)
def unit_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """A unit: where it stands, who leads it, what is below it."""
    unit = visible(Unit.objects.visible_to(request.user), request.user, pk=pk)
    inside = Unit.objects.visible_to(request.user).values("pk")
    context = {
        "unit": unit,
        "above": unit.get_ancestors().filter(pk__in=inside),
        "leaders": Post.objects.on(timezone.localdate())
        .filter(unit=unit, role__in=LEADING, user__is_active=True)
        .select_related("user")
        .order_by("starts"),
        "below": unit.get_children(),
    }
    return render(request, "teams/units/detail.html", context)
