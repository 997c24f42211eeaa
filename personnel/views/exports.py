"""Workbooks to take away: the list of members and the empty template."""

from __future__ import annotations

from urllib.parse import quote

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from lianfang.platform.problems import Refused
from personnel.filters import MemberFilter
from personnel.forms.members import ReasonForm
from personnel.forms.problems import show_problems
from personnel.models import Member
from personnel.models.member import MemberQuerySet
from personnel.roster_workbook import export
from personnel.services import members as services
from teams.gate import SignedInRequest, gate
from teams.policy import Action

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def workbook_response(content: bytes, file_name: str) -> HttpResponse:
    """A workbook to save; nothing on the way keeps a copy."""
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = f"attachment; filename=\"roster.xlsx\"; filename*=UTF-8''{quote(file_name)}"
    response["Cache-Control"] = "no-store"
    return response


def _filtered(request: SignedInRequest, rows: MemberQuerySet) -> MemberQuerySet:
    found: MemberQuerySet = MemberFilter(request.GET, queryset=rows, request=request).qs
    return found.order_by("unit__path", "name_pinyin", "pk")


@require_GET
@gate(Action.MEMBER_VIEW)
def member_export(request: SignedInRequest) -> HttpResponse:
    """The filtered list in the workbook's own format, ID numbers masked."""
    rows = _filtered(request, Member.objects.visible_to(request.user))
    content = export.export(rows, whole_id_numbers=False)
    return workbook_response(content, export.today_name(timezone.localdate()))


@require_http_methods(["GET", "POST"])
@gate(Action.ID_NUMBER_READ)
def member_export_whole(request: SignedInRequest) -> HttpResponse:
    """The same with whole ID numbers, for a reason; each number's reading is on record."""
    rows = _filtered(request, Member.objects.manageable_by(request.user, Action.ID_NUMBER_READ))
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            members = list(rows.select_related("unit"))
            services.read_id_numbers(by=request.user, members=members, reason=form.cleaned_data["reason"])
        except Refused as refused:
            show_problems(form, refused)
        else:
            content = export.export(rows, whole_id_numbers=True)
            return workbook_response(content, export.today_name(timezone.localdate()))
    context = {"form": form, "count": rows.count()}
    return render(request, "personnel/members/export_whole.html", context, status=422 if form.errors else 200)


@require_GET
@gate(Action.MEMBER_VIEW)
def roster_template(request: SignedInRequest) -> HttpResponse:
    """An empty roster workbook to fill in."""
    return workbook_response(export.template(), "花名册-模板.xlsx")
