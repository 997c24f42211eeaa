"""The way of a roster workbook: upload, preview, confirm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianfang.platform.problems import Problem, Refused
from personnel.filters import units_in_scope
from personnel.forms.imports import MappingForm, UploadForm
from personnel.forms.problems import show_problems
from personnel.models import MemberImport
from personnel.roster_workbook.export import with_reasons
from personnel.roster_workbook.plan import ImportPlan
from personnel.roster_workbook.rows import RowPlan
from personnel.services import imports as services
from personnel.views.exports import workbook_response
from teams.gate import SignedInRequest, gate
from teams.models import Unit, User
from teams.policy import Action

SHOWN = 100  # rows of each kind on the preview; the counts are of all


@dataclass(frozen=True)
class Part:
    """One kind of rows on the preview."""

    key: str
    title: Any
    rows: list[RowPlan]
    count: int

    @property
    def hidden(self) -> int:
        return self.count - len(self.rows)


@require_http_methods(["GET", "POST"])
@gate(Action.MEMBER_IMPORT)
def member_import(request: SignedInRequest) -> HttpResponse:
    """Choose a unit and a workbook."""
    units = units_in_scope(request, Action.MEMBER_IMPORT)
    initial = {"unit": units.first()}
    form = UploadForm(request.POST or None, request.FILES or None, units=units, initial=initial)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["workbook"]
        try:
            upload = services.keep_upload(
                by=request.user, unit=form.cleaned_data["unit"], file_name=file.name, data=file.read()
            )
        except Refused as refused:
            show_problems(form, refused)
        else:
            return redirect("member-import-preview", upload.pk)
    status = 422 if form.errors else 200
    return render(request, "personnel/imports/upload.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
@gate(Action.MEMBER_IMPORT)
def preview(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """What the import would do; a POST corrects which column is taken for which field."""
    upload = _own(request.user, pk)
    table = services.read_roster(upload.data, upload.chosen_columns)
    form = MappingForm(request.POST or None, table=table)
    if request.method == "POST" and form.is_valid():
        services.choose_columns(by=request.user, upload=upload, mapping=form.mapping())
        return redirect("member-import-preview", upload.pk)
    return _preview(request, upload, [], form)


def _preview(
    request: SignedInRequest, upload: MemberImport, problems: list[Problem], form: MappingForm | None = None
) -> HttpResponse:
    table = services.read_roster(upload.data, upload.chosen_columns)
    plan = services.plan(table, unit=upload.unit, by=request.user)
    context = {
        "upload": upload,
        "plan": plan,
        "parts": _parts(plan),
        "counts": plan.counts,
        "fingerprint": plan.fingerprint(),
        "mapping_form": form or MappingForm(table=table),
        "mapping_problems": table.mapping_problems(),
        "problems": problems,
        "may_confirm": not plan.bad and not table.mapping_problems() and bool(plan.new or plan.changed),
    }
    return render(request, "personnel/imports/preview.html", context, status=422 if problems else 200)


def _parts(plan: ImportPlan) -> list[Part]:
    titles = [("bad", _("Bad rows")), ("new", _("New")), ("changed", _("Changed")), ("unchanged", _("Unchanged"))]
    rows = {key: getattr(plan, key) for key, _title in titles}
    return [Part(key, title, rows[key][:SHOWN], len(rows[key])) for key, title in titles if rows[key]]


@require_POST
@gate(Action.MEMBER_IMPORT)
def confirm(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Write what the preview showed, all or nothing."""
    upload = _own(request.user, pk)
    try:
        result = services.confirm_upload(
            by=request.user,
            upload=upload,
            create_units=bool(request.POST.get("create_units")),
            expected=request.POST.get("fingerprint", ""),
        )
    except Refused as refused:
        return _preview(request, upload, refused.problems)
    text = _("Imported: %(new)d new, %(changed)d changed, %(unchanged)d unchanged.")
    messages.success(request, text % vars(result))
    return redirect("member-list")


@require_POST
@gate(Action.MEMBER_IMPORT)
def cancel(request: SignedInRequest, pk: UUID) -> HttpResponse:
    services.throw_away(by=request.user, upload=_own(request.user, pk))
    messages.info(request, _("The workbook was thrown away; nothing was imported."))
    return redirect("member-import")


@require_GET
@gate(Action.MEMBER_IMPORT)
def bad_rows(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The uploaded workbook with what is wrong in each bad row."""
    upload = _own(request.user, pk)
    table = services.read_roster(upload.data, upload.chosen_columns)
    plan = services.plan(table, unit=upload.unit, by=request.user)
    return workbook_response(with_reasons(table, plan.problems), f"导入问题-{upload.file_name}")


def _own(user: User, pk: UUID) -> MemberImport:
    """The user's own upload, and only while the right to import reaches its unit; 404 otherwise."""
    units = Unit.objects.manageable_by(user, Action.MEMBER_IMPORT)
    rows = MemberImport.objects.owned_by(user).filter(unit__in=units).select_related("unit")
    upload: MemberImport = get_object_or_404(rows, pk=pk)
    return upload
