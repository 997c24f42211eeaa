"""Certificates whose end is in sight, and renewing several of them in one go."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from lianfang.platform.keyset import keyset_page
from lianfang.platform.problems import Refused
from personnel.filters import EndingFilter
from personnel.forms.certificates import RenewalForm
from personnel.forms.problems import show_problems
from personnel.models import Member
from personnel.rules import certificates as rules
from personnel.services import renewals as services
from personnel.unit_names import labels
from teams.gate import SignedInRequest, gate
from teams.policy import Action
from teams.scope import scope_of

AT_ONCE = 60  # members on one form


@dataclass(frozen=True)
class Line:
    member: Any
    unit: str
    tone: str
    days_left: int | None


@require_GET
@gate(Action.MEMBER_VIEW)
def certificate_list(request: SignedInRequest) -> HttpResponse:
    """Serving members without a valid certificate or with one that ends within 60 days, the most urgent first."""
    today = timezone.localdate()
    rows = Member.objects.visible_to(request.user).serving(today).select_related("unit")
    rows = rows.defer("id_number", "phone").with_certificate_until().ending(today + dt.timedelta(rules.ENDING_DAYS))
    found = EndingFilter(request.GET, queryset=rows, request=request)
    page = keyset_page(found.qs, request.GET, ("certificate_key", "name_pinyin", "pk"))
    units = labels(m.unit for m in page.rows)
    context = {
        "filter": found,
        "page": page,
        "lines": [_line(m, units[m.unit_id], today) for m in page.rows],
        "may_manage": bool(scope_of(request.user, Action.MEMBER_MANAGE)),
    }
    return render(request, "personnel/certificates/list.html", context)


def _line(member: Any, unit: str, today: dt.date) -> Line:
    until = member.certificate_until
    return Line(member, unit, rules.tone(until, today), (until - today).days if until else None)


@require_http_methods(["GET", "POST"])
@gate(Action.MEMBER_MANAGE)
def certificate_renew(request: SignedInRequest) -> HttpResponse:
    """A number for each chosen member (`?member=1&member=2`) and the same days for all."""
    chosen = [int(pk) for pk in request.GET.getlist("member")[:AT_ONCE] if pk.isdecimal() and len(pk) < 19]
    rows = Member.objects.manageable_by(request.user, Action.MEMBER_MANAGE).filter(pk__in=chosen).select_related("unit")
    members = list(rows.with_certificate_until().order_by("certificate_until", "name_pinyin", "pk"))
    if not members:
        messages.info(request, _("Choose the members whose certificates are to be renewed."))
        return redirect("certificate-list")
    form = RenewalForm(request.POST or None, members=members, initial=_days(members, timezone.localdate()))
    if request.method == "POST" and form.is_valid():
        days = {name: form.cleaned_data[name] for name in ("valid_from", "valid_until")}
        try:
            count = services.renew_certificates(by=request.user, renewals=form.renewals(), **days)
        except Refused as refused:
            show_problems(form, refused)
        else:
            text = ngettext("%(count)d certificate was renewed.", "%(count)d certificates were renewed.", count)
            messages.success(request, text % {"count": count})
            return redirect("certificate-list")
    context = {"form": form, "count": len(members)}
    return render(request, "personnel/certificates/renew.html", context, status=422 if form.errors else 200)


def _days(members: list[Any], today: dt.date) -> dict[str, dt.date]:
    """From the day after the first end that is still ahead, else from today."""
    ends = [m.certificate_until for m in members if m.certificate_until and m.certificate_until >= today]
    return {"valid_from": min(ends) + dt.timedelta(days=1) if ends else today}
