"""Finding the table in a sheet: title lines, headers of one or two rows, merged cells, empty rows, signature lines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from lianfang.platform.problems import Problem, Refused
from lianfang.platform.workbook import Cell, Sheet
from personnel.roster_workbook.columns import HEADINGS, REASON_TITLE, heading_key

SEARCHED_ROWS = 25
FEWEST_HEADINGS = 2
# Without these two there is nobody to import.
NEEDED = ("name", "id_number")
_FOOT = re.compile(
    r"制表|填表|审核|负责人|签字|签名|盖章|合计|小计|总计|备注|说明|^注[:：]|填报|联系人|total|signature", re.I
)


@dataclass(frozen=True)
class FoundColumn:
    """A column of the sheet: its place from 0, its heading as written, and the field it was taken for ("" for none)."""

    index: int
    heading: str
    key: str


@dataclass(frozen=True)
class RosterTable:
    """The people of one sheet. Row numbers count from 1, as Excel shows them."""

    sheet: Sheet
    header_top: int
    first_row: int
    columns: tuple[FoundColumn, ...]
    rows: tuple[tuple[int, tuple[Cell, ...]], ...]
    ignored_sheets: tuple[str, ...] = ()

    def mapped(self, mapping: dict[int, str]) -> RosterTable:
        """The same table with columns taken for other fields (`mapping`: column index → key or "")."""
        columns = tuple(FoundColumn(c.index, c.heading, mapping.get(c.index, c.key)) for c in self.columns)
        return RosterTable(self.sheet, self.header_top, self.first_row, columns, self.rows, self.ignored_sheets)

    def mapping_problems(self) -> list[Problem]:
        """A field given twice, or the name or the ID number not at all."""
        keys = [c.key for c in self.columns if c.key]
        twice = sorted({c.heading for c in self.columns if c.key and keys.count(c.key) > 1})
        if twice:
            message = _("These columns are taken for the same field: %(columns)s.")
            return [Problem("column_twice", message % {"columns": "、".join(twice)}, field="mapping")]
        return [
            Problem("column_missing", _("No column is taken for the %(field)s.") % {"field": label}, field="mapping")
            for key, label in (("name", _("full name")), ("id_number", _("ID number")))
            if key not in keys
        ]


def text_of(value: Cell | None) -> str:
    """A cell as its text; whole numbers without a decimal point."""
    if isinstance(value, str):
        return value.strip()
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return f"{value:.0f}"
    return str(value).strip()


def find_table(sheets: Sequence[Sheet]) -> RosterTable:
    """The first sheet with a recognisable header. Raises `Refused` with one sentence when none has one."""
    for sheet in sheets:
        table = _table_of(sheet)
        if table:
            others = tuple(s.name for s in sheets if s is not sheet and any(any(r) for r in s.rows))
            return RosterTable(table.sheet, table.header_top, table.first_row, table.columns, table.rows, others)
    message = _("No header row was found: one row must name the columns, among them the name and the ID number.")
    raise Refused([Problem("no_header", message, field="workbook")])


def _table_of(sheet: Sheet) -> RosterTable | None:
    filled = _filled(sheet)
    best: tuple[int, int, int, list[str]] | None = None
    for top in range(min(SEARCHED_ROWS, len(filled))):
        for height in (1, 2):
            headings = _headings(filled, top, height)
            score = len({k for k in map(_key, headings) if k})
            # More fields win; of equals the one lower down and with fewer rows.
            if score >= FEWEST_HEADINGS and (best is None or (score, -height, top) > best[:3]):
                best = (score, -height, top, headings)
    if best is None:
        return None
    first = best[2] - best[1]
    columns = _columns(best[3], filled)
    if not any(c.key in NEEDED for c in columns):
        return None
    return RosterTable(sheet, best[2], first, columns, tuple(_people(sheet.rows, filled, first, columns)))


def _filled(sheet: Sheet) -> list[list[Cell]]:
    """The rows with each merged range filled by its value: a crew's name stands for all its rows, a group heading for
    all its columns. Ranges over the whole width (title lines) stay as they are."""
    rows = [list(row) for row in sheet.rows]
    for (top, left), (bottom, right) in sheet.merged:
        if right - left > max(len(rows[top]) // 2, 6) if top < len(rows) else True:
            continue
        value = rows[top][left] if left < len(rows[top]) else ""
        for row in rows[top : bottom + 1]:
            for column in range(left, min(right + 1, len(row))):
                row[column] = value
    return rows


def _headings(rows: list[list[Cell]], top: int, height: int) -> list[str]:
    """Each column's heading. In a header of two rows the upper stands before the lower where that names a field."""
    lower = [text_of(c) for c in rows[min(top + height - 1, len(rows) - 1)]]
    above = top + height - 2
    if above < 0:
        return lower
    upper = [text_of(c) for c in rows[above]]
    if height == 1:
        # A group heading above a full header row gives a bare heading its meaning: 上岗证 above 编号.
        return [
            u + low if low and HEADINGS.get(heading_key(u + low)) else low for u, low in zip(upper, lower, strict=True)
        ]
    return [_combined(u, low) for u, low in zip(upper, lower, strict=True)]


def _combined(upper: str, lower: str) -> str:
    if not lower or lower == upper:
        return upper
    return upper + lower if HEADINGS.get(heading_key(upper + lower)) else lower


def _key(heading: str) -> str:
    return HEADINGS.get(heading_key(heading), "")


def _columns(headings: list[str], rows: list[list[Cell]]) -> tuple[FoundColumn, ...]:
    """Each column once: a second one for the same field stays unassigned, for the user to decide."""
    seen: set[str] = set()
    found = []
    for index, heading in enumerate(headings):
        if heading == REASON_TITLE or (not heading and not any(index < len(r) and r[index] for r in rows)):
            continue
        key = _key(heading)
        found.append(FoundColumn(index, heading, "" if key in seen else key))
        seen.add(key)
    return tuple(found)


def _people(
    raw: list[list[Cell]], rows: list[list[Cell]], first: int, columns: tuple[FoundColumn, ...]
) -> list[tuple[int, tuple[Cell, ...]]]:
    """`rows` with merged cells filled, without those that hold nobody: empty or only numbered (judged by the `raw`
    cells), the header once more on a printed page, the signature line."""
    header = [c.heading for c in columns]
    indexes = [c.index for c in columns]
    needed = [c.index for c in columns if c.key in NEEDED]
    telling = [c.index for c in columns if c.key not in ("number", "work_unit", "squadron", "group")]
    people = []
    for number, (plain, row) in enumerate(zip(raw[first:], rows[first:], strict=True), first + 1):
        is_whole = all(text_of(row[i]) for i in needed)
        if not is_whole and _is_foot([text_of(plain[i]) for i in indexes]):
            continue
        if text_of(row[indexes[0]]) == header[0] and [text_of(row[i]) for i in indexes] == header:
            continue
        if any(text_of(plain[index]) for index in telling):
            people.append((number, tuple(row)))
    return people


def _is_foot(texts: list[str]) -> bool:
    filled = [t for t in texts if t]
    return len(filled) <= 6 and any(_FOOT.search(t.replace(" ", "").replace("\u3000", "")) for t in filled)
