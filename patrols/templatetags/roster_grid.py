"""The cells of the grid's rows: two thousand of them through the template engine would cost a second.

Through `format_html` they would still cost a quarter of one. What differs from cell to cell is escaped here once a
distinct text; everything else is made of class names, ids and dates.
"""

from __future__ import annotations

from functools import lru_cache

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from patrols.grid import Cell, Column, CoverRow, Row, tone_of
from patrols.services.rostering import NeedCover

register = template.Library()

EMPTY = "·"  # keeps a link for screen readers and the keyboard; the style sheet hides it
LONG = ' class="long"'  # of two figures: the column is narrow


@register.simple_tag
def row_cells(row: Row, editable: bool) -> SafeString:  # noqa: FBT001 - a template's positional argument
    """A person's days; each a link to its form while the roster can be changed."""
    return mark_safe("".join([_cell(cell, editable=editable) for cell in row.cells]))  # noqa: S308 - escaped in `_cell`


@register.simple_tag
def cover_cells(row: CoverRow, editable: bool) -> SafeString:  # noqa: FBT001 - as above
    """A beat's days in one shift: people against the need, and who could fill it."""
    return mark_safe("".join([_need(row, *cell, editable=editable) for cell in row.cells]))  # noqa: S308 - as above


@lru_cache(maxsize=1024)
def _text(value: str) -> str:
    return str(escape(value))


def _cell(cell: Cell, *, editable: bool) -> str:
    away = f' data-a="{_text(cell.absence)}" data-al="{_text(cell.absence_label)}"' if cell.absence else ""
    origin = f' data-o="{_text(cell.origin)}"' if cell.origin else ""
    link = f' href="cells/{cell.member_id:d}/{cell.iso}/"' if editable else ""
    return (
        f'<td class="{_text(cell.css)}" data-d="{cell.iso}" data-v="{_text(cell.mark)}"{origin}{away}>'
        f'<a{link} class="{_text(cell.chip)}" title="{_text(cell.tip)}">{_text(cell.text or EMPTY)}</a></td>'
    )


def _need(row: CoverRow, column: Column, need: NeedCover | None, *, editable: bool) -> str:
    if need is None:
        return f'<td class="need {_text(column.css)}" data-d="{column.iso}"></td>'
    link = f' href="needs/{row.beat.pk:d}/{row.shift.pk:d}/{column.iso}/"' if editable else ""
    broken = " broken" if column.date in row.broken else ""
    return (
        f'<td class="need need-{tone_of([need])}{broken}" data-d="{column.iso}">'
        f"<a{link}{LONG if need.minimum > 9 else ''}><b>{need.have:d}</b><small>/{need.minimum:d}</small></a></td>"
    )
