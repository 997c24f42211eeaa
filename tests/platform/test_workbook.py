"""Workbooks from strangers, and workbooks to take away."""

import contextlib
import datetime as dt
import io
import random
import zipfile

import pytest

from lianfang.platform import workbook
from lianfang.platform.problems import Refused
from lianfang.platform.workbook import Column, read_workbook, write_table

ROWS = [["张三", dt.date(2026, 1, 31), 12], ["=1+1", None, 3.5], ["@SUM(A1)", None, True]]


def table():
    return write_table("表", [Column("姓名"), Column("日期"), Column("数")], ROWS)


def changed(name, content):
    """The workbook of `table` with one part exchanged or added."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(table())) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            if part != name:
                new.writestr(part, old.read(part))
        new.writestr(name, content)
    return buffer.getvalue()


def refusal(data):
    with pytest.raises(Refused) as refused:
        read_workbook(data)
    assert len(refused.value.problems) == 1
    assert "\n" not in str(refused.value.problems[0])
    return refused.value.problems[0].code


def test_table_comes_back_with_its_types():
    (sheet,) = read_workbook(table())
    assert sheet.rows[0] == ["姓名", "日期", "数"]
    assert sheet.rows[1] == ["张三", dt.date(2026, 1, 31), 12.0]


def test_text_that_looks_like_a_formula_stays_text():
    with zipfile.ZipFile(io.BytesIO(table())) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
    (sheet,) = read_workbook(table())
    assert sheet.rows[2][0] == "=1+1"


def test_18_digit_number_is_read_as_the_file_spells_it():
    cells = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        '<row r="1"><c r="A1"><v>990101199001010012</v></c><c r="B1" s="1"><v>3.7139120010815302E+17</v></c></row>'
        "</sheetData></worksheet>"
    )
    (sheet,) = read_workbook(changed("xl/worksheets/sheet1.xml", cells))
    assert sheet.rows[0][0] == "990101199001010012"
    assert sheet.rows[0][1] == 3.7139120010815302e17


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"PK\x03\x04" + b"\0" * 500, "姓名,性别\n".encode(), b"%PDF-1.7"])
def test_what_is_no_workbook_is_refused(data):
    assert refusal(data) == "not_a_workbook"


def test_zip_without_a_workbook_is_refused():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("photo.jpg", b"x")
    assert refusal(buffer.getvalue()) == "not_a_workbook"


def test_truncated_workbook_is_refused():
    data = table()
    for end in range(100, len(data), 500):
        assert refusal(data[:end]) == "not_a_workbook"


def test_encrypted_workbook_is_refused():
    data = workbook.OLE_MAGIC + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600
    assert refusal(data) == "workbook_encrypted"


def test_old_xls_is_refused_with_advice():
    assert refusal(workbook.OLE_MAGIC + b"\0" * 2000) == "workbook_old"


def test_file_of_200_megabytes_is_refused():
    assert refusal(b"PK\x03\x04" + bytes(200 * 1024 * 1024)) == "workbook_too_large"


def test_zip_bomb_is_refused():
    assert refusal(changed("xl/worksheets/sheet2.xml", bytes(workbook.MAX_UNPACKED_BYTES + 1))) == "workbook_too_large"


def test_lying_size_is_refused():
    data = changed("xl/worksheets/sheet1.xml", b"<a>" + bytes(10_000_000))
    honest = (10_000_003).to_bytes(4, "little")
    assert honest in data
    assert refusal(data.replace(honest, (100).to_bytes(4, "little"))) == "not_a_workbook"


@pytest.mark.parametrize("cell", ["XFD1048576", "A1048576", "XFD1", "HA1", "A50001"])
def test_cell_far_out_is_refused(cell):
    content = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        f'<row r="1"><c r="A1"><v>1</v></c><c r="{cell}"><v>1</v></c></row></sheetData></worksheet>'
    )
    assert refusal(changed("xl/worksheets/sheet1.xml", content)) == "workbook_too_large"


def test_one_long_text_used_everywhere_is_refused():
    strings = (
        f'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>{"长" * 30_000}</t></si></sst>'
    )
    row = "".join(f'<c r="A{n}" t="s"><v>0</v></c>' for n in range(1, 20_000))
    buffer = io.BytesIO(changed("xl/sharedStrings.xml", strings))
    with zipfile.ZipFile(buffer) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    parts["xl/worksheets/sheet1.xml"] = f"<worksheet><sheetData><row>{row}</row></sheetData></worksheet>".encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in parts.items():
            new.writestr(name, content)
    assert refusal(out.getvalue()) == "workbook_too_large"


def test_entity_bomb_is_refused():
    bomb = (
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
        '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">&b;</workbook>'
    )
    assert refusal(changed("xl/workbook.xml", bomb)) == "not_a_workbook"


@pytest.mark.parametrize("seed", range(8))
def test_damaged_bytes_never_break_the_reader(seed):
    """Flipped bytes anywhere: either it still reads, or it is refused."""
    luck = random.Random(seed)
    whole = table()
    for _ in range(60):
        data = bytearray(whole)
        for _ in range(luck.randint(1, 6)):
            data[luck.randrange(4, len(data))] = luck.randrange(256)
        with contextlib.suppress(Refused):
            read_workbook(bytes(data))


@pytest.mark.parametrize("seed", range(8))
def test_damaged_xml_never_breaks_the_reader(seed):
    luck = random.Random(seed)
    with zipfile.ZipFile(io.BytesIO(table())) as archive:
        parts = {name: archive.read(name) for name in archive.namelist() if name.startswith(("xl/w", "xl/_"))}
    for _ in range(40):
        name = luck.choice(sorted(parts))
        content = bytearray(parts[name])
        for _ in range(luck.randint(1, 4)):
            content[luck.randrange(len(content))] = luck.choice(b'<>/&;"0123456789ABZ \x00\xff')
        with contextlib.suppress(Refused):
            read_workbook(changed(name, bytes(content)))


@pytest.mark.parametrize("name", ["笔试/面试", "[a]:*?\\", "'引号'", "长" * 40, "", "///"])
def test_sheet_takes_any_name(name):
    (sheet,) = read_workbook(write_table(name, [Column("姓名")], [["张三"]]))
    assert 1 <= len(sheet.name) <= 31


def test_text_full_of_tags_is_read_in_time():
    """Quadratic, it would take hours."""
    long_number = f'<row r="3"><c r="A3"><v>{"1" * 18}</v></c></row>'
    sheet = f"<!--{'<c ' * 200_000}--><worksheet xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'>"
    content = f"{sheet}<sheetData>{long_number}</sheetData></worksheet>"
    (read,) = read_workbook(changed("xl/worksheets/sheet1.xml", content))
    assert read.rows[-1][0] == "1" * 18
