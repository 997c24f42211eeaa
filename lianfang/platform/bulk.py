"""Many rows at once, by COPY into a table of the session and one statement from there.

COPY itself refuses tables with row-level security; the INSERT or UPDATE that follows keeps to it, and fires the
history triggers and checks the constraints like any other. `save` and signals are not called.
"""

from __future__ import annotations

import datetime as dt
import gc
import io
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from operator import attrgetter
from typing import Any

from django.db import connection
from django.db.models import Field, Model

from lianfang.platform.fields import EncryptedTextField, encrypt_all

STAGE = '"pg_temp"."lf_stage"'
NULL = "\\N"
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_ESCAPED = "\\\t\n\r"
AnyField = Field[Any, Any]


@contextmanager
def uncollected() -> Iterator[None]:
    """Without the collector of reference cycles, which among hundreds of thousands of cells looks through them all
    again and again. Also a decorator."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def copy_insert(model: type[Model], rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Insert rows given as values by column (`unit_id`); what a row leaves out takes the field's default.

    Answers their ids, in the same order.
    """
    if not rows:
        return []
    fields: list[AnyField] = [f for f in model._meta.concrete_fields if not f.primary_key]
    table = model._meta.db_table
    ids = _new_ids(table, len(rows))
    values = [[row.get(f.attname, default) for row in rows] for f, default in ((f, f.get_default()) for f in fields)]
    columns = _stage(table, [model._meta.pk, *fields], [ids, *values])
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
    staged = [meta.pk, *fields]
    _stage(meta.db_table, staged, [list(map(attrgetter(f.attname), rows)) for f in staged])
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


def _stage(table: str, fields: Sequence[AnyField], columns: Sequence[Sequence[Any]]) -> str:
    """Lay the columns into the session's own table; answers their names."""
    names = ", ".join(f'"{f.column}"' for f in fields)
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE TEMPORARY TABLE lf_stage ON COMMIT DROP AS SELECT {names} FROM "{table}" WITH NO DATA')
        cursor.copy_expert(f"COPY {STAGE} ({names}) FROM STDIN", copy_text(fields, columns))
    return names


def copy_text(fields: Sequence[AnyField], columns: Sequence[Sequence[Any]]) -> io.StringIO:
    """The values of each field as PostgreSQL's COPY reads them, line by line; encrypted fields encrypted."""
    texts = [_column(field, values) for field, values in zip(fields, columns, strict=True)]
    return io.StringIO("\n".join([*map("\t".join, zip(*texts, strict=True)), ""]))


def _column(field: AnyField, values: Sequence[Any]) -> Sequence[str]:
    """One field of all rows as text. Whole columns at a time: most are of one type and repeat a few values."""
    if isinstance(field, EncryptedTextField):
        sealed = encrypt_all([value or "" for value in values])
        return [NULL if value is None else text for value, text in zip(values, sealed, strict=True)]
    kinds = set(map(type, values))
    if kinds == {str}:
        return _escaped(values)
    if kinds == {int}:
        return list(map(str, values))
    forms: dict[Any, str] = {value: _FORMS[kind](value) for kind, value in {(type(v), v) for v in values}}
    return [forms[value] for value in values]


def _escaped(texts: Sequence[str]) -> Sequence[str]:
    together = "".join(texts)
    if not any(mark in together for mark in _ESCAPED):
        return texts
    return [text.translate(_ESCAPES) for text in texts]


def _text(text: str) -> str:
    return text.translate(_ESCAPES)


class _Forms(dict[type, Callable[[Any], str]]):
    def __missing__(self, kind: type) -> Callable[[Any], str]:
        if issubclass(kind, str):
            return _text  # a choice
        raise TypeError(f"no COPY form for {kind.__name__}")


_FORMS = _Forms(
    {
        type(None): lambda value: NULL,
        str: _text,
        int: str,
        bool: str,
        dt.date: str,
        dt.datetime: str,
    }
)
