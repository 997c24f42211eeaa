"""A running job's own connection to the database.

It holds the job's lock as long as the process lives, and writes progress that is visible at once, whatever
transaction the work itself is in.
"""

from __future__ import annotations

import json
import threading
import time
from types import TracebackType
from typing import Any, NamedTuple, Self
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

LOCK_SECONDS = 5.0  # how long to wait for a sweep that looks at the job just now
POLL_SECONDS = 0.05
LOCK = "hashtextextended('lianfang.job:' || %s, 0)"


class Busy(Exception):
    """Another process works on the job."""


class Asked(NamedTuple):
    """What the owner asks of a running job: to give up, or to end now with what is best so far."""

    cancel: bool
    stop: bool


class Line:
    """Opens the connection and takes the lock; safe to use from several threads."""

    def __init__(self, job_id: UUID | str) -> None:
        self.job_id = str(job_id)
        self._guard = threading.Lock()
        self._connection: BaseDatabaseWrapper = connections[DEFAULT_DB_ALIAS].copy()
        self._connection.inc_thread_sharing()

    def __enter__(self) -> Self:
        """Raises `Busy`."""
        deadline = time.monotonic() + LOCK_SECONDS
        while not self._one(f"SELECT pg_try_advisory_lock({LOCK})", self.job_id)[0]:
            if time.monotonic() > deadline:
                self._connection.close()
                raise Busy
            time.sleep(POLL_SECONDS)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def begin(self) -> bool:
        """Mark the job as running, from the start again where it ran before; False where it has ended already or was
        cancelled before."""
        return bool(
            self._one(
                "UPDATE platform_job SET status = 'running', attempts = attempts + 1, percent = 0,"
                " stop_requested = false, started_at = coalesce(started_at, now())"
                " WHERE id = %s AND status IN ('waiting', 'running') AND NOT cancel_requested RETURNING 1",
                self.job_id,
            )
        )

    def progress(self, percent: int, facts: dict[str, Any]) -> Asked:
        """Store how far the job is; returns what somebody asked of it."""
        return self._asked(
            "UPDATE platform_job SET percent = greatest(percent, least(99, %s)), facts = facts || %s::jsonb"
            " WHERE id = %s AND status = 'running' RETURNING cancel_requested, stop_requested",
            percent,
            json.dumps(facts),
            self.job_id,
        )

    def remember(self, result: dict[str, Any]) -> None:
        """Store what the job has so far; it stands until the job ends, also through a killed process."""
        self._one(
            "UPDATE platform_job SET result = %s WHERE id = %s AND status = 'running' RETURNING 1",
            json.dumps(result),
            self.job_id,
        )

    def asked(self) -> Asked:
        """What somebody asked of the job meanwhile."""
        return self._asked(
            "SELECT cancel_requested, stop_requested FROM platform_job WHERE id = %s AND status = 'running'",
            self.job_id,
        )

    def finish(self, status: str, *, result: dict[str, Any] | None = None, error: str = "") -> None:
        """Store how the job ended, unless it has ended already."""
        self._one(
            "UPDATE platform_job SET status = %s, result = %s, error = %s, finished_at = now(),"
            " percent = CASE WHEN %s = 'done' THEN 100 ELSE percent END"
            " WHERE id = %s AND status IN ('waiting', 'running') RETURNING 1",
            status,
            json.dumps(result or {}),
            error,
            status,
            self.job_id,
        )

    def _asked(self, sql: str, *values: str | int) -> Asked:
        row = self._one(sql, *values)
        return Asked(cancel=True, stop=False) if row is None else Asked(*row)  # a job that is gone needs no more work

    def _one(self, sql: str, *values: str | int) -> Any:
        with self._guard, self._connection.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchone()
