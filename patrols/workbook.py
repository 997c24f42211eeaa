"""The roster as an .xlsx that looks like the grid (handbook: formats people expect)."""

from __future__ import annotations

import io
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from patrols.grid import Cell, Column, CoverRow, Grid, Row
from patrols.models import ShiftColour

# Ground and letter of each shift colour, as `static/css/tokens.css` has them: a workbook cannot read a style sheet.
COLOURS = {
    ShiftColour.AMBER: ("#FDF0CC", "#7A4A00"),
    ShiftColour.GREEN: ("#D8F0E0", "#145C38"),
    ShiftColour.INDIGO: ("#E0E4FB", "#3336A0"),
    ShiftColour.VIOLET: ("#F1E0F7", "#7A1F8F"),
    ShiftColour.TEAL: ("#D3EFEF", "#0B575C"),
    ShiftColour.ROSE: ("#FDE2E6", "#99182F"),
    ShiftColour.SLATE: ("#E4E9EF", "#435062"),
}
FREE_DAY = "#F6F4F0"
HOLIDAY = "#FBEEE9"
CREW = "#F2F5F9"
LINE = "#C6D0DE"
SHORT = ("#FDEAEA", "#B3202C")
A3 = 8  # Excel's number of the paper size
HEADER_ROWS = 3
NAME_COLUMN = 0
FIRST_DAY = 1
TOTALS = 4


def roster_workbook(grid: Grid) -> bytes:
    """One sheet, ready to print on A3 landscape. Every text is written as text, so that no name becomes a formula."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        _Sheet(book, grid).write()
    return stream.getvalue()


class _Sheet:
    def __init__(self, book: Any, grid: Grid) -> None:
        self.book, self.grid = book, grid
        self.sheet = book.add_worksheet(grid.roster.span_text[:31])
        self.formats: dict[tuple[tuple[str, Any], ...], Any] = {}
        self.row = 0

    def write(self) -> None:
        self._lay_out()
        self._title()
        self._header()
        for crew in self.grid.crews:
            self._crew(f"{crew.name} ({len(crew.rows)})")
            for row in crew.rows:
                self._person(row)
        for cover in self.grid.cover_rows:
            self._cover(cover)
        self._legend()

    def _lay_out(self) -> None:
        sheet, days = self.sheet, len(self.grid.columns)
        sheet.set_landscape()
        sheet.set_paper(A3)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0, HEADER_ROWS - 1)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.5)
        sheet.set_column(NAME_COLUMN, NAME_COLUMN, 18)
        sheet.set_column(FIRST_DAY, days, 4)
        sheet.set_column(FIRST_DAY + days, days + TOTALS, 6)
        sheet.freeze_panes(HEADER_ROWS, FIRST_DAY)

    def _title(self) -> None:
        roster = self.grid.roster
        version = _("Version %(n)s") % {"n": roster.version} if roster.version else ""
        parts = (roster.unit.name, roster.title, str(roster.get_status_display()), version)
        text = " ".join(part for part in parts if part)
        last = len(self.grid.columns) + TOTALS
        self.sheet.merge_range(0, 0, 0, last, "", self._format(bold=True, font_size=16, border=0))
        self.sheet.write_string(0, 0, text, self._format(bold=True, font_size=16, border=0))
        self.row = 1

    def _header(self) -> None:
        self.sheet.merge_range(1, NAME_COLUMN, 2, NAME_COLUMN, "", self._format(bold=True))
        self._text(1, NAME_COLUMN, _("Member"), bold=True)
        for number, column in enumerate(self.grid.columns, start=FIRST_DAY):
            ground = _ground(column)
            self._text(1, number, str(column.date.day), bold=True, **ground)
            self._text(2, number, column.weekday, **ground)
        names = (_("Hrs"), _("Nts"), _("W/e"), _("OT"))
        for number, name in enumerate(names, start=FIRST_DAY + len(self.grid.columns)):
            self.sheet.merge_range(1, number, 2, number, "", self._format(bold=True))
            self._text(1, number, name, bold=True)
        self.row = HEADER_ROWS

    def _crew(self, name: str) -> None:
        for column in range(1, len(self.grid.columns) + TOTALS + 1):
            self.sheet.write_blank(self.row, column, None, self._format(bg_color=CREW))
        self._text(self.row, NAME_COLUMN, name, bold=True, align="left", bg_color=CREW)
        self.row += 1

    def _person(self, row: Row) -> None:
        self._text(self.row, NAME_COLUMN, row.member.name, align="left")
        for number, cell in enumerate(row.cells, start=FIRST_DAY):
            self._text(self.row, number, cell.text, **_look(cell))
        totals = (
            (row.totals.hours, row.hours_over),
            (row.totals.nights, row.nights_over),
            (row.totals.weekends, False),
            (row.overtime, row.hours_over),
        )
        for number, (value, is_over) in enumerate(totals, start=FIRST_DAY + len(row.cells)):
            look: dict[str, Any] = {"font_color": SHORT[1], "bold": True} if is_over else {}
            self.sheet.write_number(self.row, number, value, self._format(**look))
        self.row += 1

    def _cover(self, cover: CoverRow) -> None:
        self._text(self.row, NAME_COLUMN, f"{cover.beat.name} {cover.shift.code}", align="left", font_size=9)
        for number, (column, need) in enumerate(cover.cells, start=FIRST_DAY):
            look: dict[str, Any] = {**_ground(column), "font_size": 8}
            if need and need.missing:
                look |= {"bg_color": SHORT[0], "font_color": SHORT[1], "bold": True}
            self._text(self.row, number, f"{need.have}/{need.minimum}" if need else "", **look)
        self.row += 1
        if cover.leads:
            self._leads(cover.leads)

    def _leads(self, leads: list[tuple[Column, str]]) -> None:
        self._text(self.row, NAME_COLUMN, _("Led by"), align="left", indent=1, font_size=9)
        for number, (column, officer) in enumerate(leads, start=FIRST_DAY):
            self._text(self.row, number, officer, **_ground(column), font_size=7, shrink=True)
        self.row += 1

    def _legend(self) -> None:
        kinds = self.grid.used_shifts
        text = "    ".join(f"{shift.code} {shift.name} {shift.hours_text}" for shift in kinds)
        lines = [text, *(column.label for column in self.grid.remarked)]
        for number, line in enumerate(lines, start=self.row + 1):
            self.sheet.write_string(number, NAME_COLUMN, line, self._format(border=0, align="left"))

    def _text(self, row: int, column: int, text: str, **look: Any) -> None:
        self.sheet.write_string(row, column, str(text), self._format(**look))

    def _format(self, **look: Any) -> Any:
        """A format made once for each look: Excel allows 64,000 of them, a roster has two thousand cells."""
        full = {"border": 1, "border_color": LINE, "align": "center", "valign": "vcenter", **look}
        key = tuple(sorted(full.items()))
        if key not in self.formats:
            self.formats[key] = self.book.add_format(full)
        return self.formats[key]


def _ground(column: Column) -> dict[str, Any]:
    if column.day.is_holiday:
        return {"bg_color": HOLIDAY}
    return {"bg_color": FREE_DAY} if column.is_free else {}


def _look(cell: Cell) -> dict[str, Any]:
    if cell.shift:
        ground, letter = COLOURS[ShiftColour(cell.shift.colour)]
        return {"bg_color": ground, "font_color": letter}
    if cell.absence:
        return {"pattern": 14, "fg_color": "#C6D0DE", "bg_color": "#FFFFFF", "font_color": "#5D6B80"}
    return _ground(cell.column)
