"""Import of a large roster workbook, beside the time of reading it and of a plain COPY of the same rows.

Each figure stands twice: seconds of the clock, and seconds of processor that this process and its PostgreSQL backend
used, which say more on a machine that does other work meanwhile.

Usage: `python -m bench.member_import [--rows 20000] [--profile]`. Everybody is invented; nothing stays in the database.
"""

from __future__ import annotations

import argparse
import cProfile
import datetime as dt
import io
import os
import pstats
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import django
from django.core.management import call_command

from lianfang.platform.database import server

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀英霞平刚桂华建国文志"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--profile", action="store_true", help="print where the import spends its time")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianfang.settings")
    with server():
        django.setup()
        call_command("migrate", verbosity=0)
        run(options.rows, profile=options.profile)


def run(count: int, *, profile: bool) -> None:
    """Invent `count` people, write their workbook, measure."""
    from lianfang.platform.workbook import Column, write_table
    from personnel.roster_workbook.columns import COLUMNS

    people = [_person(n) for n in range(count)]
    columns = [c for c in COLUMNS if c.key in people[0]]
    data = write_table(
        "花名册", [Column(c.title) for c in columns], [[p[c.key] for c in columns] for p in people], title="花名册"
    )
    print(f"{count} people, {len(columns)} columns, {len(data) / 1e6:.1f} MB; load {os.getloadavg()[0]:.1f}")
    measure(data, profile=profile)


def measure(data: bytes, *, profile: bool = False) -> None:
    """Print the seconds of each step, all in one transaction that is rolled back."""
    from django.db import connection, transaction

    from personnel.models import Member
    from teams.scope import row_scope

    _sweep(connection)
    watch = Watch(connection)
    with transaction.atomic():
        leader, squadron = _people_in_charge()
        reading, rows = watch.time(lambda: _cells(data))
        profiler = cProfile.Profile()
        with row_scope(leader):  # as a request: the application's role, row-level security, history
            if profile:
                profiler.enable()
            whole, result = watch.time(lambda: _import(data, leader, squadron))
            profiler.disable()
            again, _same = watch.time(lambda: _import(data, leader, squadron))
        members = list(Member.objects.filter(unit__path__startswith=squadron.path).prefetch_related("certificates"))
        certificates = [c for m in members for c in m.certificates.all()]
        copying = sum((_copy_time(connection, watch, some) for some in (members, certificates)), Seconds())
        transaction.set_rollback(True)
    yardstick = reading + copying
    print(f"{'':23}  clock  processor")
    print(f"reading (cells only)    {reading}   {len(rows)} rows")
    print(f"plain COPY              {copying}   {len(members)} members, {len(certificates)} certificates")
    print(f"whole import            {whole}   {result.new} new")
    print(f"the same file again     {again}")
    print(f"ratio, first            {whole / yardstick}   (asked: at most 3)")
    print(f"ratio, again            {again / yardstick}")
    if profile:
        pstats.Stats(profiler).sort_stats("tottime").print_stats(35)


class Seconds(NamedTuple):
    """Of the clock and of the processor."""

    clock: float = 0.0
    processor: float = 0.0

    def __add__(self, other: Any) -> Seconds:
        return Seconds(self.clock + other.clock, self.processor + other.processor)

    def __truediv__(self, other: Seconds) -> Seconds:
        return Seconds(self.clock / other.clock, self.processor / other.processor)

    def __str__(self) -> str:
        return f"{self.clock:6.2f}  {self.processor:6.2f}"


class Watch:
    """Times this process together with its PostgreSQL backend; without Linux's /proc, this process alone."""

    def __init__(self, connection: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            self._backend = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")

    def time(self, action: Callable[[], Any]) -> tuple[Seconds, Any]:
        before = self._now()
        result = action()
        after = self._now()
        return Seconds(after.clock - before.clock, after.processor - before.processor), result

    def _now(self) -> Seconds:
        backend = int(self._backend.read_text().split()[0]) / 1e9 if self._backend.exists() else 0.0
        return Seconds(time.perf_counter(), time.process_time() + backend)


def _sweep(connection: Any) -> None:
    """Clear away the rows that an earlier run rolled back: PostgreSQL would judge the tables' size by them."""
    with connection.cursor() as cursor:
        for table in ("personnel_member", "personnel_dutycertificate"):
            cursor.execute(f"VACUUM {table}, {table}event")


def _people_in_charge() -> tuple[Any, Any]:
    from teams.models import Post, Unit, User

    district = Unit.objects.add_root({"code": "990999000000", "name": "D", "kind": "district"})
    squadron = Unit.objects.add_child(district, {"code": "990999010000", "name": "S", "kind": "squadron"})
    for number in range(1, 21):
        Unit.objects.add_child(squadron, {"code": f"990999010{number:03d}", "name": f"{number}班", "kind": "group"})
    leader = User.objects.create(username="bench-leader")
    Post.objects.create(user=leader, role="leader", unit=squadron, starts=dt.date(2020, 1, 1))
    return leader, squadron


def _import(data: bytes, by: Any, unit: Any) -> Any:
    """The import, with the foreign keys checked that PostgreSQL would look at on commit."""
    from django.db import connection

    from personnel.services import imports

    result = imports.import_members(by=by, table=imports.read_roster(data), unit=unit)
    connection.check_constraints()
    return result


def _cells(data: bytes) -> list[Any]:
    """The cells of the first sheet, read by the reader that the import uses, without a check."""
    from python_calamine import CalamineWorkbook

    return CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()


def _copy_time(connection: Any, watch: Watch, rows: list[Any]) -> Seconds:
    """One COPY of finished text into a table with the same columns, indexes and checks, without history."""
    from lianfang.platform.bulk import copy_text

    fields = list(rows[0]._meta.concrete_fields)
    columns = ", ".join(f'"{f.column}"' for f in fields)
    text = copy_text(fields, [[getattr(row, f.attname) for row in rows] for f in fields])
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE TEMPORARY TABLE bench_rows (LIKE "{rows[0]._meta.db_table}" INCLUDING ALL)')
        seconds, _done = watch.time(lambda: cursor.copy_expert(f"COPY bench_rows ({columns}) FROM STDIN", text))
        cursor.execute("DROP TABLE bench_rows")
    return seconds


def _person(n: int) -> dict[str, Any]:
    from lianfang.platform.id_numbers import invented_id_number

    some = random.Random(n)
    born = dt.date(1975, 1, 1) + dt.timedelta(days=n % 10_000)
    return {
        "squadron": "S",
        "group": f"{n % 20 + 1}班",
        "name": some.choice(SURNAMES) + some.choice(GIVEN) + some.choice(GIVEN),
        "sex": "男",
        "id_number": invented_id_number(born, "male", n // 10_000, division="990999"),
        "birth_date": born,
        "phone": f"138{n:08d}",
        "ethnicity": "汉族",
        "native_place": "示范县",
        "political_status": some.choice(["群众", "共青团员", "中共党员"]),
        "education": some.choice(["大专", "本科", "高中"]),
        "school": "某某职业学院",
        "major": "治安",
        "source": some.choice(["退役军人", "社会招聘"]),
        "staff_category": "勤务辅警",
        "position": "巡逻员",
        "level": "五级",
        "hired_on": dt.date(2015, 1, 1) + dt.timedelta(days=n % 3000),
        "contract_from": dt.date(2024, 7, 1),
        "contract_until": dt.date(2027, 6, 30),
        "certificate_number": f"BENCH{n:06d}",
        "certificate_until": dt.date(2030, 12, 31),
    }


if __name__ == "__main__":
    main()
