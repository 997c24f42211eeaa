"""Background jobs as their owners see them. A job of somebody else does not exist."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lianfang.platform import jobs
from lianfang.platform.models import Job, JobStatus

SHOWN = 50


@require_safe
@login_required
def job_list(request: HttpRequest) -> HttpResponse:
    """The newest jobs of the signed-in user."""
    rows = Job.objects.owned_by(request.user)[:SHOWN]
    return render(request, "platform/job_list.html", {"jobs": [_described(job) for job in rows]})


@require_safe
@login_required
def job_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How far a job is; the page asks for itself again until the job has ended."""
    job = get_object_or_404(Job.objects.owned_by(request.user), pk=pk)
    template = "platform/_job.html" if request.headers.get("HX-Request") else "platform/job_detail.html"
    response = render(request, template, _described(job))
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@login_required
def job_cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask a job to stop."""
    job = get_object_or_404(Job.objects.owned_by(request.user), pk=pk)
    jobs.cancel(job)
    return redirect("job-detail", job.pk)


@require_POST
@login_required
def job_stop(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask a job to end now and keep the best so far."""
    job = get_object_or_404(Job.objects.owned_by(request.user), pk=pk)
    jobs.stop(job)
    return redirect("job-detail", job.pk)


def _described(job: Job) -> dict[str, Any]:
    """A job with the words of its kind of work."""
    work = jobs.work_of(job.kind)
    facts = {**job.facts, **job.result}
    return {
        "job": job,
        "title": work.title if work else job.kind,
        "facts": work.show(facts) if work else [],
        "link": work.link(job) if work and work.link else "",
        "keeps_best": bool(work and work.keeps_best),
        "part": work.part if work else "",
        "rows": work.rows(job) if work else (),
        "failure": _failure(job, work) if job.status == JobStatus.FAILED else "",
    }


def _failure(job: Job, work: jobs.Work | None) -> str:
    """Why it failed and what to do, in words where the work knows them; always with what support needs."""
    codes = job.error.partition(":")[2].split(",")
    known = [str(work.errors[code]) for code in codes if work and code in work.errors]
    if known:
        return " ".join(known)
    if job.error.startswith("WorkerLost"):
        return _("The work was interrupted again and again and was given up. Try again, or tell the administrator.")
    text = _("Something unexpected stopped the work. Try again; if it happens again, tell the administrator: %(code)s")
    return text % {"code": job.error}
