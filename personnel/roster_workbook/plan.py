"""From a table of cells to a plan: who is new, changed, unchanged, and which rows are bad and why. Writes nothing."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from lianfang.platform.problems import Problem
from personnel.models import Member
from personnel.roster_workbook import values
from personnel.roster_workbook.columns import BY_KEY
from personnel.roster_workbook.known import Known
from personnel.roster_workbook.reading import read_rows
from personnel.roster_workbook.rows import Change, RowPlan
from personnel.roster_workbook.table import RosterTable
from personnel.roster_workbook.units import Place, Places

SHOWN_MASKED = ("phone",)


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
                digest.update(repr((kind, row.row, row.member and row.member.id, what)).encode())
        digest.update(repr([place.names for place in self.missing_units]).encode())
        return digest.hexdigest()


def plan_import(table: RosterTable, *, places: Places, known: Known, today: dt.date) -> ImportPlan:
    """Judge every row of `table`. `places` knows the units below the chosen one, `known` who is there already."""
    rows = read_rows(table, today)
    _mark_repeated([(row, row.values.get("id_number")) for row in rows], "id_number")
    _mark_repeated([(r, r.certificate.number if r.certificate else None) for r in rows], "certificate_number")
    known.load(rows)
    _place(rows, table, places)
    for row in rows:
        known.judge(row)
        if row.member and not row.problems:
            row.changes = _changes(row, known)
            _guard_left(row)
    good = [row for row in rows if not row.problems]
    return ImportPlan(
        table=table,
        new=[row for row in good if row.member is None],
        changed=[row for row in good if row.member and row.changes],
        unchanged=[row for row in good if row.member and not row.changes],
        bad=[row for row in rows if row.problems],
        missing_units=list(dict.fromkeys(r.place for r in good if r.place and r.place.missing)),
    )


def _guard_left(row: RowPlan) -> None:
    """Who has left stays as the file has it, unless the workbook takes the member on again."""
    if row.changes and row.member.left_on and row.rehired_on is None:
        message = _("left on %(day)s; a hire date from that day on takes the member on again, else take the row out")
        row.complain("member_left", "hired_on", message % {"day": row.member.left_on})


def _mark_repeated(keyed: Iterable[tuple[RowPlan, str | None]], column: str) -> None:
    first: dict[str, int] = {}
    for row, key in keyed:
        if key and first.setdefault(key, row.row) != row.row:
            row.complain("repeated", column, _("stands in row %(row)d already") % {"row": first[key]})


UNIT_COLUMNS = ("work_unit", "squadron", "group")


def _place(rows: list[RowPlan], table: RosterTable, places: Places) -> None:
    """Tie each row to the unit that it names."""
    index = {c.key: c.index for c in table.columns}
    columns = [index.get(key) for key in UNIT_COLUMNS]
    found: dict[tuple[Any, ...], tuple[Place | None, Problem | None]] = {}
    for row, (_number, cells) in zip(rows, table.rows, strict=True):
        named = tuple("" if at is None else cells[at] for at in columns)
        if named not in found:
            found[named] = places.find(*map(values.plain, named))
        row.place, problem = found[named]
        if problem:
            row.complain(problem.code, problem.field or "squadron", problem.message)


def _changes(row: RowPlan, known: Known) -> list[Change]:
    member, changes = row.member, []
    if row.rehired_on:
        served = f"{member.hired_on or ''} – {member.left_on}"
        changes.append(Change(_("taken on again"), served, str(row.rehired_on)))
    for key, after in row.values.items():
        before = getattr(member, key)
        if before != after:
            changes.append(_shown(key, before, after))
    if row.place and (row.place.missing or row.place.unit.id != member.unit_id):
        changes.append(Change(_("unit"), str(known.units[member.unit_id]), row.place.label))
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
