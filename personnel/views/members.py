"""The list of members and each member's file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianfang.platform import stamps
from lianfang.platform.keyset import keyset_page
from lianfang.platform.problems import Refused
from personnel.filters import MemberFilter, units_in_scope
from personnel.forms.members import AccountForm, ChangeMemberForm, NewMemberForm, ReasonForm, TransferForm
from personnel.forms.problems import show_problems
from personnel.history import entries
from personnel.models import Member
from personnel.rules import certificates as certificate_rules
from personnel.services import members as services
from personnel.unit_names import labels
from teams.gate import SignedInRequest, gate, manageable, visible
from teams.models import User
from teams.policy import Action
from teams.scope import scope_of

ORDERS = {
    "name": ("name_pinyin", "pk"),
    "hired": ("hired_key", "name_pinyin", "pk"),
    "certificate": ("certificate_key", "name_pinyin", "pk"),
}


@dataclass(frozen=True)
class Row:
    """A line of the list: the member and how the certificate's end stands out."""

    member: Member
    unit: str
    certificate_tone: str


@require_GET
@gate(Action.MEMBER_VIEW)
def member_list(request: SignedInRequest) -> HttpResponse:
    """Everybody whom the user may see; a member has only the own file and is taken there."""
    scope = scope_of(request.user, Action.MEMBER_VIEW)
    if not (scope.everywhere or scope.paths):
        return redirect("my-file")
    rows = Member.objects.visible_to(request.user).select_related("unit").defer("id_number")
    rows = rows.with_certificate_until().with_sort_keys()
    found = MemberFilter(request.GET, queryset=rows, request=request)
    sort = request.GET.get("sort", "")
    order = ORDERS.get(sort.removeprefix("-"), ORDERS["name"])
    page = keyset_page(found.qs, request.GET, order, descending=sort.startswith("-") and sort[1:] in ORDERS)
    today = timezone.localdate()
    units = labels(m.unit for m in page.rows)
    lines = [Row(m, units[m.unit_id], certificate_rules.tone(m.certificate_until, today)) for m in page.rows]
    context = {"filter": found, "page": page, "lines": lines, **rights(request.user)}
    return render(request, "personnel/members/list.html", context)


def rights(user: User) -> dict[str, bool]:
    """What a page about members offers to `user` at all."""
    return {
        "may_manage": bool(scope_of(user, Action.MEMBER_MANAGE)),
        "may_import": bool(scope_of(user, Action.MEMBER_IMPORT)),
        "may_read_id_numbers": bool(scope_of(user, Action.ID_NUMBER_READ)),
    }


@require_GET
@gate(Action.MEMBER_VIEW)
def member_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    member = visible(Member.objects.select_related("unit", "user"), request.user, pk=pk)
    return render(request, "personnel/members/detail.html", _file_context(request.user, member))


@require_GET
@gate(Action.MEMBER_VIEW)
def my_file(request: SignedInRequest) -> HttpResponse:
    """The own file of a member."""
    member = Member.objects.visible_to(request.user).select_related("unit").filter(user=request.user).first()
    if member is None:
        return render(request, "personnel/members/no_file.html")
    return render(request, "personnel/members/detail.html", _file_context(request.user, member))


def _file_context(user: User, member: Member, **more: Any) -> dict[str, Any]:
    today = timezone.localdate()
    certificates = list(member.certificates.all())
    for certificate in certificates:
        certificate.tone = "" if certificate.withdrawn_on else certificate_rules.tone(certificate.valid_until, today)
    absences = member.engagements.filter(absence__isnull=False).select_related("absence").order_by("-starts")
    path = member.unit.path
    return {
        "member": member,
        "unit_label": labels([member.unit])[member.unit_id],
        "certificates": certificates,
        "absences": absences[:20],
        "status_changes": member.status_changes.all(),
        "history": entries(member),
        "today": today,
        "skills": member.skills.all(),
        "protections": member.protections.visible_to(user),
        "may_manage": scope_of(user, Action.MEMBER_MANAGE).covers(path),
        "may_read_id_number": scope_of(user, Action.ID_NUMBER_READ).covers(path),
        "is_own": member.user_id == user.pk,
        "reason_form": ReasonForm(),
        **more,
    }


@require_http_methods(["GET", "POST"])
@gate(Action.MEMBER_MANAGE)
def member_add(request: SignedInRequest) -> HttpResponse:
    units = units_in_scope(request, Action.MEMBER_MANAGE)
    form = NewMemberForm(request.POST or None, units=units)
    if request.method == "POST" and form.is_valid():
        values = {"unit": form.cleaned_data["unit"], "id_number": form.cleaned_data["id_number"]}
        try:
            member = services.add_member(by=request.user, **values, **form.file_values())
        except Refused as refused:
            show_problems(form, refused)
        else:
            messages.success(request, _("%(name)s was added.") % {"name": member.name})
            return redirect("member-detail", member.pk)
    return render(request, "personnel/members/form.html", {"form": form}, status=_status(form))


@require_http_methods(["GET", "POST"])
@gate(Action.MEMBER_VIEW)
def member_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    member = manageable(Member.objects.select_related("unit"), request.user, Action.MEMBER_MANAGE, pk=pk)
    form = ChangeMemberForm(request.POST or None, instance=member)
    if request.method == "POST" and form.is_valid():
        try:
            more = {name: form.cleaned_data[name] for name in ("id_number", "stamp")}
            services.change_member(by=request.user, member=member, **more, **form.file_values())
        except Refused as refused:
            show_problems(form, refused)
            if refused.problems[0].code == stamps.CODE:
                form.renew_stamp(member)
        else:
            messages.success(request, _("The file was changed."))
            return redirect("member-detail", member.pk)
    context = {"form": form, "member": member}
    return render(request, "personnel/members/form.html", context, status=_status(form))


@require_http_methods(["GET", "POST"])
@gate(Action.MEMBER_VIEW)
def member_transfer(request: SignedInRequest, pk: int) -> HttpResponse:
    member = manageable(Member.objects.select_related("unit"), request.user, Action.MEMBER_MANAGE, pk=pk)
    form = TransferForm(request.POST or None, units=units_in_scope(request, Action.MEMBER_MANAGE))
    if request.method == "POST" and form.is_valid():
        try:
            services.transfer_member(by=request.user, member=member, unit=form.cleaned_data["unit"])
        except Refused as refused:
            show_problems(form, refused)
        else:
            messages.success(request, _("%(name)s was transferred.") % {"name": member.name})
            return redirect("member-detail", member.pk)
    context = {"form": form, "member": member}
    return render(request, "personnel/members/transfer.html", context, status=_status(form))


@require_http_methods(["GET", "POST"])
@gate(Action.MEMBER_VIEW)
def member_account(request: SignedInRequest, pk: int) -> HttpResponse:
    """Which account signs in as this member."""
    rows = Member.objects.select_related("unit", "user")
    member = manageable(rows, request.user, Action.MEMBER_MANAGE, pk=pk)
    initial = {"username": member.user.username if member.user else ""}
    form = AccountForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.tie_account(by=request.user, member=member, username=form.cleaned_data["username"])
        except Refused as refused:
            show_problems(form, refused)
        else:
            messages.success(request, _("The file was changed."))
            return redirect("member-detail", member.pk)
    context = {"form": form, "member": member}
    return render(request, "personnel/members/account.html", context, status=_status(form))


@require_POST
@gate(Action.MEMBER_VIEW)
def id_number(request: SignedInRequest, pk: int) -> HttpResponse:
    """The whole number, once, in the answer to a POST; nothing on the way may keep it."""
    member = manageable(Member.objects.select_related("unit"), request.user, Action.ID_NUMBER_READ, pk=pk)
    form = ReasonForm(request.POST)
    shown = ""
    if form.is_valid():
        try:
            shown = services.read_id_number(by=request.user, member=member, reason=form.cleaned_data["reason"])
        except Refused as refused:
            show_problems(form, refused)
    context = _file_context(request.user, member, whole_id_number=shown, reason_form=form)
    response = render(request, "personnel/members/detail.html", context, status=_status(form))
    response["Cache-Control"] = "no-store"
    return response


def _status(form: Any) -> int:
    return 422 if form.is_bound and form.errors else 200
