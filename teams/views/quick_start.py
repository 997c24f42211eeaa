"""The first run: all units from one form, an account for each squadron's leader."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from lianfang.platform.problems import Refused
from teams.forms.quick_start import LeadersForm, QuickStartForm
from teams.gate import SignedInRequest, gate
from teams.models import Post, Unit
from teams.policy import Action, Role
from teams.services.quick_start import hand_out_leaders, set_up_units
from teams.views.refusals import add_problems


@require_http_methods(["GET", "POST"])
@gate(Action.UNIT_MANAGE)
def unit_quick_start(request: SignedInRequest) -> HttpResponse:
    """District, brigade, squadrons and groups of an empty installation."""
    form = QuickStartForm(request.POST or None)
    if form.is_valid():
        try:
            found = set_up_units(by=request.user, plan=form.plan())
        except Refused as refused:
            add_problems(form, refused)
        else:
            text = ngettext("%(n)d squadron is set up.", "%(n)d squadrons are set up.", len(found))
            messages.success(request, text % {"n": len(found)})
            return redirect("home")
    context = {"form": form, "has_units": Unit.objects.get_queryset().exists()}
    return render(request, "teams/setup/units.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@gate(Action.ACCOUNT_MANAGE)
def leader_accounts(request: SignedInRequest) -> HttpResponse:
    """Accounts for the leaders of squadrons that have none; the first passwords stand in this answer alone."""
    today = timezone.localdate()
    led = Post.objects.on(today).filter(role=Role.LEADER, user__is_active=True).values("unit_id")
    units = list(Unit.objects.squadrons().open(today).exclude(pk__in=led))
    form = LeadersForm(request.POST if request.method == "POST" else None, units)
    if form.is_valid():
        try:
            slips = hand_out_leaders(by=request.user, leaders=form.leaders(), starts=today)
        except Refused as refused:
            add_problems(form, refused)
        else:
            address = request.build_absolute_uri(reverse("sign-in"))
            return render(request, "teams/setup/slips.html", {"slips": slips, "address": address})
    return render(request, "teams/setup/leaders.html", {"form": form, "units": units})
