"""Counties queued for generation, with one worker process and with two: ``python -m bench.county_queue --counties 10``.

Each county is one job (all its squadrons). Rosters are deleted between the runs, so both do the same work. Everybody
is invented, in a database of its own under a temporary directory that is deleted. The last line is JSON: what each run
took, and how many times as quick two workers were. A search that is proven optimal ends; the others use their time, so
the quality reached stands beside the seconds.
"""

from __future__ import annotations

import argparse
import datetime as dt
import itertools
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django
from django.core.management import call_command

from lianfang.platform.database import server

ROOT = Path(__file__).resolve().parent.parent
MONTH = dt.date(2026, 12, 1)
SHIFTS = (("早", "a", 8, 480), ("中", "b", 16, 480), ("夜", "c", 0, 480))
LOAD = 0.62  # of the duties that people could do at five a week
_SERIALS = itertools.count()
LIMIT = 4.0  # a run is given up after so many times the seconds of all its counties


def main() -> None:
    options = _parser().parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianfang.settings")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that workers and database end too
    sizes = [int(size) for size in options.squadrons.split(",")]
    begun = time.monotonic()
    with _own_database():
        counties = [_county(number, sizes) for number in range(options.counties)]
        print(f"{len(counties)} counties laid out in {time.monotonic() - begun:.0f} s", file=sys.stderr)
        runs = [_run(workers, counties, options.seconds) for workers in (1, 2)]
    facts = {
        "times": round(runs[0]["seconds"] / runs[1]["seconds"], 2),
        "county": f"a county is {sum(sizes)} people in {len(sizes)} squadrons",
        "broken": sum(run["broken"] for run in runs),
        "runs": runs,
    }
    print(json.dumps(facts))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench.county_queue", description=__doc__)
    parser.add_argument("--counties", type=int, default=10)
    parser.add_argument("--squadrons", default="120" + ",29" * 12, help="the people of each squadron of a county")
    parser.add_argument("--seconds", type=float, default=90, help="for all squadrons of a county")
    return parser


@contextmanager
def _own_database() -> Iterator[None]:
    """Set Django up on an empty database; nothing of it stays."""
    directory = Path(tempfile.mkdtemp(prefix="lianfang-queue-"))
    os.environ["LIANFANG_VAR"] = str(directory)
    os.environ.pop("DATABASE_URL", None)
    try:
        with server():
            django.setup()
            call_command("migrate", verbosity=0)
            yield
    finally:
        shutil.rmtree(directory, ignore_errors=True)


# --- the counties ----------------------------------------------------------------------------------------------------


def _county(number: int, sizes: list[int]) -> Any:
    """A district with its squadrons; the same people and needs for each number."""
    from django.db import transaction

    from teams.models import Unit

    rng = random.Random(number)
    code = f"9909{number:02}"
    with transaction.atomic():
        county = Unit.objects.add_root({"code": f"{code}000000", "name": f"C{number}", "kind": "district"})
        for position, people in enumerate(sizes, 1):
            row = {"code": f"{code}{position:02}0000", "name": f"S{position}", "kind": "squadron"}
            _squadron(Unit.objects.add_child(county, row), people, rng)
    return county


def _squadron(squadron: Any, people: int, rng: random.Random) -> None:
    from patrols.models import Beat, CoverRequirement, ShiftType
    from teams.models import Unit

    group = Unit.objects.add_child(
        squadron, {"code": f"{squadron.code[:8]}010{0:01}", "name": f"{squadron.name}-1", "kind": "group"}
    )
    for number in range(people):
        _member(group, number, rng)
    shifts = [
        ShiftType.objects.create(
            unit=squadron, code=code, name=f"{code}班", key=key, starts_at=dt.time(hour), minutes=minutes, position=at
        )
        for at, (code, key, hour, minutes) in enumerate(SHIFTS)
    ]
    beats = [
        Beat.objects.create(unit=squadron, name=f"巡区{n}", kind="line", position=n) for n in range(max(1, people // 6))
    ]
    places = [(beat, shift) for beat in beats for shift in shifts]
    rng.shuffle(places)
    budget, rows = LOAD * people * 5 / 7, []
    for beat, shift in places:
        least = 2 if rng.random() < 0.3 else 1
        if least <= budget:
            budget -= least
            extra = rng.random() < 0.4
            rows.append(CoverRequirement(beat=beat, shift_type=shift, minimum=least, ideal=least + extra))
    CoverRequirement.objects.bulk_create(rows)


def _member(group: Any, number: int, rng: random.Random) -> None:
    from lianfang.platform.id_numbers import invented_id_number
    from personnel.models import DutyCertificate, Member

    born = dt.date(1985, 1, 1) + dt.timedelta(days=rng.randrange(6000))
    serial = next(_SERIALS)
    identity = invented_id_number(born, "male", serial % 500, division=f"990{serial // 500:03}")
    member = Member(unit=group, name=f"队员{number}", sex="male", id_number=identity, birth_date=born)
    member.hired_on = dt.date(2020, 1, 1)
    member.save()
    DutyCertificate.objects.create(
        member=member, number=f"BENCH{serial}", valid_from=dt.date(2020, 1, 1), valid_until=dt.date(2035, 1, 1)
    )


# --- one run ---------------------------------------------------------------------------------------------------------


def _run(workers: int, counties: list[Any], seconds: float) -> dict[str, Any]:
    """The seconds from queueing all counties, with workers that wait, until the last job is finished."""
    from lianfang.platform import jobs
    from patrols.models import Roster
    from patrols.services import generation_all

    Roster.objects.all().delete()
    asked: dict[str, Any] = {"first_day": MONTH.isoformat(), "seconds": seconds}
    env = {**os.environ, "LIANFANG_WORKERS": str(workers)}
    processes = [subprocess.Popen([sys.executable, "manage.py", "work"], cwd=ROOT, env=env) for _ in range(workers)]
    try:
        for process in processes:
            _settle(process.pid)
        begun = time.monotonic()
        queued = [jobs.enqueue(generation_all.WORK, by=None, unit_id=county.pk, **asked) for county in counties]
        _wait([job.pk for job in queued], begun + LIMIT * seconds * len(counties))
        took = time.monotonic() - begun
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait()
    return {
        "workers": workers,
        "threads": _threads(env),
        "counties": len(counties),
        **_quality(),
        "seconds": round(took, 1),
    }


def _settle(pid: int) -> None:
    """Wait until the worker has loaded what it needs and waits for jobs itself, as it does at a station."""
    before = -1.0
    while True:
        now = _processor_seconds(pid)
        if now >= 0.5 and now - before < 0.05:
            return
        before = now
        time.sleep(1.0)


def _processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _wait(jobs: list[Any], until: float) -> None:
    from lianfang.platform.models import Job

    while Job.objects.unfinished().filter(pk__in=jobs).exists():
        if time.monotonic() > until:
            raise SystemExit("the workers did not finish in time")
        time.sleep(0.2)
    if failed := Job.objects.filter(pk__in=jobs).exclude(status="done").values_list("error", flat=True):
        raise SystemExit(f"{len(failed)} jobs failed: {sorted(set(failed))}")


def _threads(env: dict[str, str]) -> int:
    """What the workers' own settings say."""
    command = [sys.executable, "-c", "from lianfang import settings; print(settings.SEARCH_THREADS)"]
    return int(subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True).stdout)


def _quality() -> dict[str, Any]:
    from patrols.models import Roster

    facts = list(Roster.objects.values_list("generation", flat=True))
    return {
        "rosters": len(facts),
        "searched": round(sum(row["seconds"] for row in facts), 1),
        "proven": sum(row["status"] == "optimal" for row in facts),
        "objective": sum(row["objective"] for row in facts),
        "bound": sum(row["bound"] or 0 for row in facts),
        "broken": sum(row["hard_violations"] for row in facts),
        "open": sum(row["uncovered"] for row in facts),
    }


if __name__ == "__main__":
    main()
