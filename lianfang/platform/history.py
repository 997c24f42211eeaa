"""Who did it, and why: the context that the history triggers store beside each change.

Set as settings of the transaction, so that bulk writes, `update()`, COPY and raw SQL carry it too.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import pghistory
from django.contrib.auth.models import AbstractBaseUser
from django.db import connection, transaction
from django.db.models import Model

P = ParamSpec("P")
R = TypeVar("R")
M = TypeVar("M", bound=Model)

# Answers the settings as they were and lays the new ones over them, in one round trip.
ENTER = """
SELECT current_setting('lf.context', true), current_setting('lf.context_data', true),
  current_setting('lf.reason', true),
  set_config('lf.context', %s, true),
  set_config('lf.context_data',
    (coalesce(nullif(current_setting('lf.context_data', true), ''), '{}')::jsonb || %s::jsonb)::text, true),
  set_config('lf.reason', coalesce(nullif(%s, ''), current_setting('lf.reason', true), ''), true)
"""
LEAVE = """
SELECT set_config('lf.context', %s, true), set_config('lf.context_data', %s, true), set_config('lf.reason', %s, true)
"""


def track_in_bulk(model: type[M]) -> type[M]:
    """`pghistory.track()` for a table that is filled thousands of rows at a time: one trigger records a whole insert.

    Updates stay row by row: a statement's trigger pairs old and new rows by their key, and a change of the key itself
    would escape it.
    """
    inserts = pghistory.InsertEvent(level=pghistory.Statement)
    tracked: type[M] = pghistory.track(inserts, pghistory.UpdateEvent(), pghistory.DeleteEvent())(model)
    return tracked


@contextmanager
def acting(by: AbstractBaseUser | None, **details: str) -> Iterator[None]:
    """Record changes inside the block as done by `by`, with `details` (`reason=`, `path=`, `command=`…).

    `by=None` is the system itself. Blocks nest; the innermost counts. Needs a transaction.
    """
    actor = {"user": by.pk, "name": by.get_username()} if by is not None else {"name": "system"}
    with connection.cursor() as cursor:
        cursor.execute(ENTER, [str(uuid.uuid4()), json.dumps(actor | details), details.get("reason", "")])
        before = [value or "" for value in cursor.fetchone()[:3]]
    try:
        yield
    finally:
        # After a database error the transaction takes no statement; its rollback drops the settings anyway.
        if not connection.needs_rollback and connection.in_atomic_block:
            with connection.cursor() as cursor:
                cursor.execute(LEAVE, before)


def service(function: Callable[P, R]) -> Callable[P, R]:
    """A write over several rows: atomic, and recorded in the history as done by its `by=` argument.

    A `reason=` argument, where the service has one, is recorded too and opens what needs a reason.
    """

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        by: Any = kwargs["by"]
        details = {"service": function.__name__}
        if kwargs.get("reason"):
            details["reason"] = str(kwargs["reason"])
        with transaction.atomic(), acting(by, **details):
            return function(*args, **kwargs)

    return run
