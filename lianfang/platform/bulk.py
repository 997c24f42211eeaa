"""Many rows at once, by COPY into a table of the session and one statement from there.

COPY itself refuses tables with row-level security; the INSERT or UPDATE that follows keeps to it, and fires the
history triggers and checks the constraints like any other. `save` and signals are not called.
"""

from __future__ import annotations

import datetime as dt
import io
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any

from django.db import connection
from django.db.models import Field, Model

from lianfang.platform.fields import EncryptedTextField, encrypt

STAGE = '"pg_temp"."lf_stage"'
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
AnyField = Field[Any, Any]


def copy_insert(model: type[Model], rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Insert rows given as values by column (`unit_id`); what a row leaves out takes the field's default.

    Answers their ids, in the same order.
    """
    if not rows:
        return []
    fields: list[AnyField] = [f for f in model._meta.concrete_fields if not f.primary_key]
    defaults = {f.attname: f.get_default() for f in fields}
    values = ([whole[name] for name in defaults] for whole in ({**defaults, **row} for row in rows))
    table = model._meta.db_table
    ids = _new_ids(table, len(rows))
    columns = _stage(table, [model._meta.pk, *fields], ([pk, *row] for pk, row in zip(ids, values, strict=True)))
    with connection.cursor() as cursor:
        cursor.execute(f'INSERT INTO "{table}" ({columns}) SELECT {columns} FROM {STAGE}')
        cursor.execute(f"DROP TABLE {STAGE}")
    return ids


def copy_update(changed: Iterable[tuple[Model, frozenset[str]]]) -> int:
    """Write the named fields of each row, and no others; answers how many rows the database let be written."""
    groups: dict[frozenset[str], list[Model]] = defaultdict(list)
    for row, names in changed:
        if names:
            groups[names].append(row)
    return sum(_update(rows, names) for names, rows in groups.items())


def _update(rows: list[Model], names: frozenset[str]) -> int:
    meta = rows[0]._meta
    fields: list[Any] = [meta.get_field(name) for name in sorted(names)]
    values = map(attrgetter(meta.pk.attname, *(f.attname for f in fields)), rows)
    _stage(meta.db_table, [meta.pk, *fields], values)
    sets = ", ".join(f'"{f.column}" = new."{f.column}"' for f in fields)
    with connection.cursor() as cursor:
        cursor.execute(f'UPDATE "{meta.db_table}" AS row SET {sets} FROM {STAGE} AS new WHERE row.id = new.id')
        written: int = cursor.rowcount
        cursor.execute(f"DROP TABLE {STAGE}")
    return written


def _new_ids(table: str, count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [f'"{table}"'])
        sequence = cursor.fetchone()[0]
        cursor.execute("SELECT array_agg(nextval(%s::regclass)) FROM generate_series(1, %s)", [sequence, count])
        return list(cursor.fetchone()[0])


def _stage(table: str, fields: Sequence[AnyField], rows: Iterable[Sequence[Any]]) -> str:
    """Lay the rows into the session's own table; answers its columns."""
    columns = ", ".join(f'"{f.column}"' for f in fields)
    with connection.cursor() as cursor:
        cursor.execute(
            f'CREATE TEMPORARY TABLE lf_stage ON COMMIT DROP AS SELECT {columns} FROM "{table}" WITH NO DATA'
        )
        cursor.copy_expert(f"COPY {STAGE} ({columns}) FROM STDIN", copy_text(fields, rows))
    return columns


def copy_text(fields: Sequence[AnyField], rows: Iterable[Sequence[Any]]) -> io.StringIO:
    """The rows as PostgreSQL's COPY reads them, encrypted fields encrypted."""
    writers = [_sealed if isinstance(f, EncryptedTextField) else _text for f in fields]
    lines = ["\t".join([write(value) for write, value in zip(writers, row, strict=True)]) for row in rows]
    return io.StringIO("\n".join([*lines, ""]))


def _sealed(value: Any) -> str:
    return encrypt(value) if value else _text(value)


def _text(value: Any) -> str:
    form = _FORMS.get(type(value))
    if form is None and isinstance(value, str):
        return _escaped(str(value))  # a choice
    if form is None:
        raise TypeError(f"no COPY form for {type(value).__name__}")
    return form(value)


def _escaped(text: str) -> str:
    return text if text.isalnum() else text.translate(_ESCAPES)


_FORMS: dict[type, Callable[[Any], str]] = {
    type(None): lambda value: "\\N",
    str: _escaped,
    int: str,
    bool: str,
    dt.date: str,
    dt.datetime: str,
}
