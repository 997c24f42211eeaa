"""Small tables of set-up data: found in a workbook or in pasted text, judged row by row, written all or none.

Each app says which columns it takes and what a row means; this is what they share. (The members' roster workbook
comes as stations keep it and has its own reader.)
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Choices
from django.utils.functional import lazy
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from lianfang.platform.problems import Problem, Refused
from lianfang.platform.workbook import OLE_MAGIC, Column, Writer, read_workbook

MAX_ROWS = 2000
MAX_CELL = 200
SEARCHED_ROWS = 25
LANGUAGES = ("zh-hans", "en")
CHANGED_MEANWHILE = Problem(
    "changed_meanwhile", gettext_lazy("Somebody changed the same data in the meantime. Look at the preview again.")
)
_NOISE = re.compile(r"\(.*?\)|[\s*＊:：、,，。.;；/\\|_\-—\"'“”]+")


@dataclass(frozen=True)
class TableColumn:
    """A column: `label` heads it in the template, `words` are headings it is known by too, `hint` what it may hold."""

    key: str
    label: Any
    words: tuple[str, ...] = ()
    hint: Any = ""
    width: float = 16
    needed: bool = False

    def headings(self) -> set[str]:
        """Every heading that means this column, folded; the label counts in each language."""
        labels = []
        for language in LANGUAGES:
            with override(language):
                labels.append(str(self.label))
        return {folded(text) for text in (*labels, *self.words, self.key)}


@dataclass(frozen=True)
class TableRow:
    """The cells of one row by column, "" for an empty one; the number counts as Excel counts."""

    number: int
    cells: Mapping[str, str]

    def __getitem__(self, key: str) -> str:
        return self.cells.get(key, "")


@dataclass(frozen=True)
class Change:
    """One thing that a row changes, in words for a screen."""

    label: Any
    before: Any
    after: Any


@dataclass
class LinePlan:
    """What one row would do. `what` is for the service that writes it."""

    row: int
    title: str = ""
    is_new: bool = False
    changes: list[Change] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    what: Any = None

    def complain(self, code: str, column: TableColumn | None, message: Any) -> None:
        """Note what is wrong; the sentence begins with the column's heading."""
        text = f"{capfirst(str(column.label))}: {message}" if column else message
        self.problems.append(Problem(code, text, column.key if column else None, row=self.row))

    @property
    def kind(self) -> str:
        if self.problems:
            return "bad"
        return "new" if self.is_new else "changed" if self.changes else "unchanged"


@dataclass(frozen=True)
class TablePlan:
    """All rows, judged. It is written only when none is bad."""

    lines: Sequence[LinePlan]

    def of_kind(self, kind: str) -> list[LinePlan]:
        return [line for line in self.lines if line.kind == kind]

    @property
    def counts(self) -> dict[str, int]:
        return {kind: len(self.of_kind(kind)) for kind in ("new", "changed", "unchanged", "bad")}

    @property
    def problems(self) -> list[Problem]:
        return [problem for line in self.lines for problem in line.problems]

    @property
    def is_writable(self) -> bool:
        """Whether there is something to write and nothing in the way."""
        return not self.problems and any(line.kind in ("new", "changed") for line in self.lines)

    def fingerprint(self) -> str:
        """Equal for plans that would write the same: what was previewed is what is confirmed."""
        digest = hashlib.sha256()
        for line in self.lines:
            what = [(str(c.before), str(c.after)) for c in line.changes]
            digest.update(repr((line.kind, line.row, line.title, what)).encode())
        return digest.hexdigest()

    def refuse(self, expected: str) -> None:
        """Raise `Refused` while a row is bad, or for a plan that is no longer the one that was `expected`."""
        if self.problems:
            raise Refused(self.problems)
        if expected and expected != self.fingerprint():
            raise Refused([CHANGED_MEANWHILE])


def folded(text: str) -> str:
    """Text without spaces, marks and brackets, in lower case: what headings and names are compared by."""
    plain = unicodedata.normalize("NFKC", text).lower()
    return _NOISE.sub("", plain) or "".join(plain.split())


def choice_words(choices: type[Choices], more: Mapping[Any, Sequence[str]] | None = None) -> dict[str, Any]:
    """Each word for a choice, folded: its label in each language, its code, and those in `more`."""
    found: dict[str, Any] = {}
    for member in choices:
        words = [str(member.value), *(more or {}).get(member, ())]
        for language in LANGUAGES:
            with override(language):
                words.append(str(member.label))
        found |= {folded(word): member for word in words}
    return found


def one_of(choices: type[Choices]) -> Any:
    """The choices as a sentence's list, in the language of the moment (lazy)."""
    return lazy(lambda: " / ".join(str(label) for label in choices.labels), str)()


# Reading


def read_rows(columns: Sequence[TableColumn], *, data: bytes = b"", text: str = "") -> list[TableRow]:
    """The rows of an uploaded workbook or CSV file, or of pasted text. Raises `Refused` with one sentence.

    A title above the header, empty rows, any order of columns are fine; pasted text needs no header.
    """
    grids = _grids(data) if data else [_lines(text)]
    for grid in grids:
        found = _header(grid, columns)
        if found is not None:
            top, places = found
            return _checked(_rows(grid[top + 1 :], top + 2, places))
    if not data:
        return _checked(_rows(grids[0], 1, {c.key: n for n, c in enumerate(columns)}))
    needed = _(", ").join(capfirst(str(c.label)) for c in columns if c.needed)
    message = _("No header row was found: one row must name the columns, among them %(columns)s.")
    raise Refused([Problem("no_header", message % {"columns": needed}, "file")])


def _grids(data: bytes) -> list[list[list[str]]]:
    if data.startswith((b"PK", OLE_MAGIC)):
        return [[[_plain(cell) for cell in row] for row in sheet.rows] for sheet in read_workbook(data)]
    for encoding in ("utf-8-sig", "gb18030"):  # Excel on a Chinese Windows saves CSV as GBK
        try:
            return [_lines(data.decode(encoding))]
        except UnicodeDecodeError:
            continue
    raise Refused([Problem("unreadable", _("This is neither an Excel workbook (.xlsx) nor a text file."), "file")])


def _lines(text: str) -> list[list[str]]:
    """Tab-separated as copied from a sheet, else separated by commas of either width."""
    mark = re.compile("\t" if "\t" in text else "[,，]")
    return [[_plain(cell.strip('" ')) for cell in mark.split(line)] for line in text.splitlines()]


def _plain(value: Any) -> str:
    if isinstance(value, dt.datetime | dt.date):
        return value.strftime("%Y-%m-%d")
    if isinstance(value, float) and value.is_integer():
        value = f"{value:.0f}"
    printable = "".join(c if c.isprintable() else " " for c in str(value))
    return " ".join(printable.split())


def _header(grid: list[list[str]], columns: Sequence[TableColumn]) -> tuple[int, dict[str, int]] | None:
    """The row that names every needed column, and where each column stands."""
    known = [(column, column.headings()) for column in columns]
    for top, row in enumerate(grid[:SEARCHED_ROWS]):
        places: dict[str, int] = {}
        for index, cell in enumerate(row):
            key = next((c.key for c, words in known if cell and folded(cell) in words), None)
            if key:
                places.setdefault(key, index)
        if len(places) >= min(2, len(columns)) and all(c.key in places for c in columns if c.needed):
            return top, places
    return None


def _rows(grid: list[list[str]], first: int, places: Mapping[str, int]) -> list[TableRow]:
    rows = []
    for number, row in enumerate(grid, first):
        cells = {key: row[index] for key, index in places.items() if index < len(row) and row[index]}
        if cells:
            rows.append(TableRow(number, cells))
    return rows


def _checked(rows: list[TableRow]) -> list[TableRow]:
    if not rows:
        raise Refused([Problem("no_rows", _("There is no row below the header."), "file")])
    if len(rows) > MAX_ROWS:
        message = _("The table has more than %(rows)s rows. Split it.") % {"rows": MAX_ROWS}
        raise Refused([Problem("too_many_rows", message, "file")])
    long = [row for row in rows if any(len(cell) > MAX_CELL for cell in row.cells.values())]
    if long:
        message = _("Row %(row)d holds a cell of more than %(most)d characters.")
        raise Refused([Problem("cell_too_long", message % {"row": long[0].number, "most": MAX_CELL}, "file")])
    return rows


# Between preview and confirmation the rows travel with the page: nothing is kept on the server.


def carried(rows: Iterable[TableRow], columns: Sequence[TableColumn]) -> str:
    """The rows as text for a hidden field, each with its number."""
    return "\n".join("\t".join([str(row.number), *(row[c.key] for c in columns)]) for row in rows)


def from_carried(text: str, columns: Sequence[TableColumn]) -> list[TableRow]:
    """The rows of `carried` text; a line that is none is left out. Raises `Refused` as `read_rows` does."""
    rows = []
    for line in text.splitlines():
        number, *cells = (_plain(cell) for cell in line.split("\t"))
        if number.isascii() and number.isdecimal() and len(number) < 8:
            filled = {c.key: cell for c, cell in zip(columns, cells, strict=False) if cell}
            rows.append(TableRow(int(number), filled))
    return _checked(rows)


# Writing


def template(name: str, columns: Sequence[TableColumn], rows: Iterable[Sequence[Any]], example: Sequence[Any]) -> bytes:
    """A workbook to fill in: the first sheet with `rows` as they stand, a second that explains the columns."""
    writer = Writer(name)
    _write_sheet(writer, [Column(capfirst(str(c.label)), c.width) for c in columns], rows)
    writer.sheet = writer.book.add_worksheet(_("How to fill it in")[:31])
    heads = [Column(_("Column"), 20), Column(_("What it holds"), 70), Column(_("Example"), 24)]
    lines = [(capfirst(str(c.label)), str(c.hint), shown) for c, shown in zip(columns, example, strict=True)]
    _write_sheet(writer, heads, lines)
    return writer.close()


def with_reasons(
    name: str, columns: Sequence[TableColumn], rows: Iterable[TableRow], problems: Iterable[Problem]
) -> bytes:
    """The rows once more, the bad ones with what is wrong in a last column."""
    reasons: dict[int, list[str]] = {}
    for problem in problems:
        reasons.setdefault(problem.row or 0, []).append(str(problem.message))
    heads = [*(Column(capfirst(str(c.label)), c.width) for c in columns), Column(_("What is wrong"), 60)]
    lines = [[*(row[c.key] for c in columns), "；".join(reasons.get(row.number, []))] for row in rows]
    writer = Writer(name)
    _write_sheet(writer, heads, lines)
    return writer.close()


def _write_sheet(writer: Writer, heads: Sequence[Column], rows: Iterable[Sequence[Any]]) -> None:
    for index, head in enumerate(heads):
        writer.sheet.set_column(index, index, head.width)
        writer.put(0, index, head.title, "header")
    writer.sheet.freeze_panes(1, 0)
    for number, row in enumerate(rows, 1):
        for index, value in enumerate(row):
            writer.put(number, index, value)
