"""Beats and their cover: who must be where, when (handbook D1, D3)."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from patrols.forms.cover import CoverForm, CoverFormSet
from patrols.models import Beat, CoverRequirement, ShiftType
from patrols.services import cover
from teams.gate import SignedInRequest, gate, manageable
from teams.models import Unit
from teams.policy import Action
from teams.scope import scope_of


@require_http_methods(["GET", "POST"])
@gate(Action.COVER_VIEW)
def cover_page(request: SignedInRequest) -> HttpResponse:
    """A squadron's beats with the cover of each, all editable in one table."""
    unit = chosen_squadron(request)
    may_edit = unit is not None and scope_of(request.user, Action.COVER_MANAGE).covers(unit.path)
    if request.method == "POST" and not may_edit:
        raise PermissionDenied
    rows = (
        CoverRequirement.objects.filter(beat__unit=unit).select_related("beat", "shift_type").prefetch_related("skills")
    )
    formset = CoverFormSet(request.POST or None, queryset=rows, form_kwargs={"unit": unit})
    if request.method == "POST" and unit is not None and formset.is_valid():
        formset.save(commit=False)
        # Of a form whose skills alone changed, Django would say that nothing did.
        kept = [form.instance for form in formset.forms if form.has_changed() and form not in formset.deleted_forms]
        cover.save_cover(by=request.user, unit=unit, rows=kept, removed=[r.pk for r in formset.deleted_objects])
        messages.success(request, _("Cover saved."))
        return redirect(address("cover-page", unit))
    beats = list(Beat.objects.filter(unit=unit))
    context = {
        "unit": unit,
        "units": squadrons(request),
        "formset": formset,
        "beats": _with_forms(beats, formset.forms),
        "has_shifts": ShiftType.objects.filter(unit=unit, is_active=True).exists(),
        "may_edit": may_edit,
    }
    return render(request, "patrols/cover/page.html", context)


@require_http_methods(["GET", "POST"])
@gate(Action.COVER_MANAGE)
def cover_new(request: SignedInRequest, pk: int) -> HttpResponse:
    """One more need of a beat."""
    beat = manageable(Beat.objects.select_related("unit"), request.user, Action.COVER_MANAGE, pk=pk)
    form = CoverForm(request.POST or None, instance=CoverRequirement(beat=beat), unit=beat.unit)
    if request.method == "POST" and form.is_valid():
        cover.save_cover(by=request.user, unit=beat.unit, rows=[form.save(commit=False)])
        return redirect(address("cover-page", beat.unit))
    context = {"form": form, "beat": beat, "back": address("cover-page", beat.unit)}
    return render(request, "patrols/cover/need.html", context)


def squadrons(request: SignedInRequest, action: Action = Action.COVER_VIEW) -> list[Unit]:
    """The squadrons in reach of `action`."""
    found = Unit.objects.manageable_by(request.user, action).squadrons().open(timezone.localdate())
    return list(found)


def chosen_squadron(request: SignedInRequest, action: Action = Action.COVER_VIEW) -> Unit | None:
    """The squadron that `?unit=` names, else the first in reach, else None; 404 for any other."""
    found = squadrons(request, action)
    wanted = request.GET.get("unit")
    if not wanted:
        return found[0] if found else None
    unit = next((unit for unit in found if str(unit.pk) == wanted), None)
    if unit is None:
        raise Http404
    return unit


def address(name: str, unit: Unit) -> str:
    return f"{reverse(name)}?unit={unit.pk}"


def _with_forms(beats: list[Beat], forms: list[Any]) -> list[tuple[Beat, list[Any]]]:
    """Each beat with the forms of its needs, in the beats' order."""
    of_beat = {pk: list(found) for pk, found in groupby(forms, key=lambda form: form.instance.beat_id)}
    return [(beat, of_beat.get(beat.pk, [])) for beat in beats]
