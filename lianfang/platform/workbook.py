"""Excel workbooks: reading what strangers upload, writing what nobody's spreadsheet will execute."""

from __future__ import annotations

import datetime as dt
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

import xlsxwriter
from django.utils.translation import gettext_lazy as _
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from lianfang.platform.problems import Problem, Refused

MAX_BYTES = 20 * 1024 * 1024
MAX_UNPACKED_BYTES = 200 * 1024 * 1024
MAX_PARTS = 1000
MAX_ROWS = 50_000
MAX_COLUMNS = 208
MAX_TEXT_BYTES = 1024 * 1024 * 1024

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # an old .xls, or the shell of an encrypted .xlsx
ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"

# A reader lays out every cell up to the last one, so one cell at XFD1048576 would ask for 17 thousand million cells.
# One expression, begun by a plain letter, so that millions of near cells cost little; the group is a far row's number.
_FAR_CELL = re.compile(
    rb"""r(?<=\Wr)\s*=\s*["'](?:[A-Za-z]{3,}[0-9]|[H-Zh-z][A-Za-z][0-9]|[A-Za-z]{1,2}(0*(?:[1-9][0-9]{5,}|[5-9][0-9]{4}))["'])"""
)
# Numbers beyond what a float holds, as the file spells them.
_LONG_NUMBER = re.compile(rb"""<(?:\w+:)?c\b[^<>]*?\br="([A-Z]{1,3})([0-9]+)"[^<>]*>\s*<(?:\w+:)?v>([0-9]{16,20})</""")
EXACT_FLOAT = 10**15
_NOT_IN_SHEET_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\", " "))

Cell = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta


@dataclass(frozen=True)
class Sheet:
    """One sheet: rows from the first row on, and merged ranges as ((row, column), (row, column)), counted from 0.

    Numbers of more than 15 digits come as text where the file still spells them out, as a float where it doesn't.
    """

    name: str
    rows: list[list[Cell]]
    merged: list[tuple[tuple[int, int], tuple[int, int]]] = field(default_factory=list)


def read_workbook(data: bytes) -> list[Sheet]:
    """The visible sheets of an .xlsx file with their cells' types.

    Raises `Refused` with one sentence for what is no workbook, is encrypted, or would unpack beyond all measure.
    """
    _check_shell(data)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _read_checked(archive, data)
    except DAMAGES:
        raise _refused("not_a_workbook", NOT_A_WORKBOOK) from None


# What the readers of zip, deflate and XML raise for a damaged file.
DAMAGES = (
    CalamineError,
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    ElementTree.ParseError,
    NotImplementedError,
    RuntimeError,
    OSError,
    EOFError,
    LookupError,
    ValueError,
)
NOT_A_WORKBOOK = _("This is no Excel workbook (.xlsx), or it is damaged.")
ENCRYPTED = _("The workbook is protected by a password: take the password off and save it again.")


def _too_large() -> Refused:
    message = _("The workbook is too large: at most %(rows)s rows, %(columns)s columns and %(megabytes)s MB.")
    limits = {"rows": MAX_ROWS, "columns": MAX_COLUMNS, "megabytes": MAX_BYTES // 1024 // 1024}
    return _refused("workbook_too_large", message % limits)


def _refused(code: str, message: Any) -> Refused:
    return Refused([Problem(code, message, field="workbook")])


def _check_shell(data: bytes) -> None:
    if len(data) > MAX_BYTES:
        raise _too_large()
    if data.startswith(OLE_MAGIC):
        if ENCRYPTED_STREAM in data:
            raise _refused("workbook_encrypted", ENCRYPTED)
        raise _refused("workbook_old", _("This is an old .xls file: save it as an Excel workbook (.xlsx)."))
    if not data.startswith(b"PK\x03\x04"):
        raise _refused("not_a_workbook", NOT_A_WORKBOOK)


def _read_checked(archive: zipfile.ZipFile, data: bytes) -> list[Sheet]:
    parts = archive.infolist()
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
        raise _too_large()
    if any(part.flag_bits & 1 for part in parts):
        raise _refused("workbook_encrypted", ENCRYPTED)
    longest, references = 0, 0
    for part in parts:
        strings, used = _check_part(archive, part)
        longest, references = max(longest, strings), references + used
    if longest * references > MAX_TEXT_BYTES:
        raise _too_large()
    book = _open(data)
    paths = _sheet_paths(archive)
    visible = [
        meta.name
        for meta in book.sheets_metadata
        if meta.visible == SheetVisibleEnum.Visible and meta.typ == SheetTypeEnum.WorkSheet
    ]
    return [_sheet(book.get_sheet_by_name(name), archive, paths.get(name, "")) for name in visible]


def _check_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> tuple[int, int]:
    """Unpack once with a limit: the sizes in the directory may lie, which ends in a checksum error here.

    Answers the bytes of the longest shared text, and how often the sheet refers to shared texts: each reference
    becomes a copy, so one long text used a million times is a bomb too.
    """
    if not part.filename.endswith((".xml", ".rels")):
        return 0, 0
    content = archive.read(part)
    if b"<!DOCTYPE" in content[:4096]:
        raise _refused("not_a_workbook", NOT_A_WORKBOOK)
    if part.filename.startswith("xl/worksheets/") and any(not n or int(n) > MAX_ROWS for n in _far_rows(content)):
        raise _too_large()
    if part.filename.endswith("sharedStrings.xml"):
        return max(map(len, content.split(b"</si>"))), 0
    return 0, content.count(b't="s"') + content.count(b"t='s'")


def _far_rows(sheet: bytes) -> set[bytes]:
    """The row numbers of cells that may lie too far down; b"" for a cell too far to the right."""
    return set(_FAR_CELL.findall(sheet))


def _open(data: bytes) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_filelike(io.BytesIO(data))
    except BaseException as error:
        if type(error).__name__ == "PanicException":  # the reader's own crash; it is no Exception
            raise _refused("not_a_workbook", NOT_A_WORKBOOK) from None
        raise


def _sheet(source: CalamineSheet, archive: zipfile.ZipFile, path: str) -> Sheet:
    rows: list[list[Cell]] = source.to_python(skip_empty_area=False)
    if path and any(c.__class__ is float and c >= EXACT_FLOAT for row in rows for c in row):  # type: ignore[operator]
        for column, row, digits in _LONG_NUMBER.findall(archive.read(path)):
            rows[int(row) - 1][_column_index(column.decode())] = digits.decode()
    return Sheet(source.name, rows, source.merged_cell_ranges or [])


def _sheet_paths(archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet name → its part of the archive."""
    relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314 - no DOCTYPE passes
    targets = {r.get("Id"): r.get("Target", "") for r in relations}
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314 - no DOCTYPE passes
    names = set(archive.namelist())
    found = {}
    for sheet in book.iter():
        if sheet.tag.endswith("}sheet"):
            target = targets.get(sheet.get(RELATION), "").lstrip("/")
            path = target if target.startswith("xl/") else f"xl/{target}"
            if path in names:
                found[sheet.get("name", "")] = path
    return found


def _column_index(letters: str) -> int:
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1


def _sheet_name(text: str) -> str:
    """`text` as Excel takes it for a sheet: at most 31 characters, none of []:*?/\\, no apostrophe at either end."""
    return text.translate(_NOT_IN_SHEET_NAMES)[:31].strip("' ") or "Sheet1"


@dataclass(frozen=True)
class Column:
    """A column to write: its heading and its width in characters."""

    title: str
    width: float = 12


class Writer:
    """One sheet in the making. Text is written as text, never as a formula or a link."""

    def __init__(self, sheet_name: str) -> None:
        self._buffer = io.BytesIO()
        self.book = xlsxwriter.Workbook(self._buffer, {"in_memory": True})
        self.sheet = self.book.add_worksheet(_sheet_name(sheet_name))
        base = {"font_name": "宋体", "font_size": 10, "valign": "vcenter"}
        grid = {**base, "border": 1, "border_color": "#B8C2CC"}
        self.formats = {
            "title": self.book.add_format({**base, "font_size": 16, "bold": True, "align": "center"}),
            "header": self.book.add_format(
                {**grid, "bold": True, "bg_color": "#E8EEF4", "align": "center", "text_wrap": True}
            ),
            "cell": self.book.add_format(grid),
            "date": self.book.add_format({**grid, "num_format": "yyyy-mm-dd", "align": "center"}),
            "bad": self.book.add_format({**grid, "bg_color": "#FBE9E7"}),
            "bad_date": self.book.add_format({**grid, "bg_color": "#FBE9E7", "num_format": "yyyy-mm-dd"}),
            "reason": self.book.add_format({**grid, "font_color": "#B3261E", "text_wrap": True}),
            "plain": self.book.add_format(base),
        }

    def put(self, row: int, column: int, value: Any, style: str = "cell", date_style: str = "date") -> None:
        """Write one value by its type; row and column count from 0."""
        look = self.formats[style]
        if value is None or value == "":
            self.sheet.write_blank(row, column, None, look)
        elif isinstance(value, bool):
            self.sheet.write_boolean(row, column, value, look)
        elif isinstance(value, int | float) and abs(value) < EXACT_FLOAT:
            self.sheet.write_number(row, column, value, look)
        elif isinstance(value, dt.date):
            self.sheet.write_datetime(row, column, value, self.formats[date_style])
        else:
            self.sheet.write_string(row, column, str(value), look)

    def close(self) -> bytes:
        """The finished file."""
        self.book.close()
        return self._buffer.getvalue()


def write_table(sheet_name: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]], *, title: str = "") -> bytes:
    """A workbook of one table: an optional title line, a header that stays in view, then the rows."""
    writer = Writer(sheet_name)
    header = 0
    if title:
        writer.sheet.merge_range(0, 0, 0, len(columns) - 1, "")
        writer.sheet.write_string(0, 0, title, writer.formats["title"])
        writer.sheet.set_row(0, 30)
        header = 1
    for index, column in enumerate(columns):
        writer.sheet.set_column(index, index, column.width)
        writer.put(header, index, column.title, "header")
    writer.sheet.set_row(header, 30)
    writer.sheet.freeze_panes(header + 1, 0)
    for number, row in enumerate(rows, header + 1):
        for index, value in enumerate(row):
            writer.put(number, index, value)
    return writer.close()
