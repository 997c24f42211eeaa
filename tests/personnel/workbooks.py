"""Roster workbooks for tests, built on the spot: plain ones, and ones as messy as stations keep them."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import xlsxwriter

from lianfang.platform.id_numbers import invented_id_number
from personnel.roster_workbook.columns import COLUMNS

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
