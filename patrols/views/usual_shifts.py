"""The usual shift types in one click."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lianfang.platform.problems import Refused
from patrols.services.usual_shifts import set_up_usual_shifts
from patrols.views.cover import address
from teams.gate import SignedInRequest, gate, manageable
from teams.models import Unit
from teams.policy import Action


@require_POST
@gate(Action.COVER_MANAGE)
def shift_usual(request: SignedInRequest, pk: int, kind: str) -> HttpResponse:
    """Set up a ready set for the squadron `pk`, then show it."""
    unit = manageable(Unit.objects.get_queryset(), request.user, Action.COVER_MANAGE, pk=pk)
    try:
        set_up_usual_shifts(by=request.user, unit=unit, kind=kind)
    except Refused as refused:
        messages.warning(request, str(refused.problems[0].message))
    else:
        messages.success(request, _("The shift types are set up. Change times, keys and colours as you need."))
    return redirect(address("shift-list", unit))
