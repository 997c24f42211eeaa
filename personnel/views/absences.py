"""The list of absences, a new one, and taking one back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lianfang.platform.keyset import keyset_page
from lianfang.platform.problems import Refused
from personnel.filters import AbsenceFilter
from personnel.forms.absences import AbsenceForm
from personnel.forms.problems import show_problems
from personnel.models import Absence, Member
from personnel.services import absences as services
from personnel.unit_names import labels
from teams.gate import SignedInRequest, gate, manageable
from teams.policy import Action
from teams.scope import scope_of


@require_GET
@gate(Action.MEMBER_VIEW)
def absence_list(request: SignedInRequest) -> HttpResponse:
    """Absences of everybody whom the user may see, the latest entered first."""
    rows = Absence.objects.visible_to(request.user).select_related("engagement__member__unit")
    rows = rows.defer("engagement__member__id_number", "engagement__member__phone")
    found = AbsenceFilter(request.GET, queryset=rows, request=request)
    page = keyset_page(found.qs, request.GET, ("pk",))
    units = labels(row.engagement.member.unit for row in page.rows)
    context = {
        "filter": found,
        "page": page,
        "lines": [(row, units[row.engagement.member.unit_id]) for row in page.rows],
        "may_manage": bool(scope_of(request.user, Action.MEMBER_MANAGE)),
    }
    return render(request, "personnel/absences/list.html", context)


@require_http_methods(["GET", "POST"])
@gate(Action.MEMBER_MANAGE)
def absence_add(request: SignedInRequest) -> HttpResponse:
    members = Member.objects.manageable_by(request.user, Action.MEMBER_MANAGE).exclude(status="left")
    form = AbsenceForm(request.POST or None, members=members, initial={"member": request.GET.get("member")})
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in ("member", "kind", "note")}
        starts, ends = services.whole_days(form.cleaned_data["first_day"], form.cleaned_data["last_day"])
        try:
            services.add_absence(by=request.user, starts=starts, ends=ends, **values)
        except Refused as refused:
            show_problems(form, refused)
        else:
            messages.success(request, _("The absence of %(name)s was entered.") % {"name": values["member"].name})
            return redirect("absence-list")
    status = 422 if form.errors else 200
    return render(request, "personnel/absences/form.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
@gate(Action.MEMBER_VIEW)
def absence_cancel(request: SignedInRequest, pk: int) -> HttpResponse:
    rows = Absence.objects.select_related("engagement__member__unit")
    absence = manageable(rows, request.user, Action.MEMBER_MANAGE, pk=pk)
    if request.method == "POST":
        services.cancel_absence(by=request.user, absence=absence)
        messages.success(request, _("The absence was cancelled."))
        return redirect("absence-list")
    context = {"absence": absence, "cancel_url": reverse("absence-list")}
    return render(request, "personnel/absences/cancel.html", context)
