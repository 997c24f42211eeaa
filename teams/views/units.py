"""The unit tree and a unit's page (handbook T1, T2)."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from teams.forms.units import UnitFilterForm
from teams.gate import SignedInRequest, gate, visible
from teams.models import Post, Unit
from teams.policy import Action, Role
from teams.scope import scope_of

LEADING = (Role.LEADER, Role.GROUP_LEADER, Role.BRIGADE)


@require_GET
@gate(Action.UNIT_VIEW)
def unit_list(request: SignedInRequest) -> HttpResponse:
    """The visible units as a tree; closed ones on demand, a search flattens it."""
    form = UnitFilterForm(request.GET)
    wanted: dict[str, Any] = form.cleaned_data if form.is_valid() else {"q": "", "closed": False}
    rows = Unit.objects.visible_to(request.user)
    if not wanted["closed"]:
        rows = rows.open(timezone.localdate())
    units = list(rows.named(wanted["q"]) if wanted["q"] else rows)
    top = min((unit.depth for unit in units), default=1)
    levels = [0 if wanted["q"] else unit.depth - top for unit in units]
    context = {"units": list(zip(units, levels, strict=True)), "form": form, "q": wanted["q"]}
    return render(request, "teams/units/list.html", context)


@require_GET
@gate(Action.UNIT_VIEW)
def unit_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """A unit: where it stands, who leads it, what is below it; its strength is a fragment of personnel."""
    unit = visible(Unit.objects.get_queryset(), request.user, pk=pk)
    inside = Unit.objects.visible_to(request.user).values("pk")
    posts = Post.objects.on(timezone.localdate()).filter(unit=unit, role__in=LEADING, user__is_active=True)
    context = {
        "unit": unit,
        "above": unit.get_ancestors().filter(pk__in=inside),
        "leaders": posts.select_related("user").order_by("starts"),
        "below": unit.get_children(),
        "with_strength": bool(scope_of(request.user, Action.MEMBER_VIEW)),
    }
    return render(request, "teams/units/detail.html", context)
