"""One run of a job: what its body may ask and tell, and how its end is stored."""

from __future__ import annotations

import json
import logging
import threading
import time
from typing import Any

from django.db import connection
from django.utils import timezone

from lianfang.platform.jobs.line import Asked, Line
from lianfang.platform.jobs.registry import scope_for, work_of
from lianfang.platform.models import Job, JobStatus
from lianfang.platform.problems import Refused

logger = logging.getLogger("lianfang.jobs")

WRITE_SECONDS = 0.5  # progress and the question of a cancel go to the database at most this often


class Cancelled(Exception):
    """The work stopped before its end because it was asked to."""


class Run:
    """Handed to a job's body; safe to use from the threads that the body starts."""

    def __init__(self, job: Job, line: Line, stop: threading.Event | None = None) -> None:
        self.job = job
        self.owner = job.owner
        self._line = line
        self._stop = stop or threading.Event()
        self._asked = Asked(cancel=False, stop=False)
        self._asked_at = self._told_at = float("-inf")

    def progress(self, percent: float, **facts: Any) -> None:
        """Show how far the work is, 0 to 100, with numbers of the moment. May be called often: most calls write
        nothing."""
        now = time.monotonic()
        if now - self._told_at >= WRITE_SECONDS:
            self._told_at = self._asked_at = now
            self._asked = self._line.progress(int(max(0, percent)), facts)

    def note(self, percent: float, **facts: Any) -> None:
        """Store a fact that must not be lost, such as a finished part, at once."""
        self._told_at = self._asked_at = time.monotonic()
        self._asked = self._line.progress(int(max(0, percent)), facts)

    def remember(self, **so_far: Any) -> None:
        """Store what the work has so far at once, whatever transaction it is in: ids, never personal data. Should
        the process be killed, the next run finds it in `so_far`."""
        self._line.remember(so_far)

    @property
    def so_far(self) -> dict[str, Any]:
        """What an earlier run of this job remembered before it was killed."""
        return dict(self.job.result)

    def keep(self, **facts: Any) -> None:
        """Store facts within the transaction that writes what they tell of: both happen, or neither."""
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE platform_job SET facts = facts || %s::jsonb WHERE id = %s AND status = 'running'",
                [json.dumps(facts), str(self.job.pk)],
            )

    def cancelled(self) -> bool:
        """Whether the work is to be given up: somebody cancelled it, or the worker ends. May be called often."""
        self._ask()
        return self._asked.cancel or self._stop.is_set()

    def enough(self) -> bool:
        """Whether the work is to end now: cancelled, or asked to keep the best so far. May be called often."""
        return self.cancelled() or self._asked.stop

    def _ask(self) -> None:
        now = time.monotonic()
        if not self._asked.cancel and now - self._asked_at >= WRITE_SECONDS:
            self._asked_at = now
            self._asked = self._line.asked()

    def stop_if_cancelled(self) -> None:
        """Raises `Cancelled`."""
        if self.cancelled():
            raise Cancelled

    def done(self, result: dict[str, Any]) -> None:
        """Mark the job as done within the transaction that writes what it made: both happen, or neither."""
        Job.objects.filter(pk=self.job.pk, status=JobStatus.RUNNING).update(
            status=JobStatus.DONE, percent=100, result=result, finished_at=timezone.now()
        )


def execute(line: Line, stop: threading.Event | None = None) -> bool:
    """Do a job's work and store its end; False where it was stopped because the worker ends, not the job."""
    job = Job.objects.select_related("owner").filter(pk=line.job_id).first()
    if job is None or not line.begin():
        return True
    try:
        result = _body(Run(job, line, stop))
    except Cancelled:
        if stop is not None and stop.is_set() and not line.asked().cancel:
            return False
        line.finish(JobStatus.CANCELLED)
    except Exception as error:  # noqa: BLE001 - whatever a body raises ends its job, not the worker
        logger.warning("job %s (%s) failed: %s", job.pk, job.kind, error_code(error))
        line.finish(JobStatus.FAILED, error=error_code(error))
    else:
        line.finish(JobStatus.DONE, result=result)
    return True


def _body(run: Run) -> dict[str, Any] | None:
    work = work_of(run.job.kind)
    if work is None:
        raise LookupError
    with scope_for(run.owner, job=str(run.job.pk)):
        return work.body(run, **run.job.arguments)


def error_code(error: BaseException) -> str:
    """Class and code, as `Refused:roster_published` or `IntegrityError:23514`. Never the text: it may name people."""
    if isinstance(error, Refused):
        code = ",".join(problem.code for problem in error.problems)
    else:
        code = getattr(error.__cause__, "pgcode", None) or getattr(error, "code", None) or ""
    return f"{type(error).__name__}:{code}".rstrip(":")[:120]
