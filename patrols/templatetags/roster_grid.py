"""The cells of the grid's rows: two thousand of them through the template engine would cost a second."""

from __future__ import annotations

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from patrols.grid import Cell, Column, CoverRow, Row, tone_of
from patrols.services.rostering import NeedCover

register = template.Library()

EMPTY = "·"  # keeps a link for screen readers and the keyboard; the style sheet hides it


@register.simple_tag
def row_cells(row: Row, editable: bool) -> SafeString:  # noqa: FBT001 - a template's positional argument
    """A person's days; each a link to its form while the roster can be changed."""
    return format_html_join("", "{}", ((_cell(cell, editable=editable),) for cell in row.cells))


@register.simple_tag
def cover_cells(row: CoverRow, editable: bool) -> SafeString:  # noqa: FBT001 - as above
    """A beat's days in one shift: people against the need, and who could fill it."""
    return format_html_join("", "{}", ((_need(row, *cell, editable=editable),) for cell in row.cells))


def _cell(cell: Cell, *, editable: bool) -> SafeString:
    away = format_html(' data-a="{}" data-al="{}"', cell.absence, cell.absence_label) if cell.absence else ""
    origin = format_html(' data-o="{}"', cell.origin) if cell.origin else ""
    link = format_html(' href="cells/{}/{}/"', cell.member_id, cell.iso) if editable else ""
    return format_html(
        '<td class="{}" data-d="{}" data-v="{}"{}{}><a{} class="{}" title="{}">{}</a></td>',
        cell.css,
        cell.iso,
        cell.mark,
        origin,
        away,
        link,
        cell.chip,
        cell.tip,
        cell.text or EMPTY,
    )


def _need(row: CoverRow, column: Column, need: NeedCover | None, *, editable: bool) -> SafeString:
    iso = column.date.isoformat()
    if need is None:
        return format_html('<td class="need {}" data-d="{}"></td>', column.css, iso)
    link = format_html(' href="needs/{}/{}/{}/"', row.beat.pk, row.shift.pk, iso) if editable else ""
    return format_html(
        '<td class="need need-{}{}" data-d="{}"><a{}><b>{}</b><small>/{}</small></a></td>',
        tone_of([need]),
        " broken" if column.date in row.broken else "",
        iso,
        link,
        need.have,
        need.minimum,
    )
