"""Rotas: the squadron's patterns, what each implies, laying one over a draft (handbook D8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianfang.platform.problems import Problem, Refused
from patrols import undo
from patrols.forms.rota import RotaApplyForm, RotaForm
from patrols.models import Roster, Rota, ShiftType, WorkingTimeLimits
from patrols.models.rota import OFF
from patrols.rules.rotas import Implied, implied, rota_problems
from patrols.services import rotas
from patrols.views.cover import address, chosen_squadron, squadrons
from teams.gate import SignedInRequest, gate, manageable
from teams.models import Unit
from teams.policy import Action
from teams.scope import scope_of

SKIPPED_SHOWN = 100


@require_GET
@gate(Action.COVER_VIEW)
def rota_list(request: SignedInRequest) -> HttpResponse:
    """The squadron's rotas with hours, nights, rest, and the limits that they break."""
    unit = chosen_squadron(request)
    found = Rota.objects.filter(unit=unit)
    context = {
        "unit": unit,
        "units": squadrons(request),
        "may_edit": unit is not None and scope_of(request.user, Action.COVER_MANAGE).covers(unit.path),
        "cards": _cards(unit, found) if unit else [],
        "presets": _presets(unit) if unit else [],
    }
    return render(request, "patrols/rota/list.html", context)


@require_http_methods(["GET", "POST"])
@gate(Action.COVER_MANAGE)
def rota_new(request: SignedInRequest) -> HttpResponse:
    """A rota of one's own, or one that begins as a preset."""
    unit = chosen_squadron(request, Action.COVER_MANAGE)
    if unit is None:
        raise Http404
    preset = next((item for item in rotas.PRESETS if item.key == request.GET.get("preset")), None)
    rota = Rota(unit=unit, pattern=[], offsets=[])
    if preset is not None:
        rota = Rota(unit=unit, name=str(preset.name), pattern=list(preset.pattern), offsets=list(preset.offsets))
    return _rota_form(request, rota)


@require_http_methods(["GET", "POST"])
@gate(Action.COVER_MANAGE)
def rota_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    rota = manageable(Rota.objects.select_related("unit"), request.user, Action.COVER_MANAGE, pk=pk)
    return _rota_form(request, rota)


@require_POST
@gate(Action.COVER_MANAGE)
def rota_delete(request: SignedInRequest, pk: int) -> HttpResponse:
    rota = manageable(Rota.objects.select_related("unit"), request.user, Action.COVER_MANAGE, pk=pk)
    unit = rota.unit
    rotas.delete_rota(by=request.user, rota=rota)
    messages.success(request, _("Deleted."))
    return redirect(address("rota-list", unit))


@require_http_methods(["GET", "POST"])
@gate(Action.ROSTER_EDIT)
def rota_apply(request: SignedInRequest, pk: int) -> HttpResponse:
    """Asks for rota, first day and crews; fills the free cells and lists those left out."""
    roster = manageable(Roster.objects.select_related("unit"), request.user, Action.ROSTER_EDIT, pk=pk)
    groups = _groups(roster)
    first = Rota.objects.filter(unit=roster.unit_id).first()
    form = RotaApplyForm(request.POST or None, roster=roster, rota=first, groups=groups)
    context: dict[str, Any] = {"roster": roster, "form": form, "back": reverse("roster-grid", args=[roster.pk])}
    if request.method == "POST" and form.is_valid():
        try:
            with undo.step(request, roster):
                applied = rotas.apply_rota(
                    by=request.user,
                    roster=roster,
                    rota=form.cleaned_data["rota"],
                    crews=form.crews,
                    start=form.start_day,
                    accept_breach=form.cleaned_data["accept_breach"],
                )
        except Refused as refusal:
            context["problems"] = refusal.problems
        else:
            context |= {"applied": applied, "skipped": applied.skipped[:SKIPPED_SHOWN]}
    context["cards"] = _cards(roster.unit, Rota.objects.filter(unit=roster.unit_id))
    return render(request, "patrols/rota/apply.html", context)


def _groups(roster: Roster) -> list[Unit]:
    """The units whose members stand in the roster, in their order."""
    ids = roster.members().order_by().values_list("unit_id", flat=True).distinct()
    return list(Unit.objects.filter(pk__in=list(ids)).order_by("path"))


def _rota_form(request: SignedInRequest, rota: Rota) -> HttpResponse:
    form = RotaForm(request.POST or None, instance=rota)
    if request.method == "POST" and form.is_valid():
        try:
            rotas.save_rota(by=request.user, rota=form.save(commit=False))
        except Refused as refusal:
            for problem in refusal.problems:
                form.add_error(problem.field, problem.message)
        else:
            return redirect(address("rota-list", rota.unit))
    shifts = rotas.shifts_of(rota.unit)
    context = {"form": form, "rota": rota, "back": address("rota-list", rota.unit), "shifts": shifts.values()}
    return render(request, "patrols/rota/form.html", context)


@dataclass(frozen=True)
class Card:
    """A rota as the page shows it: its days (None is free), its figures where its shifts are known, what it breaks."""

    rota: Any
    days: list[ShiftType | str | None]
    figures: Implied | None
    problems: list[Problem]
    missing: list[str] = field(default_factory=list)  # shift codes that the squadron has not set up yet


def _cards(unit: Unit, found: Iterable[Rota]) -> list[Card]:
    shifts, row = rotas.shifts_of(unit), rotas.limits_for(unit)
    return [_card(rota, rota.pattern, shifts, row) for rota in found]


def _presets(unit: Unit) -> list[Card]:
    """Each usual rota, judged by the shifts as it means them."""
    own, row = rotas.shifts_of(unit), rotas.limits_for(unit)
    cards = [_card(preset, preset.pattern, preset.shifts, row) for preset in rotas.PRESETS]
    return [replace(card, missing=[code for code in card.rota.shifts if code not in own]) for card in cards]


def _card(rota: Any, pattern: Sequence[str], shifts: Mapping[str, ShiftType], row: WorkingTimeLimits) -> Card:
    problems = rota_problems(pattern, shifts, row)
    known = not any(problem.field for problem in problems)
    days = [shifts.get(code, code) if code != OFF else None for code in pattern]
    return Card(rota, days, implied(pattern, shifts) if known else None, problems)
