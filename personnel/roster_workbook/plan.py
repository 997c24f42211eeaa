"""From a table of cells to a plan: who is new, changed, unchanged, and which rows are bad and why. Writes nothing."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.utils.translation import gettext_lazy as _

from lianfang.platform import id_numbers
from lianfang.platform.fields import lookup_hash
from lianfang.platform.problems import Problem
from lianfang.platform.workbook import Cell
from personnel.models import DutyCertificate, Member, Source
from personnel.roster_workbook import values
from personnel.roster_workbook.columns import BY_KEY
from personnel.roster_workbook.known import Known
from personnel.roster_workbook.table import RosterTable, text_of
from personnel.roster_workbook.units import Place, Places

TEXT_FIELDS = ("ethnicity", "native_place", "school", "major", "position", "level")
CHOICE_FIELDS = ("political_status", "education", "source", "staff_category")
DAY_FIELDS: dict[str, values.Edge] = {
    "hired_on": "first",
    "contract_from": "first",
    "contract_until": "last",
    "probation_until": "last",
}
SHOWN_MASKED = ("phone",)
CERTIFICATE_NUMBER_LENGTH = 40


@dataclass(frozen=True)
class Change:
    """One field that the workbook changes, in words fit for a screen (no encrypted values)."""

    label: Any
    before: str
    after: str


@dataclass
class CertificatePlan:
    """What the row says of a duty certificate; `existing` is the one with that number."""

    number: str
    valid_from: dt.date | None
    valid_until: dt.date | None
    existing: DutyCertificate | None = None

    @property
    def is_news(self) -> bool:
        if self.existing is None:
            return True
        until, start = self.valid_until, self.valid_from
        return bool((until and until != self.existing.valid_until) or (start and start != self.existing.valid_from))


@dataclass
class RowPlan:
    """One person of the workbook. `values` holds only the fields that the row fills."""

    row: int
    values: dict[str, Any] = field(default_factory=dict)
    certificate: CertificatePlan | None = None
    place: Place | None = None
    member: Member | None = None
    changes: list[Change] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def name(self) -> str:
        return str(self.values.get("name", ""))

    def complain(self, code: str, key: str, message: Any) -> None:
        """Note a problem of this row; the sentence begins with the column's name."""
        label = BY_KEY[key].label if key in BY_KEY else ""
        text = _("%(column)s: %(reason)s") % {"column": label, "reason": message} if label else message
        self.problems.append(Problem(code, text, field=key, row=self.row))


@dataclass(frozen=True)
class ImportPlan:
    """What an import would do. It is written only when `bad` is empty."""

    table: RosterTable
    new: list[RowPlan]
    changed: list[RowPlan]
    unchanged: list[RowPlan]
    bad: list[RowPlan]
    missing_units: list[Place]

    @property
    def problems(self) -> list[Problem]:
        return [problem for row in self.bad for problem in row.problems]

    @property
    def counts(self) -> dict[str, int]:
        return {name: len(getattr(self, name)) for name in ("new", "changed", "unchanged", "bad")}

    def fingerprint(self) -> str:
        """Equal for plans that would write the same: what was previewed is what is confirmed."""
        digest = hashlib.sha256()
        for kind in ("new", "changed", "unchanged", "bad"):
            for row in getattr(self, kind):
                what = [(str(c.label), c.before, c.after) for c in row.changes]
                digest.update(repr((kind, row.row, row.member and row.member.pk, what)).encode())
        digest.update(repr([place.names for place in self.missing_units]).encode())
        return digest.hexdigest()


def plan_import(table: RosterTable, *, places: Places, known: Known, today: dt.date) -> ImportPlan:
    """Judge every row of `table`. `places` knows the units below the chosen one, `known` who is there already."""
    read: Readings = {}
    rows = [read_row(number, cells, table, today, read) for number, cells in table.rows]
    _mark_repeated(rows, lambda r: r.values.get("id_number"), "id_number", _("stands in row %(row)d already"))
    _mark_repeated(
        rows,
        lambda r: r.certificate and r.certificate.number,
        "certificate_number",
        _("stands in row %(row)d already"),
    )
    known.load(rows)
    for row, (_number, cells) in zip(rows, table.rows, strict=True):
        _place(row, cells, table, places)
        known.judge(row)
        if not row.problems:
            row.changes = _changes(row)
    good = [row for row in rows if not row.problems]
    return ImportPlan(
        table=table,
        new=[row for row in good if row.member is None],
        changed=[row for row in good if row.member and row.changes],
        unchanged=[row for row in good if row.member and not row.changes],
        bad=[row for row in rows if row.problems],
        missing_units=list(dict.fromkeys(r.place for r in good if r.place and r.place.missing)),
    )


Readings = dict[tuple[str, type, Any], tuple[Any, Any]]  # (field, type, cell) → what it means, or why it means nothing


class Cells(dict[str, Cell]):
    """A row's cells by field. `read` remembers what cells of other rows meant: most columns repeat themselves."""

    def __init__(self, table: RosterTable, cells: tuple[Cell, ...], read: Readings) -> None:
        super().__init__((c.key, cells[c.index]) for c in table.columns if c.key)
        self.read = read


def read_row(
    number: int, cells: tuple[Cell, ...], table: RosterTable, today: dt.date, read: Readings | None = None
) -> RowPlan:
    """The row's own values and what is wrong with them, without a look at the database."""
    row = RowPlan(number)
    cell = Cells(table, cells, {} if read is None else read)
    _read_identity(row, cell, today)
    for key, reader in READERS.items():
        _read(row, key, reader, cell)
    _read_contract(row, cell)
    _read_veteran(row, cell)
    _read_certificate(row, cell, today)
    return row


Reader = Callable[[Cell | None], Any]
READERS: dict[str, Reader] = {
    **dict.fromkeys(TEXT_FIELDS, values.plain),
    **{key: partial(values.choice, key) for key in CHOICE_FIELDS},
    **{key: partial(values.date, edge=edge) for key, edge in DAY_FIELDS.items()},
    "phone": values.phone,
}


def _read(row: RowPlan, key: str, reader: Reader, cell: Cells) -> Any:
    """Read one cell; an empty one says nothing, so the stored value stays."""
    value, reason = _reading(key, reader, cell)
    if reason:
        row.complain("unreadable", key, reason)
        return None
    _take(row, key, value)
    return value


def _reading(key: str, reader: Reader, cell: Cells) -> tuple[Any, Any]:
    content = cell.get(key)
    if content is None or content == "":
        return None, None
    known = (key, content.__class__, content)
    if known not in cell.read:
        try:
            cell.read[known] = reader(content), None
        except values.UnreadableError as error:
            cell.read[known] = None, error.message if key == "phone" else _quoted(cell, key, error)
    return cell.read[known]


def _quoted(cell: Cells, key: str, error: values.UnreadableError) -> str:
    """The reason with the cell's own text before it."""
    return _("“%(cell)s” %(reason)s") % {"cell": text_of(cell.get(key))[:30], "reason": error.message}


def _take(row: RowPlan, key: str, value: Any) -> None:
    if value is None or value == "":
        return
    limit = LONGEST.get(key)
    if isinstance(value, str) and limit and len(value) > limit:
        row.complain("too_long", key, _("has more than %(limit)d characters") % {"limit": limit})
        return
    row.values[key] = value


LONGEST: dict[str, int | None] = {f.name: f.max_length for f in Member._meta.concrete_fields}


def _read_identity(row: RowPlan, cell: Cells, today: dt.date) -> None:
    before = len(row.problems)
    _read(row, "name", values.name, cell)
    if "name" not in row.values and len(row.problems) == before:
        row.complain("missing", "name", _("is missing"))
    try:
        number = id_numbers.normalise(values.id_text(cell.get("id_number")))
    except values.UnreadableError as error:
        row.complain("unreadable", "id_number", error.message)
        return
    problems = id_numbers.problems(number, today=today)
    if problems:
        row.problems += [Problem(p.code, p.message, p.field, p.hint, row.row) for p in problems]
        return
    row.values |= {
        "id_number": number,
        "birth_date": id_numbers.birth_date(number),
        "sex": id_numbers.sex(number),
    }
    _check_agreement(row, cell)


def _check_agreement(row: RowPlan, cell: Cells) -> None:
    """Sex and birth date follow from the ID number; what the workbook says beside it must agree."""
    for key, reader in AGREEING.items():
        said, reason = _reading(key, reader, cell)
        own = row.values[key]
        if reason:
            row.complain("unreadable", key, reason)
        elif said and said != own and not (key == "birth_date" and _same_month(cell[key], said, own)):
            row.complain(f"{key}_differs", key, _("doesn't agree with the ID number"))


AGREEING: dict[str, Reader] = {"sex": partial(values.choice, "sex"), "birth_date": values.date}


def _same_month(content: Cell, said: dt.date, own: dt.date) -> bool:
    """Whether the cell names no more than the month of the birth date."""
    return said == own.replace(day=1) and values.is_month_only(content)


def _read_contract(row: RowPlan, cell: Cells) -> None:
    try:
        start, end = values.span(cell.get("contract_span")) if cell.get("contract_span") else (None, None)
    except values.UnreadableError as error:
        row.complain("unreadable", "contract_span", error.message)
        return
    _take(row, "contract_from", start)
    _take(row, "contract_until", end)
    start, end = row.values.get("contract_from"), row.values.get("contract_until")
    if start and end and end < start:
        row.complain("contract_ends_before_start", "contract_until", _("is before the contract begins"))


def _read_veteran(row: RowPlan, cell: Cells) -> None:
    """A source of 退役军人 says it too where the column is empty."""
    _read(row, "is_veteran", values.yes_no, cell)
    if "is_veteran" not in row.values and row.values.get("source") == Source.VETERAN:
        row.values["is_veteran"] = True


UNTIL: Reader = partial(values.date, edge="last")


def _read_certificate(row: RowPlan, cell: Cells, today: dt.date) -> None:
    number = values.plain(cell.get("certificate_number"))
    if number in ("无", "-", "—", "/"):
        number = ""
    until = _read(row, "certificate_until", UNTIL, cell)
    start = _read(row, "certificate_from", values.date, cell)
    for key in ("certificate_until", "certificate_from"):
        row.values.pop(key, None)
    if not number and until:
        row.complain("missing", "certificate_number", _("is missing, although its last day is given"))
    if len(number) > CERTIFICATE_NUMBER_LENGTH:
        row.complain(
            "too_long",
            "certificate_number",
            _("has more than %(limit)d characters") % {"limit": CERTIFICATE_NUMBER_LENGTH},
        )
    elif number:
        row.certificate = CertificatePlan(number, start, until)
    if start and until and until < start:
        row.complain("certificate_ends_before_start", "certificate_until", _("is before the certificate begins"))


def _mark_repeated(rows: Iterable[RowPlan], what: Callable[[RowPlan], Any], key: str, message: Any) -> None:
    first: dict[Any, int] = {}
    for row in rows:
        value = what(row)
        if not value:
            continue
        if value in first:
            row.complain("repeated", key, message % {"row": first[value]})
        first.setdefault(value, row.row)


UNIT_COLUMNS = ("work_unit", "squadron", "group")


def _place(row: RowPlan, cells: tuple[Cell, ...], table: RosterTable, places: Places) -> None:
    named = {c.key: values.plain(cells[c.index]) for c in table.columns if c.key in UNIT_COLUMNS}
    place, problem = places.find(named.get("work_unit", ""), named.get("squadron", ""), named.get("group", ""))
    row.place = place
    if problem:
        row.complain(problem.code, problem.field or "squadron", problem.message)


def _changes(row: RowPlan) -> list[Change]:
    if row.member is None:
        return []
    changes = []
    for key, after in row.values.items():
        before = getattr(row.member, key)
        if before != after:
            changes.append(_shown(key, before, after))
    if row.place and (row.place.missing or row.place.unit.pk != row.member.unit_id):
        changes.append(Change(_("unit"), str(row.member.unit), row.place.label))
    if row.certificate and row.certificate.is_news:
        old = row.certificate.existing
        before = f"{old.number}（{old.valid_until}）" if old else ""
        after_day = row.certificate.valid_until or (old and old.valid_until)
        changes.append(Change(_("duty certificate"), before, f"{row.certificate.number}（{after_day}）"))
    return changes


def _shown(key: str, before: Any, after: Any) -> Change:
    label = BY_KEY[key].label
    if key in SHOWN_MASKED:
        hidden = Member(phone=before or "").masked_phone, Member(phone=after).masked_phone
        return Change(label, *hidden)
    return Change(label, _word(key, before), _word(key, after))


def _word(key: str, value: Any) -> str:
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if key in values.CHOICES and value:
        return str(values.CHOICES[key](value).label)
    return "" if value is None else str(value)


def hash_of(row: RowPlan) -> str | None:
    """The look-up hash of the row's ID number, if it has a good one."""
    number = row.values.get("id_number")
    return lookup_hash(number) if number else None
