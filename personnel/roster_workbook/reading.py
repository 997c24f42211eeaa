"""What the cells of the table say of each person, without a look at the database.

It goes column by column: a column repeats itself, so each of its texts is read once, however many rows hold it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from lianfang.platform import id_numbers
from lianfang.platform.problems import Problem
from lianfang.platform.workbook import Cell
from personnel.models import Member, Source
from personnel.roster_workbook import values
from personnel.roster_workbook.rows import CertificatePlan, RowPlan
from personnel.roster_workbook.table import RosterTable, text_of

Reader = Callable[[Cell], Any]
CERTIFICATE_NUMBER_LENGTH = 40
LONGEST: dict[str, int | None] = {f.name: f.max_length for f in Member._meta.concrete_fields} | {
    "certificate_number": CERTIFICATE_NUMBER_LENGTH
}
# Their content is encrypted in the file, and no reason tells it.
SECRET = ("phone",)


class Unread(NamedTuple):
    """What stands for a value that could not be read."""

    code: str
    reason: Any


class Identity(NamedTuple):
    """A good ID number with what follows from it."""

    id_number: str
    birth_date: dt.date
    sex: str


class Meanings(dict[Any, Any]):
    """Cell → its value, None where it says nothing, or `Unread`. Numbers stand with their type: 1 is not True."""

    def __init__(self, key: str, reader: Reader) -> None:
        super().__init__()
        self.key = key
        self.reader = reader
        self.has_unread = False

    def __missing__(self, known: Any) -> Any:
        found = self[known] = self._read(known[1] if isinstance(known, tuple) else known)
        self.has_unread |= isinstance(found, Unread)
        return found

    def _read(self, cell: Cell) -> Any:
        if cell == "":
            return None
        try:
            value = self.reader(cell)
        except values.UnreadableError as error:
            return Unread("unreadable", error.message if self.key in SECRET else _quoted(cell, error))
        limit = LONGEST.get(self.key)
        if limit and isinstance(value, str) and len(value) > limit:
            return Unread("too_long", _("has more than %(limit)d characters") % {"limit": limit})
        return None if value == "" else value


def _quoted(cell: Cell, error: values.UnreadableError) -> str:
    """The reason with the cell's own text before it."""
    return _("“%(cell)s” %(reason)s") % {"cell": text_of(cell)[:30], "reason": error.message}


class Columns:
    """The table's cells by field, and the rows that they speak of."""

    def __init__(self, table: RosterTable) -> None:
        self.rows = [RowPlan(number) for number, _cells in table.rows]
        self.index = {c.key: c.index for c in table.columns if c.key}
        self._cells = [cells for _number, cells in table.rows]

    def cells(self, key: str) -> list[Cell] | None:
        """The column taken for that field."""
        at = self.index.get(key)
        return None if at is None else [row[at] for row in self._cells]

    def read(self, key: str, reader: Reader) -> list[Any]:
        """The values of one field, None where a row says nothing; rows that cannot be read complain."""
        cells = self.cells(key)
        if cells is None:
            return [None] * len(self.rows)
        known = Meanings(key, reader)
        said = [known[cell if cell.__class__ is str else (cell.__class__, cell)] for cell in cells]
        if known.has_unread:
            said = [self._complain(row, key, value) for row, value in zip(self.rows, said, strict=True)]
        return said

    @staticmethod
    def _complain(row: RowPlan, key: str, value: Any) -> Any:
        if isinstance(value, Unread):
            row.complain(value.code, key, value.reason)
            return None
        return value


TEXT_FIELDS = ("ethnicity", "native_place", "school", "major", "position", "level")
CHOICE_FIELDS = ("political_status", "education", "source", "staff_category")
DAY_FIELDS: dict[str, values.Edge] = {
    "hired_on": "first",
    "contract_from": "first",
    "contract_until": "last",
    "probation_until": "last",
}
READERS: dict[str, Reader] = {
    **dict.fromkeys(TEXT_FIELDS, values.plain),
    **{key: partial(values.choice, key) for key in CHOICE_FIELDS},
    **{key: partial(values.date, edge=edge) for key, edge in DAY_FIELDS.items()},
    "phone": values.phone,
    "status": values.status,
}
AGREEING: dict[str, Reader] = {"sex": partial(values.choice, "sex"), "birth_date": values.date}


def read_rows(table: RosterTable, today: dt.date) -> list[RowPlan]:
    """Everybody in the table, each with the fields that the row fills and with what is wrong with them."""
    columns = Columns(table)
    said: dict[str, Sequence[Any]] = {"name": _names(columns)}
    people = _identities(columns, today)
    said |= {key: [person and person[at] for person in people] for at, key in enumerate(Identity._fields)}
    _check_agreement(columns, said)
    said |= {key: columns.read(key, reader) for key, reader in READERS.items() if key in columns.index}
    _read_contract(columns, said)
    _read_veteran(columns, said)
    _read_certificates(columns)
    for row, told in zip(columns.rows, zip(*said.values(), strict=True), strict=True):
        row.values = {key: value for key, value in zip(said, told, strict=True) if value is not None}
    return columns.rows


def _names(columns: Columns) -> list[str | None]:
    found = columns.read("name", values.name)
    for row, name in zip(columns.rows, found, strict=True):
        if name is None and not row.problems:
            row.complain("missing", "name", _("is missing"))
    return found


def _identities(columns: Columns, today: dt.date) -> list[Identity | None]:
    cells = columns.cells("id_number") or [""] * len(columns.rows)
    return [_identity(row, cell, today) for row, cell in zip(columns.rows, cells, strict=True)]


def _identity(row: RowPlan, cell: Cell, today: dt.date) -> Identity | None:
    try:
        number = id_numbers.normalise(values.id_text(cell))
    except values.UnreadableError as error:
        row.complain("unreadable", "id_number", error.message)
        return None
    problems = id_numbers.problems(number, today=today)
    if problems:
        row.problems += [Problem(p.code, p.message, p.field, p.hint, row.row) for p in problems]
        return None
    return Identity(number, id_numbers.birth_date(number), id_numbers.sex(number))


def _check_agreement(columns: Columns, said: dict[str, Sequence[Any]]) -> None:
    """Sex and birth date follow from the ID number; what the workbook says beside it must agree."""
    for key, reader in AGREEING.items():
        if key not in columns.index:
            continue
        cells = columns.cells(key) or []
        for at in _differing(said[key], columns.read(key, reader)):
            if not (key == "birth_date" and values.is_month_of(cells[at], said[key][at])):
                columns.rows[at].complain(f"{key}_differs", key, _("doesn't agree with the ID number"))


def _differing(own: Iterable[Any], told: Iterable[Any]) -> list[int]:
    pairs = enumerate(zip(own, told, strict=True))
    return [at for at, (a, b) in pairs if a is not None and b is not None and a != b]


def _read_contract(columns: Columns, said: dict[str, Sequence[Any]]) -> None:
    """One column may hold both days; the contract must not end before it begins."""
    nothing: Sequence[Any] = [None] * len(columns.rows)
    starts, ends = (said.get(key, nothing) for key in ("contract_from", "contract_until"))
    if "contract_span" in columns.index:
        spans = [span or (None, None) for span in columns.read("contract_span", values.span)]
        starts = [span[0] or start for span, start in zip(spans, starts, strict=True)]
        ends = [span[1] or end for span, end in zip(spans, ends, strict=True)]
    for row, start, end in zip(columns.rows, starts, ends, strict=True):
        if start and end and end < start:
            row.complain("contract_ends_before_start", "contract_until", _("is before the contract begins"))
    said |= {"contract_from": starts, "contract_until": ends}


def _read_veteran(columns: Columns, said: dict[str, Sequence[Any]]) -> None:
    """A source of 退役军人 says it too where the column is empty."""
    told = columns.read("is_veteran", values.yes_no)
    sources = said.get("source", told)
    veteran = Source.VETERAN
    said["is_veteran"] = [
        True if own is None and source == veteran else own for own, source in zip(told, sources, strict=True)
    ]


def _read_certificates(columns: Columns) -> None:
    numbers = columns.read("certificate_number", values.certificate_number)
    untils = columns.read("certificate_until", partial(values.date, edge="last"))
    starts = columns.read("certificate_from", values.date)
    for row, number, until, start in zip(columns.rows, numbers, untils, starts, strict=True):
        if number:
            row.certificate = CertificatePlan(number, start, until)
        elif until and not any(p.field == "certificate_number" for p in row.problems):
            row.complain("missing", "certificate_number", _("is missing, although its last day is given"))
        if start and until and until < start:
            row.complain("certificate_ends_before_start", "certificate_until", _("is before the certificate begins"))
