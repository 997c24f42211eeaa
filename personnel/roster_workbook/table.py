"""Finding the table in a sheet: title lines, headers of up to three rows, merged cells, empty rows, signature lines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from django.utils.translation import gettext_lazy as _

from lianfang.platform.problems import Problem, Refused
from lianfang.platform.workbook import Cell, Sheet
from personnel.roster_workbook.columns import OF_OTHERS, REASON_TITLE, SECOND, field_of

SEARCHED_ROWS = 25
TALLEST_HEADER = 3
UNIT_KEYS = ("work_unit", "squadron", "group")
FEWEST_HEADINGS = 2
# Without these two there is nobody to import.
NEEDED = ("name", "id_number")
_FOOT = re.compile(
    r"制表|填表|审核|负责人|签字|签名|盖章|合计|小计|总计|备注|说明|^注[:：]|填报|联系人|total|signature"
    r"|第.{1,3}页|共.{1,3}页",
    re.I,
)
_UNIT_WORDS = re.compile(r"中队|大队|派出所|分局|支队|[班组队所]$")
_NUMBERED = re.compile(r"^\s*(?:[（(]?[一二三四五六七八九十\d]+[）)、.．]\s*)")
_COUNTED = re.compile(r"[（(][^（）()]*[）)]\s*$")


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
        return replace(self, columns=columns)

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
    """The first sheet whose header names people and their ID numbers, else the first with any recognisable header.

    Raises `Refused` with one sentence when none has one.
    """
    tables = [table for sheet in sheets if (table := _table_of(sheet))]
    if not tables:
        message = _("No header row was found: one row must name the columns, among them the name and the ID number.")
        raise Refused([Problem("no_header", message, field="workbook")])
    table = next((t for t in tables if not t.mapping_problems()), tables[0])
    others = tuple(s.name for s in sheets if s is not table.sheet and any(any(r) for r in s.rows))
    return replace(table, ignored_sheets=others)


def _table_of(sheet: Sheet) -> RosterTable | None:
    filled = _filled(sheet)
    best: tuple[int, int, int, list[str]] | None = None
    for top in range(min(SEARCHED_ROWS, len(filled))):
        for height in range(1, min(TALLEST_HEADER, len(filled) - top) + 1):
            headings = _headings(filled, top, height)
            score = len({k for k in map(field_of, headings) if k})
            # More fields win; of equals the one with fewer rows, and the upper: a printed page repeats its header.
            if score >= FEWEST_HEADINGS and (best is None or (score, -height, -top) > best[:3]):
                best = (score, -height, -top, headings)
    if best is None:
        return None
    _score, height, top, headings = best
    columns = _columns(headings, filled)
    if not any(c.key in NEEDED for c in columns):
        return None
    first = -top - height
    columns, people = _with_heading_lines(sheet, columns, _people(sheet, filled, first, columns))
    return RosterTable(sheet, -top, first, columns, tuple(_without_ditto(columns, people)))


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
    """Each column's heading. Of several rows the lowest names it, with those above where only that names a field."""
    above = (
        max(top - 1, 0) if height == 1 else top
    )  # a group heading may stand above a full header row: 上岗证 above 编号
    lines = [[text_of(c) for c in row] for row in rows[above : top + height]]
    return [_heading([line[column] for line in lines], whole=height > 1) for column in range(len(lines[-1]))]


def _heading(texts: list[str], *, whole: bool) -> str:
    """`texts` from the top down; an empty lowest one takes the one above, where both belong to the header (`whole`)."""
    *upper, lower = texts
    upper = [u for u in upper if u and u != lower]
    if not lower:
        return upper[-1] if whole and upper else ""
    combined = ("".join(upper[at:]) + lower for at in range(len(upper)))
    single = (u + lower for u in upper)
    return next((text for text in (*combined, *single) if field_of(text)), lower)


def _columns(headings: list[str], rows: list[list[Cell]]) -> tuple[FoundColumn, ...]:
    """Each column once: a second one for the same field stays unassigned, for the user to decide."""
    seen: set[str] = set()
    found: list[FoundColumn] = []
    for index, heading in enumerate(headings):
        if heading == REASON_TITLE or (not heading and not any(index < len(r) and r[index] for r in rows)):
            continue
        key = field_of(heading)
        if key in seen:
            key = SECOND.get(key, "")
        if key in seen or (key == "phone" and found and OF_OTHERS.search(found[-1].heading)):
            key = ""
        found.append(FoundColumn(index, heading, key))
        seen.add(key)
    return tuple(found)


People = list[tuple[int, tuple[Cell, ...]]]


def _people(sheet: Sheet, rows: list[list[Cell]], first: int, columns: tuple[FoundColumn, ...]) -> People:
    """`rows` with merged cells filled, without those that hold nobody: empty or only numbered (judged by the sheet's
    own cells), the header once more on a printed page, a line across the table, the signature line."""
    header = [c.heading for c in columns]
    indexes = [c.index for c in columns]
    needed = [c.index for c in columns if c.key in NEEDED]
    telling = [c.index for c in columns if c.key not in ("number", "work_unit", "squadron", "group")]
    titles = {c.heading for c in columns if c.key in NEEDED}
    across = _lines_across(sheet)
    people = []
    for number, (plain, row) in enumerate(zip(sheet.rows[first:], rows[first:], strict=True), first + 1):
        named = [text_of(row[i]) for i in needed]
        if number in across or (not all(named) and _is_foot([text_of(plain[i]) for i in indexes])):
            continue
        if not titles.isdisjoint(named) and _is_header([text_of(row[i]) for i in indexes], header):
            continue
        if any(named) or any(text_of(plain[index]) for index in telling):
            people.append((number, tuple(row)))
    return people


def _is_header(texts: list[str], header: list[str]) -> bool:
    """The header once more; its combined headings stand there by their lowest part."""
    return all(text == h or (text and h.endswith(text)) or not text for text, h in zip(texts, header, strict=True))


def _lines_across(sheet: Sheet) -> dict[int, str]:
    """Row number → its text, of the rows that are one merged cell over three columns or more and nothing else."""
    found = {}
    for (top, left), (bottom, right) in sheet.merged:
        if top == bottom and right - left >= 2 and top < len(sheet.rows):
            texts = [text_of(cell) for cell in sheet.rows[top] if text_of(cell)]
            if len(texts) == 1 and left < len(sheet.rows[top]) and text_of(sheet.rows[top][left]) == texts[0]:
                found[top + 1] = texts[0]
    return found


def _with_heading_lines(
    sheet: Sheet, columns: tuple[FoundColumn, ...], people: People
) -> tuple[tuple[FoundColumn, ...], People]:
    """Lines across the table that name a unit stand for the people below them, where no column does."""
    if any(c.key in UNIT_KEYS for c in columns):
        return columns, people
    units = {row: name for row, text in _lines_across(sheet).items() if (name := _unit_in(text))}
    if not any(row < number for row in units for number, _cells in people):
        return columns, people
    width = max(len(row) for row in sheet.rows)
    lines = sorted(units, reverse=True)
    told = ((number, next((units[line] for line in lines if line < number), "")) for number, _cells in people)
    filled = [(number, (*cells, unit)) for (number, unit), (_n, cells) in zip(told, people, strict=True)]
    return (*columns, FoundColumn(width, str(_("(line above)")), "work_unit")), filled


def _unit_in(text: str) -> str:
    """A unit's name in a line such as 一、城北派出所中队（12人）; "" for a line that names none."""
    name = _COUNTED.sub("", _NUMBERED.sub("", text)).strip("：: ")
    return name if _UNIT_WORDS.search(name) and not _FOOT.search(name) and len(name) <= 30 else ""


def _without_ditto(columns: tuple[FoundColumn, ...], people: People) -> People:
    """Where each unit is written once, at the head of its people, the empty cells below mean the same."""
    larger: set[int] = set()  # rows at which a larger unit begins: what stood above belongs to another one
    for key in UNIT_KEYS:
        for index in (c.index for c in columns if c.key == key):
            texts = [text_of(cells[index]) for _number, cells in people]
            named = [text for text in texts if text]
            if len(named) > 1 and _is_block_wise(texts):
                said: Cell = ""
                for at, (number, cells) in enumerate(people):
                    said = cells[index] if texts[at] else "" if at in larger else said
                    people[at] = (number, (*cells[:index], said, *cells[index + 1 :]))
                larger |= {at for at, text in enumerate(texts) if text}
    return people


def _is_block_wise(texts: list[str]) -> bool:
    """Whether the column begins with a name, has gaps, and never says a name twice in one go."""
    named = [text for text in texts if text]
    return bool(texts[0]) and len(named) < len(texts) and all(a != b for a, b in pairwise(named))


def _is_foot(texts: list[str]) -> bool:
    filled = [t for t in texts if t]
    return len(filled) <= 6 and any(_FOOT.search(t.replace(" ", "").replace("\u3000", "")) for t in filled)
