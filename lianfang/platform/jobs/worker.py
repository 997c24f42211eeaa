"""The worker process: takes jobs one by one, sweeps up after killed workers, ends in time when told to.

A killed worker's job stays marked as running, but its lock is free: that is how a sweep knows.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import signal
import socket
import threading
import time
from types import FrameType
from typing import Any, NoReturn
from uuid import UUID

from django.db import OperationalError, close_old_connections, connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import get_random_string
from django_tasks.base import TaskResultStatus
from django_tasks_db.management.commands import db_worker
from django_tasks_db.models import DBTaskResult

from lianfang.platform import throttle
from lianfang.platform.jobs.line import LOCK, Busy, Line
from lianfang.platform.jobs.queue import perform
from lianfang.platform.jobs.registry import cleaners
from lianfang.platform.jobs.run import execute
from lianfang.platform.models import Job, JobStatus

logger = logging.getLogger("lianfang.jobs")

INTERVAL = 0.5  # seconds between two looks at an empty queue
SWEEP_SECONDS = 2.0
PRUNE_SECONDS = 3600.0
ATTEMPTS = 3  # a job whose worker died that often is given up
GRACE_SECONDS = 3.0  # for a job to reach a safe point after TERM
KEEP_JOBS, KEEP_TASKS = dt.timedelta(days=90), dt.timedelta(days=1)
GAVE_UP = "WorkerLost:gave_up"


class Worker(db_worker.Worker):  # type: ignore[misc]
    """django-tasks' loop, with a lock for each job. With `batch` it ends when nothing is left to do."""

    def __init__(self, *, batch: bool = False) -> None:
        super().__init__(
            queue_names=["*"],
            interval=INTERVAL,
            batch=batch,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=get_random_string(32),
            excluded_queue_names=[],
        )
        self.stop = threading.Event()
        self.job_id: str | None = None

    def work(self) -> None:
        """Run until told to stop."""
        self.configure_signals()
        sweep()
        threading.Thread(target=sweep_forever, args=(self.stop,), daemon=True).start()
        self.run()
        leave()

    def run_task(self, db_task_result: Any) -> None:
        if db_task_result.task_path != perform.module_path:
            super().run_task(db_task_result)
            return
        self.running_task = True
        try:
            self._run_job(db_task_result)
        finally:
            self.running_task, self.job_id = False, None

    def _run_job(self, row: Any) -> None:
        try:
            with Line(row.args_kwargs["kwargs"]["job_id"]) as line:
                row.refresh_from_db()
                if row.status != TaskResultStatus.RUNNING or row.worker_ids[-1] != self.worker_id:
                    return  # a sweep found it between our claim and our lock
                self.job_id = line.job_id
                if execute(line, self.stop):
                    row.set_successful(None)
                else:
                    release(line.job_id)
        except Busy:
            return  # whoever holds the lock does the work, or a sweep finds it

    # --- the end -------------------------------------------------------------------------------------------------

    def configure_signals(self) -> None:
        """Heed TERM, INT and HUP, also while the main thread is deep in the solver and runs no Python."""
        ours, theirs = socket.socketpair()
        theirs.setblocking(False)
        signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self.shutdown)
        threading.Thread(target=self._watch, args=(ours, theirs), daemon=True).start()

    def shutdown(self, signum: int, frame: FrameType | None) -> None:
        self.running = False
        self.stop.set()
        if not self.running_task:
            leave()

    def _watch(self, signals: socket.socket, _keep: socket.socket) -> None:
        """After the first signal the job has a moment to stop by itself; then it is given back and the process ends."""
        signals.recv(1)
        self.stop.set()
        time.sleep(GRACE_SECONDS)
        try:
            if self.job_id is not None:
                release(self.job_id)
        finally:
            leave()


def leave() -> NoReturn:
    """End at once: nothing is left to tidy up, and with the solver loaded the usual way out takes seconds."""
    os._exit(0)


def release(job_id: str) -> None:
    """Give a running job back, to be taken again; the interrupted attempt does not count."""
    with transaction.atomic():
        job = Job.objects.select_for_update().filter(pk=job_id, status=JobStatus.RUNNING).first()
        if job is not None:
            _make_ready(job, attempts=max(0, job.attempts - 1))


def _make_ready(job: Job, *, attempts: int) -> None:
    job.status, job.attempts = JobStatus.WAITING, attempts
    job.save(update_fields=["status", "attempts"])
    if job.task_id is not None:
        DBTaskResult.objects.filter(pk=job.task_id).update(status=TaskResultStatus.READY)


# --- sweeping --------------------------------------------------------------------------------------------------------


def sweep_forever(stop: threading.Event) -> None:
    """Sweep every few seconds, prune every hour; a database that is away for a moment is waited for."""
    pruned = float("-inf")
    while not stop.wait(SWEEP_SECONDS):
        try:
            sweep()
            if time.monotonic() - pruned > PRUNE_SECONDS:
                pruned = time.monotonic()
                prune()
        except OperationalError:
            logger.warning("the sweep did not reach the database")
        finally:
            close_old_connections()


def sweep() -> int:
    """Make ready again the jobs of workers that are gone; returns how many rows it changed."""
    running = DBTaskResult.objects.running().filter(task_path=perform.module_path)
    return sum(_recover_if_free(row.pk, row.args_kwargs["kwargs"]["job_id"]) for row in running)


def _recover_if_free(task_id: UUID, job_id: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_try_advisory_lock({LOCK})", [job_id])
        if not cursor.fetchone()[0]:
            return False
        try:
            return _recover(task_id, job_id)
        finally:
            cursor.execute(f"SELECT pg_advisory_unlock({LOCK})", [job_id])


@transaction.atomic
def _recover(task_id: UUID, job_id: str) -> bool:
    """Under the job's lock: what a dead worker left behind, put right."""
    rows = DBTaskResult.objects.select_for_update().filter(pk=task_id, status=TaskResultStatus.RUNNING)
    if not rows.exists():
        return False
    job = Job.objects.select_for_update().filter(pk=job_id).first()
    if job is not None and not job.is_finished:
        if not job.cancel_requested and job.attempts < ATTEMPTS:
            _make_ready(job, attempts=job.attempts)
            return True
        job.status = JobStatus.CANCELLED if job.cancel_requested else JobStatus.FAILED
        job.error = "" if job.cancel_requested else GAVE_UP
        job.finished_at = timezone.now()
        job.save(update_fields=["status", "error", "finished_at"])
    rows.update(status=TaskResultStatus.SUCCESSFUL, finished_at=timezone.now())
    return True


def prune() -> None:
    """Forget finished jobs after three months, their queue rows after a day, and what else has had its time."""
    now = timezone.now()
    for clean in cleaners():
        try:
            clean(now)
        except Exception as error:  # noqa: BLE001  (one app's trouble must not end the sweep of all)
            # The class alone: an error's text may name people.
            logger.error("%s.%s failed: %s", clean.__module__, clean.__qualname__, type(error).__name__)  # noqa: TRY400
    Job.objects.exclude(Q(finished_at=None) | Q(finished_at__gt=now - KEEP_JOBS)).delete()
    DBTaskResult.objects.finished().filter(finished_at__lt=now - KEEP_TASKS).delete()
    throttle.prune(now)
