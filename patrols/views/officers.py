"""The register of sworn officers (handbook P20)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianfang.platform.problems import Refused
from patrols.forms.officers import AvailabilityFormSet, OfficerForm
from patrols.models import SwornOfficer
from patrols.services import officers
from patrols.views.cover import address, chosen_squadron, squadrons
from teams.gate import SignedInRequest, gate, manageable
from teams.policy import Action
from teams.scope import scope_of


@require_GET
@gate(Action.COVER_VIEW)
def officer_list(request: SignedInRequest) -> HttpResponse:
    """A squadron's officers: what they answer for, what they lead, when."""
    unit = chosen_squadron(request)
    rows = SwornOfficer.objects.visible_to(request.user).filter(unit=unit)
    context = {
        "unit": unit,
        "units": squadrons(request),
        "officers": rows.prefetch_related("beats", "availability").select_related("user"),
        "may_edit": unit is not None and scope_of(request.user, Action.OFFICER_MANAGE).covers(unit.path),
    }
    return render(request, "patrols/officer/list.html", context)


@require_http_methods(["GET", "POST"])
@gate(Action.OFFICER_MANAGE)
def officer_new(request: SignedInRequest) -> HttpResponse:
    unit = chosen_squadron(request, Action.OFFICER_MANAGE)
    if unit is None:
        raise Http404
    return _officer_form(request, SwornOfficer(unit=unit))


@require_http_methods(["GET", "POST"])
@gate(Action.COVER_VIEW)
def officer_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    return _officer_form(request, _officer(request, pk))


@require_POST
@gate(Action.COVER_VIEW)
def officer_delete(request: SignedInRequest, pk: int) -> HttpResponse:
    """Delete the officer, or put them out of use where they led."""
    officer = _officer(request, pk)
    if officers.drop_officer(by=request.user, officer=officer):
        messages.success(request, _("Deleted."))
    else:
        messages.info(request, _("The officer led duties, so the entry stays and is no longer named."))
    return redirect(address("officer-list", officer.unit))


def _officer(request: SignedInRequest, pk: int) -> Any:
    rows = SwornOfficer.objects.select_related("unit")
    return manageable(rows, request.user, Action.OFFICER_MANAGE, pk=pk)


def _officer_form(request: SignedInRequest, officer: SwornOfficer) -> HttpResponse:
    form = OfficerForm(request.POST or None, instance=officer, unit=officer.unit)
    times = AvailabilityFormSet(request.POST or None, instance=officer)
    if request.method == "POST" and form.is_valid() and times.is_valid() and _saved(request, form, times):
        return redirect(address("officer-list", officer.unit))
    context = {"form": form, "times": times, "officer": officer, "back": address("officer-list", officer.unit)}
    return render(request, "patrols/officer/form.html", context)


def _saved(request: SignedInRequest, form: OfficerForm, times: Any) -> bool:
    kept = [row for row in times.forms if row not in times.deleted_forms and (row.instance.pk or row.has_changed())]
    try:
        officers.save_officer(
            by=request.user,
            officer=form.save(commit=False),
            beats=list(form.cleaned_data["beats"]),
            availability=[row.instance for row in kept],
        )
    except Refused as refusal:
        for problem in refusal.problems:
            target = form if problem.row is None else kept[problem.row - 1]
            target.add_error(problem.field, problem.message)
        return False
    return True
