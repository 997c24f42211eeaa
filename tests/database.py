"""One migrated database for the whole session: each worker's own is a copy of it.

Migrating takes longer than two hundred tests. The template stays on the server from one session to the next, as long
as migrations, models and what is laid beside them are the same. `python -m tests.database` makes it ready
(DJANGO_SETTINGS_MODULE=tests.settings).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.db.backends.utils import CursorWrapper

ROOT = Path(__file__).resolve().parent.parent
PREFIX = f"test_{settings.DATABASES['default']['NAME']}"
# What a migrated database is made of.
CODE = ("migrations/*.py", "models/**/*.py", "models.py", "database.py", "apps.py", "security.py")


def open_copy(worker: str) -> None:
    """Connect Django to a new copy of the template, the worker's own."""
    name = _copy(worker)
    with _server() as cursor:
        template = _template(cursor)
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    _use(name)


def drop_copy(worker: str) -> None:
    connections.close_all()
    with _server() as cursor:  # a live server's thread may still hold its connection
        cursor.execute(f'DROP DATABASE IF EXISTS "{_copy(worker)}" WITH (FORCE)')


def _copy(worker: str) -> str:
    return f"{PREFIX}_{worker}"


@contextmanager
def _server() -> Iterator[CursorWrapper]:
    """A connection to the server; one process at a time makes the template or copies it."""
    with connection._nodb_cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute("SELECT pg_advisory_lock(hashtext('lianfang.tests'))")
        yield cursor


def _template(cursor: CursorWrapper) -> str:
    """The name of the template, made where it is missing; older ones are dropped."""
    name = f"{PREFIX}_template_{_digest()}"
    cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{PREFIX}_template_%"])
    found = {row[0] for row in cursor.fetchall()}
    for old in found - {name}:
        cursor.execute(f'DROP DATABASE "{old}"')
    if name not in found:
        _make(cursor, name)
    return name


def _make(cursor: CursorWrapper, name: str) -> None:
    """Under another name until it is whole."""
    unfinished, before = f"{PREFIX}_unfinished", connection.settings_dict["NAME"]
    cursor.execute(f'DROP DATABASE IF EXISTS "{unfinished}"')
    cursor.execute(f'CREATE DATABASE "{unfinished}"')
    _use(unfinished)
    try:
        call_command("migrate", verbosity=0, interactive=False)
    finally:
        _use(before)
    cursor.execute(f'ALTER DATABASE "{unfinished}" RENAME TO "{name}"')


def _use(name: str) -> None:
    connections.close_all()
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name


def _digest() -> str:
    found = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
    folders = {*ROOT.glob("*"), *ROOT.glob("lianfang/*")}
    for path in sorted({path for folder in folders for pattern in CODE for path in folder.glob(pattern)}):
        found.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return found.hexdigest()[:12]


if __name__ == "__main__":
    django.setup()
    with _server() as server:
        _template(server)
