"""Leaders of a unit, entered and corrected by whoever keeps its records (handbook T2)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from lianfang.platform.problems import Refused
from teams.forms.leaders import LeaderForm
from teams.gate import SignedInRequest, gate, manageable
from teams.models import Unit, UnitLeader
from teams.policy import Action
from teams.services import leaders
from teams.views.refusals import add_problems

MANAGE = Action.UNIT_RECORD_MANAGE


@require_http_methods(["GET", "POST"])
@gate(MANAGE)
def leader_new(request: SignedInRequest, pk: int) -> HttpResponse:
    """A new leader of the unit `pk`; `?line=` chooses the line."""
    unit = manageable(Unit.objects.get_queryset(), request.user, MANAGE, pk=pk)
    form = LeaderForm(request.POST or None, initial={"line": request.GET.get("line", "")})
    if form.is_valid():
        try:
            leaders.add_leader(by=request.user, unit=unit, **form.values())
        except Refused as refused:
            add_problems(form, refused)
        else:
            return redirect("unit-detail", unit.pk)
    return render(request, "teams/leaders/form.html", {"form": form, "unit": unit})


@require_http_methods(["GET", "POST"])
@gate(MANAGE)
def leader_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Correct an entry, or enter its last day."""
    leader = manageable(UnitLeader.objects.select_related("unit"), request.user, MANAGE, pk=pk)
    form = LeaderForm(request.POST or None, initial=LeaderForm(instance=leader).initial)
    if form.is_valid():
        try:
            leaders.change_leader(by=request.user, leader=leader, **form.values())
        except Refused as refused:
            add_problems(form, refused)
        else:
            return redirect("unit-detail", leader.unit_id)
    return render(request, "teams/leaders/form.html", {"form": form, "unit": leader.unit, "leader": leader})


@require_POST
@gate(MANAGE)
def leader_remove(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take back an entry made by mistake."""
    leader = manageable(UnitLeader.objects.select_related("unit"), request.user, MANAGE, pk=pk)
    leaders.remove_leader(by=request.user, leader=leader)
    messages.success(request, _("The entry is taken back."))
    return redirect("unit-detail", leader.unit_id)
