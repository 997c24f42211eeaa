"""Skills and protected times in a member's file."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from lianfang.platform.problems import Refused
from personnel.forms.problems import show_problems
from personnel.forms.skills import ProtectionForm, SkillForm
from personnel.models import Member, MemberSkill, Protection
from personnel.services import skills
from teams.gate import SignedInRequest, gate, manageable
from teams.policy import Action


@require_http_methods(["GET", "POST"])
@gate(Action.MEMBER_VIEW)
def skill_add(request: SignedInRequest, pk: int) -> HttpResponse:
    return _fact_form(request, pk, SkillForm, skills.add_skill, _("Add a skill"))


@require_POST
@gate(Action.MEMBER_VIEW)
def skill_remove(request: SignedInRequest, pk: int) -> HttpResponse:
    row = manageable(MemberSkill.objects.all(), request.user, Action.MEMBER_MANAGE, pk=pk)
    skills.remove_skill(by=request.user, skill=row)
    return redirect("member-detail", row.member_id)


@require_http_methods(["GET", "POST"])
@gate(Action.MEMBER_VIEW)
def protection_add(request: SignedInRequest, pk: int) -> HttpResponse:
    return _fact_form(request, pk, ProtectionForm, skills.add_protection, _("Add a protected time"))


@require_POST
@gate(Action.MEMBER_MANAGE)
def protection_remove(request: SignedInRequest, pk: int) -> HttpResponse:
    row = manageable(Protection.objects.all(), request.user, Action.MEMBER_MANAGE, pk=pk)
    skills.remove_protection(by=request.user, protection=row)
    return redirect("member-detail", row.member_id)


def _fact_form(request: SignedInRequest, pk: int, form_class: Any, write: Any, heading: str) -> HttpResponse:
    member = manageable(Member.objects.select_related("unit"), request.user, Action.MEMBER_MANAGE, pk=pk)
    form = form_class(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            write(by=request.user, member=member, **form.cleaned_data)
        except Refused as refused:
            show_problems(form, refused)
        else:
            return redirect("member-detail", member.pk)
    context = {"form": form, "member": member, "heading": heading}
    status = 422 if form.errors else 200
    return render(request, "personnel/members/fact_form.html", context, status=status)
