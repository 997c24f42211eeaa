"""Generating a roster: ask, start the job, go to its page."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lianfang.platform import jobs
from lianfang.platform.models import Job
from patrols.forms.generation import GenerationForm
from patrols.models import DutyOrigin, Roster
from patrols.services import generation
from teams.gate import SignedInRequest, gate, manageable
from teams.policy import Action


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
