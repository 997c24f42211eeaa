"""Issuing and withdrawing duty certificates."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lianfang.platform.problems import Refused
from personnel.forms.certificates import CertificateForm, WithdrawalForm
from personnel.forms.problems import show_problems
from personnel.models import DutyCertificate, Member
from personnel.rules import certificates as rules
from personnel.services import certificates as services
from teams.gate import SignedInRequest, gate, manageable
from teams.policy import Action


@require_http_methods(["GET", "POST"])
@gate(Action.MEMBER_VIEW)
def certificate_issue(request: SignedInRequest, pk: int) -> HttpResponse:
    member = manageable(Member.objects.select_related("unit"), request.user, Action.MEMBER_MANAGE, pk=pk)
    form = CertificateForm(request.POST or None, initial={"valid_from": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        try:
            services.issue_certificate(by=request.user, member=member, **form.cleaned_data)
        except Refused as refused:
            show_problems(form, refused)
        else:
            messages.success(request, _("The certificate was issued."))
            return redirect("member-detail", member.pk)
    status = 422 if form.errors else 200
    return render(request, "personnel/certificates/issue.html", {"form": form, "member": member}, status=status)


@require_http_methods(["GET", "POST"])
@gate(Action.MEMBER_VIEW)
def certificate_withdraw(request: SignedInRequest, pk: int) -> HttpResponse:
    rows = DutyCertificate.objects.select_related("member__unit")
    certificate = manageable(rows, request.user, Action.MEMBER_MANAGE, pk=pk)
    today = timezone.localdate()
    form = WithdrawalForm(request.POST or None, initial={"withdrawn_on": today})
    if request.method == "POST" and form.is_valid():
        day, reason = form.cleaned_data["withdrawn_on"], form.cleaned_data["reason"]
        try:
            left = services.withdraw_certificate(by=request.user, certificate=certificate, on=day, reason=reason)
        except Refused as refused:
            show_problems(form, refused)
        else:
            messages.success(request, _("The certificate was withdrawn."))
            for problem in left:
                messages.warning(request, problem.message)
            return redirect("member-detail", certificate.member_id)
    context = {
        "form": form,
        "certificate": certificate,
        "member": certificate.member,
        "consequences": rules.consequences(certificate.member, today),
    }
    status = 422 if form.errors else 200
    return render(request, "personnel/certificates/withdraw.html", context, status=status)
