"""Writing the roster workbook: the template, the list of members, and an upload with what is wrong in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from xlsxwriter.exceptions import OverlappingRange

from lianfang.platform.problems import Problem
from lianfang.platform.workbook import Column, Writer, write_table
from personnel.models import DutyCertificate, Member
from personnel.models.member import MemberQuerySet
from personnel.roster_workbook.columns import COLUMNS, REASON_TITLE
from personnel.roster_workbook.table import RosterTable
from personnel.roster_workbook.values import WORD_FOR
from personnel.unit_names import lines
from teams.models import Unit, UnitKind

SHEET = "花名册"
_HEADER = [Column(c.title, c.width) for c in COLUMNS]
# Invented: no division code begins with 99.
EXAMPLE: dict[str, Any] = {
    "number": 1, "work_unit": "某某分局", "squadron": "某某派出所中队", "group": "一班", "name": "张三（示例，请删除）",
    "sex": "男", "id_number": "填写18位公民身份号码", "birth_date": "1990-01-31", "ethnicity": "汉族",
    "native_place": "某省某县", "political_status": "群众", "phone": "填写11位手机号", "education": "大专",
    "school": "某某学院", "major": "法律", "source": "高校毕业生", "is_veteran": "否", "staff_category": "勤务辅警",
    "position": "巡逻员", "level": "五级", "hired_on": "2024-07-01", "contract_from": "2024-07-01",
    "contract_until": "2027-06-30", "probation_until": "2024-12-31", "certificate_number": "SG000000",
    "certificate_until": "2027-06-30",
}  # fmt: skip


def template() -> bytes:
    """An empty roster workbook with its headings and one line that shows how to fill them."""
    return write_table(SHEET, _HEADER, [[EXAMPLE.get(c.key, "") for c in COLUMNS]])


def export(members: MemberQuerySet, *, whole_id_numbers: bool) -> bytes:
    """`members` in the workbook's own format; ID numbers masked unless `whole_id_numbers`."""
    rows = list(members.select_related("unit"))
    above = {pk: _names(line) for pk, line in lines(m.unit for m in rows).items()}
    certificates = _certificates(rows)
    cells = (_line(n, m, above[m.unit_id], certificates.get(m.pk), whole_id_numbers) for n, m in enumerate(rows, 1))
    return write_table(SHEET, _HEADER, cells)


def _line(
    number: int,
    member: Member,
    names: dict[str, str],
    certificate: DutyCertificate | None,
    whole: bool,  # noqa: FBT001 - one place calls it
) -> list[Any]:
    known: dict[str, Any] = {
        **names,
        "number": number,
        "id_number": member.id_number if whole else member.masked_id_number,
        "is_veteran": "是" if member.is_veteran else "否",
        "phone": member.phone if whole else member.masked_phone,
        "certificate_number": certificate.number if certificate else "",
        "certificate_until": certificate.valid_until if certificate else None,
    }
    return [known[c.key] if c.key in known else _value(member, c.key) for c in COLUMNS]


def _value(member: Member, key: str) -> Any:
    value = getattr(member, key)
    return WORD_FOR[key].get(value, "") if key in WORD_FOR else value


def _names(line: list[Unit]) -> dict[str, str]:
    """`line`: the unit and all above it, the highest first."""
    names = {"work_unit": "", "squadron": "", "group": ""}
    for unit in line:
        if unit.kind == UnitKind.SQUADRON:
            names["squadron"] = unit.name
        elif unit.kind in (UnitKind.GROUP, UnitKind.SUB_TEAM):
            names["group"] = unit.name
        else:
            names["work_unit"] = unit.name
    return names


def _certificates(members: list[Member]) -> dict[int, DutyCertificate]:
    rows = DutyCertificate.objects.filter(member__in=members, withdrawn_on=None).order_by("valid_until")
    return {row.member_id: row for row in rows}


def with_reasons(table: RosterTable, problems: Iterable[Problem]) -> bytes:
    """The uploaded sheet once more, its bad rows coloured, with a last column that says what is wrong in each."""
    reasons: dict[int, list[str]] = {}
    for problem in problems:
        reasons.setdefault(problem.row or 0, []).append(str(problem.message))
    rows = table.sheet.rows
    width = max(map(len, rows), default=0)
    if rows and len(rows[0]) and REASON_TITLE in map(str, rows[table.first_row - 1]):
        width = list(map(str, rows[table.first_row - 1])).index(REASON_TITLE)
    writer = Writer(table.sheet.name)
    for index, row in enumerate(rows):
        bad = reasons.get(index + 1)
        style = "bad" if bad else _style(table, index)
        for column, value in enumerate(row[:width]):
            writer.put(index, column, value, style, "bad_date" if bad else "date")
        if bad:
            writer.put(index, width, "；".join(bad), "reason")
    _finish(writer, table, width)
    return writer.close()


def _style(table: RosterTable, index: int) -> str:
    if index < table.header_top:
        return "plain"
    return "header" if index < table.first_row else "cell"


def _finish(writer: Writer, table: RosterTable, width: int) -> None:
    writer.put(table.first_row - 1, width, REASON_TITLE, "header")
    widths = {c.key: c.width for c in COLUMNS}
    for column in table.columns:
        writer.sheet.set_column(column.index, column.index, widths.get(column.key, 12))
    writer.sheet.set_column(width, width, 60)
    writer.sheet.freeze_panes(table.first_row, 0)
    for (top, left), (bottom, right) in table.sheet.merged:
        # Merged cells may lie below the last row that holds anything, and in a damaged file upon one another.
        if right < width and bottom < len(table.sheet.rows) and _is_merged(table.sheet.rows, top, left, bottom, right):
            value = table.sheet.rows[top][left]
            style = writer.formats["title" if top < table.header_top and right - left > 6 else _style(table, top)]
            with suppress(OverlappingRange):
                writer.sheet.merge_range(top, left, bottom, right, "", style)
                writer.sheet.write_string(top, left, str(value), style)


def _is_merged(rows: list[list[Any]], top: int, left: int, bottom: int, right: int) -> bool:
    """More than one cell and only the first holds anything: a merge would hide what another program left there."""
    cells = [cell for row in rows[top : bottom + 1] for cell in row[left : right + 1]]
    return len(cells) > 1 and not any(cell not in ("", None) for cell in cells[1:])


def today_name(today: dt.date) -> str:
    """The file name of an export."""
    return f"花名册-{today:%Y%m%d}.xlsx"
