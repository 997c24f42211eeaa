"""Roster workbooks for tests, built on the spot: plain ones, and ones as messy as stations keep them."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import xlsxwriter

from lianfang.platform.id_numbers import invented_id_number
from personnel.roster_workbook.columns import COLUMNS
from personnel.roster_workbook.plan import ImportPlan
from personnel.services import imports
from teams.models import Unit, User

TITLES = {c.key: c.title for c in COLUMNS}


def person(serial: int, **changes: Any) -> dict[str, Any]:
    """The cells of one invented man, by column key."""
    born = dt.date(1990, 1, 1) + dt.timedelta(days=serial % 3000)
    return {
        "squadron": "城北派出所中队",
        "group": "一班",
        "name": "张建国",
        "sex": "男",
        "id_number": invented_id_number(born, "male", serial % 500),
        "birth_date": born.isoformat(),
        "phone": "13800001234",
        "education": "大专",
        "staff_category": "勤务辅警",
        "hired_on": "2020-07-01",
        "certificate_number": f"GZ{serial:06d}",
        "certificate_until": "2030-12-31",
    } | changes


def workbook(people: list[dict[str, Any]], keys: list[str] | None = None) -> bytes:
    """A plain roster workbook: one header row, text in every cell that isn't a number or a date."""
    keys = keys or ["number", *people[0]] if people else ["name", "id_number"]
    rows: list[list[Any]] = [[TITLES.get(key, key) for key in keys]]
    rows += [[p.get(key, n if key == "number" else "") for key in keys] for n, p in enumerate(people, 1)]
    return sheet(rows)


def sheet(rows: list[list[Any]], merged: list[tuple[int, int, int, int]] | None = None) -> bytes:
    """One sheet of cells; `merged` are ranges (top, left, bottom, right), counted from 0."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    page = book.add_worksheet("花名册")
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for top, left, bottom, right in merged or []:
        page.merge_range(top, left, bottom, right, "")
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            _put(page, r, c, value, day)
    book.close()
    return buffer.getvalue()


def _put(page: Any, row: int, column: int, value: Any, day: Any) -> None:
    if value in ("", None):
        return
    if isinstance(value, dt.date):
        page.write_datetime(row, column, value, day)
    elif isinstance(value, int | float):
        page.write_number(row, column, value)
    else:
        page.write_string(row, column, value)


def run(data: bytes, unit: Unit, **options: Any) -> imports.ImportResult:
    """Import as the system."""
    return imports.import_members(by=None, table=imports.read_roster(data), unit=unit, **options)


def plan(data: bytes, unit: Unit, by: User | None = None) -> ImportPlan:
    """What the import would do."""
    return imports.plan(imports.read_roster(data), unit=unit, by=by)


def reasons(data: bytes, unit: Unit, by: User | None = None) -> list[tuple[int | None, str]]:
    """Row and code of each problem."""
    return [(p.row, p.code) for p in plan(data, unit, by).problems]


def messy_sheet() -> bytes:
    """Title, filler, two header rows with merged cells, odd column order, empty rows, signature line."""
    numbers = [invented_id_number(dt.date(1990, 3, d), "male", d) for d in range(1, 7)]
    numbers.append(invented_id_number(dt.date(1991, 4, 1), "female", 3))
    x = next(n for s in range(500) if (n := invented_id_number(dt.date(1992, 5, 2), "male", s)).endswith("X"))
    wide = "".join(chr(ord(c) + 0xFEE0) for c in numbers[1])
    head = [
        ["2026年公安机关警务辅助人员花名册", *[""] * 11],
        ["填报单位：城北派出所中队（盖章）", "", "", "填报时间：2026年11月20日", *[""] * 8],
        ["序号", "基本信息", "", "", "单位", "", "联系\n方式", "劳动合同", "", "上岗证", "", "入职\n日期"],
        ["", "身份证号码", "姓　名", "性别", "所在中队", "班组", "手机号码", "起", "止", "编号", "有效期", ""],
    ]
    rows: list[list[Any]] = [
        [
            1,
            numbers[0],
            "张建国",
            "男",
            "城北派出所中队",
            "一班",
            "138 0000 1234",
            "2024.07",
            "2027.06",
            "A1",
            "2030.06",
            "2019.07",
        ],
        [
            2,
            wide,
            "李　伟",
            "男",
            "",
            "",
            13800001235,
            dt.date(2024, 7, 1),
            "2027-6-30",
            "A2",
            "20300630",
            "2019年7月1日",
        ],
        ["", *[""] * 11],
        [3, x.lower(), " 王 磊 ", "男", "", "", "", "2024/7/1", "长期", "", "", "20190701"],
        [4, int(numbers[3][:6] + numbers[3][8:17]), "买买提.艾力", "", "", "二班", "", "", "", "", "", 43647],
        [
            5,
            f" {numbers[4][:6]} {numbers[4][6:14]} {numbers[4][14:]} ",
            "陈刚",
            "男",
            "城北派出所中队",
            "二班",
            *[""] * 6,
        ],
        [6, "", "", *[""] * 9],
        ["制表人：　　　审核人：", *[""] * 11],
    ]
    merged = [(0, 0, 0, 11), (2, 0, 3, 0), (2, 1, 2, 3), (2, 4, 2, 5), (2, 7, 2, 8), (2, 9, 2, 10), (2, 11, 3, 11)]
    merged += [(4, 4, 8, 4), (4, 5, 7, 5)]
    return sheet([*head, *rows], merged)
