"""Beats on the map and each on its page (handbook D1)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianfang.platform.problems import Refused
from patrols.forms.beats import BeatForm, CheckpointFormSet
from patrols.models import Beat, SwornOfficer
from patrols.services import cover
from patrols.views.cover import address, chosen_squadron, squadrons
from teams.gate import SignedInRequest, gate, manageable, visible
from teams.models import Unit
from teams.policy import Action
from teams.scope import scope_of


@require_GET
@gate(Action.COVER_VIEW)
def beat_map(request: SignedInRequest) -> HttpResponse:
    """All beats of a squadron, on the map and as a list."""
    unit = chosen_squadron(request)
    may_edit = unit is not None and scope_of(request.user, Action.COVER_MANAGE).covers(unit.path)
    beats = list(_beats(unit))
    context = {
        "unit": unit,
        "units": squadrons(request),
        "beats": beats,
        "map": _map_facts(beats, linked=True),
        "may_edit": may_edit,
    }
    return render(request, "patrols/beat/map.html", context)


@require_GET
@gate(Action.COVER_VIEW)
def beat_page(request: SignedInRequest, pk: int) -> HttpResponse:
    """A beat with its cover and checkpoints, for whoever may see and not change it too."""
    rows = Beat.objects.select_related("unit").prefetch_related("checkpoints__windows")
    beat = visible(rows, request.user, pk=pk)
    officers = SwornOfficer.objects.visible_to(request.user).filter(unit=beat.unit, is_active=True)
    context = {
        "beat": beat,
        "needs": beat.cover.select_related("shift_type").prefetch_related("skills"),
        "officers": officers.filter(Q(beats=beat) | Q(beats=None)),
        "map": _map_facts([beat]),
        "may_edit": scope_of(request.user, Action.COVER_MANAGE).covers(beat.unit.path),
        "back": address("cover-page", beat.unit),
    }
    return render(request, "patrols/beat/page.html", context)


@require_http_methods(["GET", "POST"])
@gate(Action.COVER_MANAGE)
def beat_new(request: SignedInRequest) -> HttpResponse:
    unit = chosen_squadron(request, Action.COVER_MANAGE)
    if unit is None:
        raise Http404
    return _beat_form(request, Beat(unit=unit, position=Beat.objects.filter(unit=unit).count() + 1))


@require_http_methods(["GET", "POST"])
@gate(Action.COVER_MANAGE)
def beat_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    beat = manageable(Beat.objects.select_related("unit"), request.user, Action.COVER_MANAGE, pk=pk)
    return _beat_form(request, beat)


@require_POST
@gate(Action.COVER_MANAGE)
def beat_delete(request: SignedInRequest, pk: int) -> HttpResponse:
    """Delete the beat, or put it out of use where duties hang on it."""
    beat = manageable(Beat.objects.select_related("unit"), request.user, Action.COVER_MANAGE, pk=pk)
    if cover.drop_beat(by=request.user, beat=beat):
        messages.success(request, _("Deleted."))
    else:
        messages.info(request, _("Duties hang on it, so it was put out of use instead of deleted."))
    return redirect(address("cover-page", beat.unit))


def _beat_form(request: SignedInRequest, beat: Beat) -> HttpResponse:
    form = BeatForm(request.POST or None, instance=beat)
    # A page without the checkpoints' table (a script of one's own) leaves them as they are.
    posted = request.POST if "checkpoints-TOTAL_FORMS" in request.POST else None
    stops = CheckpointFormSet(posted, instance=beat, prefix="checkpoints")
    sound = request.method == "POST" and all([form.is_valid(), posted is None or stops.is_valid()])
    if sound and _saved(request, form, stops if posted else None):
        return redirect(address("cover-page", beat.unit))
    others = [other for other in _beats(beat.unit) if other.pk != beat.pk]
    context = {
        "form": form,
        "stops": stops,
        "beat": beat,
        "map": _map_facts(others),
        "back": address("cover-page", beat.unit),
    }
    return render(request, "patrols/beat/form.html", context)


def _saved(request: SignedInRequest, form: BeatForm, stops: Any) -> bool:
    rows = [] if stops is None else [row for row in stops.forms if row not in stops.deleted_forms]
    kept = [row for row in rows if row.instance.pk or row.has_changed()]
    for number, row in enumerate(kept, start=1):
        row.instance.position = row.instance.position or number
    checkpoints = None if stops is None else [row.stop() for row in kept]
    try:
        cover.save_beat(by=request.user, beat=form.save(commit=False), checkpoints=checkpoints)
    except Refused as refusal:
        for problem in refusal.problems:
            target = form if problem.row is None else kept[problem.row - 1]
            target.add_error(problem.field, problem.message)
        return False
    return True


def _beats(unit: Unit | None) -> Iterable[Beat]:
    return Beat.objects.filter(unit=unit).prefetch_related("checkpoints__windows")


def _map_facts(beats: Iterable[Beat], *, linked: bool = False) -> dict[str, str]:
    """What the map's script reads from its element: the beats, the tiles, where they come from."""
    drawn = [
        {
            "id": beat.pk,
            "name": beat.name,
            "kind": beat.kind,
            "risk": beat.risk,
            "geometry": beat.geometry,
            "url": reverse("beat-page", args=[beat.pk]) if linked else "",
            "checkpoints": [
                {"name": stop.name, "place": [stop.longitude, stop.latitude], "windows": stop.windows_text}
                for stop in beat.checkpoints.all()
                if stop.longitude is not None
            ],
        }
        for beat in beats
        if beat.is_active
    ]
    return {"beats": json.dumps(drawn), "tiles": settings.MAP_TILES, "credit": settings.MAP_CREDIT}
