"""Working-time limits: the law's, the brigade's, a squadron's own (handbook D7)."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from patrols.forms.limits import LimitsForm
from patrols.models import WorkingTimeLimits
from patrols.services import limits
from teams.gate import SignedInRequest, gate, manageable
from teams.models import Unit, UnitKind
from teams.policy import Action
from teams.scope import scope_of

LIMITED = (UnitKind.DISTRICT, UnitKind.SUB_BUREAU, UnitKind.BRIGADE, UnitKind.SQUADRON)


@require_GET
@gate(Action.COVER_VIEW)
def limits_page(request: SignedInRequest) -> HttpResponse:
    """What counts in the user's units: their own limits, and those of the units above that they inherit."""
    scope = scope_of(request.user, Action.COVER_VIEW)
    above = {path[:length] for path in scope.paths for length in range(0, len(path) + 1, Unit.steplen)}
    rows = WorkingTimeLimits.objects.select_related("unit").filter(
        Q(unit=None) | Q(unit__path__in=above) | Q(pk__in=WorkingTimeLimits.objects.visible_to(request.user))
    )
    own = scope_of(request.user, Action.LIMITS_MANAGE)
    listed = [
        (row, bool(row.unit and own.covers(row.unit.path)))
        for row in sorted(rows, key=lambda row: (row.unit.path if row.unit else "", row.staff_category))
    ]
    context = {"limits": listed, "may_add": bool(own), "by_law": WorkingTimeLimits()}
    return render(request, "patrols/limits/page.html", context)


@require_http_methods(["GET", "POST"])
@gate(Action.LIMITS_MANAGE)
def limits_new(request: SignedInRequest) -> HttpResponse:
    return _limits_form(request, WorkingTimeLimits())


@require_http_methods(["GET", "POST"])
@gate(Action.LIMITS_MANAGE)
def limits_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    return _limits_form(request, _row(request, pk))


@require_POST
@gate(Action.LIMITS_MANAGE)
def limits_delete(request: SignedInRequest, pk: int) -> HttpResponse:
    limits.delete_limits(by=request.user, limits=_row(request, pk))
    return redirect("limits-page")


def _row(request: SignedInRequest, pk: int) -> Any:
    rows = WorkingTimeLimits.objects.select_related("unit")
    return manageable(rows, request.user, Action.LIMITS_MANAGE, pk=pk)


def _limits_form(request: SignedInRequest, row: WorkingTimeLimits) -> HttpResponse:
    units = Unit.objects.manageable_by(request.user, Action.LIMITS_MANAGE).filter(kind__in=LIMITED)
    form = LimitsForm(request.POST or None, instance=row, units=units)
    if request.method == "POST" and form.is_valid():
        limits.save_limits(by=request.user, limits=form.save(commit=False))
        return redirect("limits-page")
    return render(request, "patrols/limits/form.html", {"form": form, "row": row})
