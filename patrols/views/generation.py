"""Generating a roster: ask, start the job, go to its page."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lianfang.platform import jobs
from lianfang.platform.models import Job
from patrols.forms.generation import GenerationAllForm, GenerationForm
from patrols.jobs import ERRORS
from patrols.models import DutyOrigin, Roster
from patrols.services import generation, generation_all
from teams.gate import SignedInRequest, gate, manageable
from teams.models import Unit, UnitKind
from teams.policy import Action

ABOVE_SQUADRONS = (UnitKind.DISTRICT, UnitKind.SUB_BUREAU, UnitKind.BRIGADE)


@require_http_methods(["GET", "POST"])
@gate(Action.ROSTER_EDIT)
def generate(request: SignedInRequest, pk: int) -> HttpResponse:
    """Asks how long to search and says what will be replaced; then starts the job."""
    roster = manageable(Roster.objects.select_related("unit"), request.user, Action.ROSTER_EDIT, pk=pk)
    problems = generation.obstacles(roster)
    form = GenerationForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and not problems:
        job = jobs.enqueue(
            generation.WORK,
            by=request.user,
            subject=f"roster:{roster.pk}",
            label=_label(roster),
            roster_id=roster.pk,
            seconds=form.cleaned_data["seconds"],
        )
        return _to_job(request, roster, job)
    context = {
        "roster": roster,
        "form": form,
        "problems": problems,
        "label": _label(roster),
        "counts": _counts(roster),
        "running": Job.objects.unfinished().filter(subject=f"roster:{roster.pk}").first(),
        "cancel_url": reverse("roster-grid", args=[roster.pk]),
    }
    return render(request, "patrols/generation/generate.html", context)


def _to_job(request: SignedInRequest, roster: Roster, job: Job) -> HttpResponse:
    if job.owner_id == request.user.pk:
        return redirect("job-detail", job.pk)
    messages.info(request, _("Somebody else is generating this roster just now. Look again in a moment."))
    return redirect("roster-grid", roster.pk)


def _label(roster: Roster) -> str:
    if roster.is_whole_month:
        return f"{roster.unit.label} {roster.first_day:%Y-%m}"
    return f"{roster.unit.label} {roster.first_day:%Y-%m-%d} – {roster.last_day:%Y-%m-%d}"


def _counts(roster: Roster) -> dict[str, Any]:
    """Duties that stay, and those that are replaced, the hand-made among them."""
    loose = Q(is_fixed=False)
    return roster.duties.aggregate(
        fixed=Count("pk", filter=Q(is_fixed=True)),
        replaced=Count("pk", filter=loose),
        by_hand=Count("pk", filter=loose & ~Q(origin=DutyOrigin.GENERATED)),
    )


@require_http_methods(["GET", "POST"])
@gate(Action.ROSTER_GENERATE_ALL)
def generate_all(request: SignedInRequest) -> HttpResponse:
    """Asks for a month and shows what stands in each squadron; then starts one job for all of them."""
    units = Unit.objects.manageable_by(request.user, Action.ROSTER_GENERATE_ALL).filter(kind__in=ABOVE_SQUADRONS)
    data = request.POST if request.method == "POST" else request.GET if "month" in request.GET else None
    form = GenerationAllForm(data, units=units, today=timezone.localdate())
    unit, month = form.initial["unit"], form.initial["month"]
    if form.is_bound and form.is_valid():
        unit, month = form.cleaned_data["unit"], form.cleaned_data["month"]
    if request.method == "POST" and form.is_valid():
        job = jobs.enqueue(
            generation_all.WORK,
            by=request.user,
            subject=f"rosters:{unit.pk}:{month:%Y-%m}",
            label=f"{unit.label} {month:%Y-%m}",
            unit_id=unit.pk,
            first_day=f"{month:%Y-%m-%d}",
            seconds=form.cleaned_data["seconds"],
            again=form.cleaned_data["again"],
        )
        if job.owner_id == request.user.pk:
            return redirect("job-detail", job.pk)
        messages.info(request, _("Somebody else is generating these rosters just now. Look again in a moment."))
    rows = generation_all.squadrons(unit, month) if unit else []
    context = {
        "form": form,
        "unit": unit,
        "month": month,
        "rows": [(row, ERRORS.get(row.obstacle, "")) for row in rows],
        "ready": sum(row.is_asked(again=False) for row in rows),
    }
    return render(request, "patrols/generation/all.html", context)
