"""Asking for work, and asking it to stop."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django_tasks import task

from lianfang.platform.jobs.line import Line
from lianfang.platform.jobs.registry import work_of
from lianfang.platform.jobs.run import execute
from lianfang.platform.models import Job, JobStatus


@task()
def perform(job_id: str) -> None:
    """What django-tasks is told to do. Our own worker calls `execute` itself, to release a job when it must stop."""
    with Line(job_id) as line:
        execute(line)


def enqueue(name: str, *, by: Any, subject: str = "", label: str = "", **arguments: Any) -> Job:
    """Ask for the work `name` on behalf of `by` (None: the system); `arguments` are JSON and hold ids only.
    `label` says what it is about (no person's name).

    With a `subject` ("roster:12") there is one unfinished job at a time: where one is unfinished, that one is returned,
    whoever asked for it. Raises LookupError for an unknown name.
    """
    if work_of(name) is None:
        raise LookupError(f"no work is registered as {name}")
    unfinished = Job.objects.unfinished().filter(subject=subject)
    while True:
        if subject and (found := unfinished.first()):
            return found
        try:
            with transaction.atomic():
                return _add(Job(kind=name, owner=by, subject=subject, label=label, arguments=arguments))
        except IntegrityError:
            if not subject:
                raise


def _add(job: Job) -> Job:
    job.task_id = perform.enqueue(job_id=str(job.pk)).id
    job.save(force_insert=True)
    return job


def stop(job: Job) -> None:
    """Ask a running job to end now with the best so far; one that does not run yet has nothing to keep."""
    Job.objects.filter(pk=job.pk, status=JobStatus.RUNNING).update(stop_requested=True)


def cancel(job: Job) -> None:
    """Stop a waiting job at once and a running one at its next safe point; a finished one stays as it is."""
    Job.objects.filter(pk=job.pk, status=JobStatus.RUNNING).update(cancel_requested=True)
    Job.objects.filter(pk=job.pk, status=JobStatus.WAITING).update(
        cancel_requested=True, status=JobStatus.CANCELLED, finished_at=timezone.now()
    )
