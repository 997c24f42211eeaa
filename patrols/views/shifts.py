"""Shift types: the list of a squadron, adding, changing, putting out of use (handbook D2)."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianfang.platform.problems import Refused
from patrols.forms.cover import ShiftTypeForm
from patrols.models import ShiftType
from patrols.services import cover
from patrols.services.usual_shifts import SETS
from patrols.views.cover import address, chosen_squadron, squadrons
from teams.gate import SignedInRequest, gate, manageable
from teams.policy import Action
from teams.scope import scope_of


@require_GET
@gate(Action.COVER_VIEW)
def shift_list(request: SignedInRequest) -> HttpResponse:
    """The shift types of a squadron with their keys, times and counting."""
    unit = chosen_squadron(request)
    may_edit = unit is not None and scope_of(request.user, Action.COVER_MANAGE).covers(unit.path)
    context = {
        "unit": unit,
        "units": squadrons(request),
        "shifts": ShiftType.objects.filter(unit=unit),
        "may_edit": may_edit,
        "sets": SETS.items(),
    }
    return render(request, "patrols/shift/list.html", context)


@require_http_methods(["GET", "POST"])
@gate(Action.COVER_MANAGE)
def shift_new(request: SignedInRequest) -> HttpResponse:
    unit = chosen_squadron(request, Action.COVER_MANAGE)
    if unit is None:
        raise Http404
    return _shift_form(request, ShiftType(unit=unit, position=ShiftType.objects.filter(unit=unit).count() + 1))


@require_http_methods(["GET", "POST"])
@gate(Action.COVER_MANAGE)
def shift_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    shift_type = manageable(ShiftType.objects.select_related("unit"), request.user, Action.COVER_MANAGE, pk=pk)
    return _shift_form(request, shift_type)


@require_POST
@gate(Action.COVER_MANAGE)
def shift_delete(request: SignedInRequest, pk: int) -> HttpResponse:
    """Delete the shift type, or put it out of use where duties or needs hang on it."""
    shift_type = manageable(ShiftType.objects.select_related("unit"), request.user, Action.COVER_MANAGE, pk=pk)
    unit = shift_type.unit
    if cover.drop_shift_type(by=request.user, shift_type=shift_type):
        messages.success(request, _("Deleted."))
    else:
        messages.info(request, _("Duties or needs hang on it, so it was put out of use instead of deleted."))
    return redirect(address("shift-list", unit))


def _shift_form(request: SignedInRequest, shift_type: ShiftType) -> HttpResponse:
    form = ShiftTypeForm(request.POST or None, instance=shift_type)
    if request.method == "POST" and form.is_valid():
        try:
            cover.save_shift_type(by=request.user, shift_type=form.save(commit=False))
        except Refused as refusal:
            for problem in refusal.problems:
                form.add_error(problem.field, problem.message)
        else:
            return redirect(address("shift-list", shift_type.unit))
    context = {"form": form, "shift_type": shift_type, "back": address("shift-list", shift_type.unit)}
    return render(request, "patrols/shift/form.html", context)
