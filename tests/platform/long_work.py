"""Work for the tests of jobs. `HOLD` in the environment names a file whose absence keeps some of it waiting."""

from __future__ import annotations

import datetime as dt
import os
import time
from pathlib import Path
from typing import Any

from django.db import transaction

from lianfang.platform import jobs

HOLD = "LIANFANG_TEST_HOLD"
SECRET = "990101199001011234"


def hold(run: jobs.Run) -> None:
    """Wait until the file is there."""
    while not Path(os.environ[HOLD]).exists():
        run.stop_if_cancelled()
        time.sleep(0.05)


@jobs.work("test_add")
def add(run: jobs.Run, *, first: int, second: int) -> dict[str, Any]:
    run.progress(50, half=True)
    return {"sum": first + second}


@jobs.work("test_fail", errors={"no_luck": "bad luck"})
def fail(run: jobs.Run) -> None:
    from lianfang.platform.problems import Problem, Refused

    raise Refused([Problem("no_luck", f"the ID number {SECRET} is taken")])


@jobs.work("test_break")
def break_down(run: jobs.Run) -> None:
    raise ValueError(f"the ID number {SECRET} is wrong")


@jobs.work("test_members")
def members(run: jobs.Run) -> dict[str, Any]:
    """Every member there is, asked without any filter."""
    from personnel.models import Member

    return {"members": sorted(Member.objects.values_list("pk", flat=True))}


@jobs.work("test_day")
def add_day(run: jobs.Run) -> None:
    """Writes a row that can be written once only."""
    from teams.models import CalendarDay

    run.progress(10)
    hold(run)
    with transaction.atomic():
        CalendarDay.objects.create(date=dt.date(2026, 10, 1), kind="holiday")
        run.done({"written": True})


@jobs.work("test_best", keeps_best=True)
def improve(run: jobs.Run) -> dict[str, Any]:
    """Goes on for ever, unless somebody says that it is enough."""
    run.progress(60)
    while not run.enough():
        time.sleep(0.05)
    run.stop_if_cancelled()
    return {"kept": True}


@jobs.work("test_deaf")
def deaf(run: jobs.Run) -> None:
    """Never asks whether it is to stop."""
    run.progress(10)
    while not Path(os.environ[HOLD]).exists():
        time.sleep(0.05)
