"""One migrated database for the whole session: each worker's own is a copy of it.

The template stays on the server from one session to the next, as long as the migrations are the same; what is laid
beside them is laid anew on each copy. `python -m tests.database` makes it ready
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
from django.db import connection, connections, transaction
from django.db.backends.utils import CursorWrapper

from lianfang.platform.security import secure_database

ROOT = Path(__file__).resolve().parent.parent
PREFIX = f"test_{settings.DATABASES['default']['NAME']}"
STAYS = {"django_content_type", "auth_permission"}  # what migrating writes


def open_copy(worker: str, *, keep: bool) -> None:
    """Connect Django to a new copy of the template, the worker's own; with `keep` to the one that is there."""
    name = _copy(worker)
    with _server() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if not (keep and cursor.fetchone()):
            template = _template(cursor)
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
            cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    _use(name)
    secure_database()
    empty()  # a session that was killed left its rows in a copy that is kept


def drop_copy(worker: str) -> None:
    connections.close_all()
    with _server() as cursor:
        # A live server's thread may still hold its connection. WITH (FORCE) would fail where autovacuum is at work:
        # it belongs to a superuser. Without it PostgreSQL sends autovacuum away by itself.
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = %s AND backend_type = 'client backend' AND pg_has_role(usesysid, 'USAGE')",
            [_copy(worker)],
        )
        cursor.execute(f'DROP DATABASE IF EXISTS "{_copy(worker)}"')


def empty(_: object = None) -> None:
    """After a test that commits: the rows of the few tables that hold any.

    Django's own way truncates every table and lays rights and policies anew, which takes longer than most tests.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        tables = set(connection.introspection.django_table_names(only_existing=True)) - STAYS
        cursor.execute(" UNION ALL ".join(f"SELECT '{t}' WHERE EXISTS (SELECT FROM \"{t}\")" for t in sorted(tables)))
        filled = [table for (table,) in cursor.fetchall()]
        _for_each(cursor, filled, 'ALTER TABLE "{}" DISABLE TRIGGER USER')  # what may never be deleted is, here
        _for_each(cursor, filled, 'DELETE FROM "{}"')
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with checks to come is not altered
        _for_each(cursor, filled, 'ALTER TABLE "{}" ENABLE TRIGGER USER')


def _for_each(cursor: CursorWrapper, tables: list[str], statement: str) -> None:
    if tables:
        cursor.execute("; ".join(statement.format(table) for table in tables))


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
    files = {*ROOT.glob("*/migrations/*.py"), *ROOT.glob("lianfang/*/migrations/*.py")}
    for path in sorted({*files, ROOT / "lianfang/platform/migrating.py"}):
        found.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return found.hexdigest()[:12]


if __name__ == "__main__":
    django.setup()
    with _server() as server:
        _template(server)
