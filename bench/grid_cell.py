"""A changed cell and the whole page of the roster grid, through every layer of the server.

Usage: `python -m bench.grid_cell [--people 60] [--rounds 30] [--profile]`. One squadron on 31 days, three shift types,
five beats, and the month before. Everybody is invented; nothing stays in the database.
"""

from __future__ import annotations

import argparse
import cProfile
import datetime as dt
import json
import os
import pstats
import statistics
import time
from collections.abc import Callable
from typing import Any

import django
from django.core.management import call_command

from lianfang.platform.database import server

MONTHS = ((dt.date(2026, 11, 1), 30), (dt.date(2026, 12, 1), 31))
SHIFTS = (("早", "a", 8, 480), ("中", "b", 16, 480), ("夜", "c", 22, 600))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--profile", action="store_true", help="print where a changed cell spends its time")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianfang.settings")
    with server():
        django.setup()
        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        run(options.people, options.rounds, profile=options.profile)


def run(people: int, rounds: int, *, profile: bool) -> None:
    """Set up, measure, print; all in one transaction that is rolled back."""
    from django.conf import settings
    from django.db import transaction

    settings.ALLOWED_HOSTS = ["testserver"]
    with transaction.atomic():
        leader, roster, members = _station(people)
        client = _client(leader)
        print(f"{people} people × 31 days, load {os.getloadavg()[0]:.1f}")
        address = f"/rosters/{roster.pk}/"
        _report("changed cell", _measured(lambda n: _change(client, address, members, n), rounds))
        _report("block of 100 cells", _measured(lambda n: _block(client, address, members, n), max(3, rounds // 5)))
        _report("whole page", _measured(lambda _n: client.get(address), max(3, rounds // 5)))
        if profile:
            with cProfile.Profile() as profiler:
                _change(client, address, members, 1)
            pstats.Stats(profiler).sort_stats("cumulative").print_stats(60)
        transaction.set_rollback(True)


def _measured(action: Callable[[int], Any], rounds: int) -> list[tuple[float, float]]:
    """Wall and processor milliseconds of each round after the first, which warms up."""
    found = []
    for number in range(rounds + 1):
        wall, cpu = time.perf_counter(), time.process_time()
        response = action(number)
        found.append(((time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000))
        if response.status_code != 200:
            raise SystemExit(f"status {response.status_code}: {response.content[:300]!r}")
    return found[1:]


def _report(what: str, rounds: list[tuple[float, float]]) -> None:
    walls, processor = sorted(wall for wall, _cpu in rounds), [cpu for _wall, cpu in rounds]
    late = walls[int(len(walls) * 0.95)]
    print(
        f"{what:20} wall median {statistics.median(walls):6.0f} ms, 95 % {late:6.0f} ms;"
        f" processor median {statistics.median(processor):6.0f} ms   ({len(rounds)} rounds)"
    )


def _change(client: Any, address: str, members: list[Any], number: int) -> Any:
    code = SHIFTS[number % 3][0]
    return _send(client, address, [{"member": members[3].pk, "day": "2026-12-09", "shift": code}])


def _block(client: Any, address: str, members: list[Any], number: int) -> Any:
    days = [f"2026-12-{day:02d}" for day in range(1, 26)]
    code = SHIFTS[number % 3][0]
    return _send(client, address, [{"member": m.pk, "day": day, "shift": code} for m in members[:4] for day in days])


def _send(client: Any, address: str, changes: list[dict[str, Any]]) -> Any:
    return client.post(f"{address}cells/", json.dumps({"changes": changes}), content_type="application/json")


def _client(user: Any) -> Any:
    from django.test import Client

    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def _station(count: int) -> tuple[Any, Any, list[Any]]:
    """A squadron with its leader, `count` members in groups of ten, and two months of duties."""
    from patrols.models import Roster
    from teams.models import Post, Unit, User

    district = Unit.objects.add_root({"code": "990999000000", "name": "D", "kind": "district"})
    squadron = Unit.objects.add_child(district, {"code": "990999010000", "name": "S", "kind": "squadron"})
    leader = User.objects.create(username="bench-leader", password="!")  # noqa: S106 - nobody signs in with it
    Post.objects.create(user=leader, role="leader", unit=squadron, starts=dt.date(2020, 1, 1))
    members = _members(squadron, count)
    shifts, beats = _cover(squadron)
    for first, days in MONTHS:
        roster = Roster.objects.create(unit=squadron, first_day=first, last_day=first + dt.timedelta(days=days - 1))
        _duties(roster, members, shifts, beats)
    return leader, roster, members


def _members(squadron: Any, count: int) -> list[Any]:
    from lianfang.platform.id_numbers import invented_id_number
    from personnel.models import DutyCertificate, Member
    from teams.models import Unit

    found = []
    for number in range(count):
        if number % 10 == 0:
            group = Unit.objects.add_child(
                squadron, {"code": f"990999010{number // 10 + 1:03d}", "name": f"{number // 10 + 1}班", "kind": "group"}
            )
        born = dt.date(1985, 1, 1) + dt.timedelta(days=number)
        identity = invented_id_number(born, "male", number, division="990999")
        member = Member(unit=group, name=f"队员{number}", sex="male", id_number=identity, birth_date=born)
        member.hired_on = dt.date(2020, 1, 1)
        member.save()
        DutyCertificate.objects.create(
            member=member, number=f"BENCH{number}", valid_from=dt.date(2020, 1, 1), valid_until=dt.date(2035, 1, 1)
        )
        found.append(member)
    return found


def _cover(squadron: Any) -> tuple[list[Any], list[Any]]:
    from patrols.models import Beat, CoverRequirement, ShiftType

    shifts = [
        ShiftType.objects.create(
            unit=squadron, code=code, name=f"{code}班", key=key, starts_at=dt.time(hour), minutes=minutes, position=at
        )
        for at, (code, key, hour, minutes) in enumerate(SHIFTS)
    ]
    beats = [Beat.objects.create(unit=squadron, name=f"巡区{n}", kind="line", position=n) for n in range(5)]
    CoverRequirement.objects.bulk_create(
        [CoverRequirement(beat=b, shift_type=s, minimum=2, ideal=3) for b in beats for s in shifts]
    )
    return shifts, beats


def _duties(roster: Any, members: list[Any], shifts: list[Any], beats: list[Any]) -> None:
    """Five days of work and two of rest, another shift each week."""
    from patrols.models import Duty

    rows = []
    for number, member in enumerate(members):
        for at, day in enumerate(roster.dates):
            if (number + at) % 7 < 5:
                shift = shifts[(number + at) // 7 % 3]
                starts, ends = shift.span_on(day)
                place = {"unit_id": member.unit_id, "shift_type": shift, "beat": beats[number % 5]}
                rows.append(Duty(roster=roster, member=member, day=day, starts=starts, ends=ends, **place))
    Duty.objects.bulk_create(rows)


if __name__ == "__main__":
    main()
