"""Beats and cover from a workbook or pasted rows."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lianfang.platform.tables import TableRow
from patrols.services import cover_workbook
from patrols.views.cover import address, chosen_squadron
from teams.gate import SignedInRequest, gate
from teams.models import Unit
from teams.policy import Action
from teams.views.table_import import TableImport, table_import_page, xlsx


@require_http_methods(["GET", "POST"])
@gate(Action.COVER_MANAGE)
def cover_import(request: SignedInRequest) -> HttpResponse:
    """A row for each need: beat, shift, how many, on which days."""
    unit = _squadron(request)

    def write(rows: Sequence[TableRow], expected: str) -> HttpResponse:
        plan = cover_workbook.import_cover(by=request.user, unit=unit, rows=rows, expected=expected)
        messages.success(request, _("Beats and cover: %(new)d new, %(changed)d changed.") % plan.counts)
        return redirect(address("cover-page", unit))

    job = TableImport(
        title=_("Beats and cover from a workbook"),
        intro=_("A row for each need of %(unit)s: the beat, the shift, how many people, on which days.")
        % {"unit": unit.name},
        submit=_("Write beats and cover"),
        nothing=_("Every beat and need of this table is there already."),
        columns=cover_workbook.COLUMNS,
        plan=lambda rows: cover_workbook.plan_cover(rows, unit=unit),
        write=write,
        template_url=address("cover-template", unit),
        back=(_("Beats and cover"), address("cover-page", unit)),
    )
    return table_import_page(request, job)


@require_GET
@gate(Action.COVER_MANAGE)
def cover_template(request: SignedInRequest) -> HttpResponse:
    return xlsx(cover_workbook.cover_template(_squadron(request)), _("Beats and cover") + ".xlsx")


def _squadron(request: SignedInRequest) -> Unit:
    unit = chosen_squadron(request, Action.COVER_MANAGE)
    if unit is None:
        raise Http404
    return unit
