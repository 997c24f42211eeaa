"""Suspending a member, taking one back, letting one go."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lianfang.platform.problems import Refused
from personnel.forms.problems import show_problems
from personnel.forms.status import StatusForm
from personnel.models import Member
from personnel.rules import status as rules
from personnel.services import status as services
from teams.gate import SignedInRequest, gate, manageable
from teams.policy import Action


@require_http_methods(["GET", "POST"])
@gate(Action.MEMBER_VIEW)
def member_status(request: SignedInRequest, pk: int) -> HttpResponse:
    member = manageable(Member.objects.select_related("unit"), request.user, Action.MEMBER_MANAGE, pk=pk)
    today, kinds = timezone.localdate(), rules.kinds_after(member.status)
    initial = {"on": today, "kind": kinds[0] if kinds else ""}
    form = StatusForm(request.POST or None, kinds=kinds, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            left = services.change_status(by=request.user, member=member, **form.cleaned_data)
        except Refused as refused:
            show_problems(form, refused)
        else:
            messages.success(request, _("The change was entered."))
            for problem in left:
                messages.warning(request, problem.message)
            return redirect("member-detail", member.pk)
    context = {"form": form, "member": member, "kinds": kinds, "unsettled": rules.unsettled(member, today)}
    return render(request, "personnel/members/status.html", context, status=422 if form.errors else 200)
