"""The board of a campaign."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lianfang.platform.problems import Problem, Refused
from personnel.forms.recruitment import BoardFilterForm
from personnel.models import Application, Campaign, Step
from personnel.rules.recruitment.kinship import related_to
from personnel.rules.recruitment.readiness import reason_to_drop
from personnel.services.recruitment import board as services
from personnel.views.recruitment.answers import act, show
from personnel.views.recruitment.cards import BoardColumn, columns
from teams.gate import SignedInRequest, gate, manageable, visible
from teams.models import User
from teams.policy import Action
from teams.scope import scope_of


@require_GET
@gate(Action.RECRUITMENT_VIEW)
def campaign_board(request: SignedInRequest, pk: int) -> HttpResponse:
    campaign = visible(Campaign.objects.select_related("unit"), request.user, pk=pk)
    form = BoardFilterForm(request.GET, campaign=campaign)
    shown = shown_columns(request.user, campaign, form)
    context = {
        "campaign": campaign,
        "columns": shown,
        "form": form,
        "step": form.cleaned_data.get("step"),
        "may_decide": _may_decide(request.user, campaign, form),
        "query": request.GET.urlencode(),
        "total": sum(len(c.inside) + len(c.waiting) for c in shown),
        "late": sum(c.late for c in shown),
        "ranking": campaign.rankings.first(),
        "may_manage": scope_of(request.user, Action.RECRUITMENT_MANAGE).covers(campaign.unit.path),
    }
    return render(request, "personnel/recruitment/board.html", context)


def shown_columns(user: User, campaign: Campaign, form: BoardFilterForm) -> list[BoardColumn]:
    """The columns with who the filter finds."""
    rows = filtered(Application.objects.visible_to(user).filter(campaign=campaign), form)
    found = columns(
        campaign, rows, related_to(user, list(rows.values_list("pk", flat=True))), form.cleaned_data.get("step")
    )
    wanted = form.cleaned_data.get("readiness")
    if wanted:
        found = [replace(c, inside=[card for card in c.inside if card.readiness == wanted], waiting=[]) for c in found]
    return found


def _may_decide(user: User, campaign: Campaign, form: BoardFilterForm) -> bool:
    """Outcomes are given to candidates in the running, in an open campaign."""
    is_running = form.is_valid() and not form.cleaned_data["state"]
    return is_running and campaign.is_open and scope_of(user, Action.RECRUITMENT_MANAGE).covers(campaign.unit.path)


def filtered(rows: Any, form: BoardFilterForm) -> Any:
    """A value that no choice allows finds nobody."""
    if not form.is_valid():
        return rows.none()
    data = form.cleaned_data
    if data["q"]:
        key = data["q"].strip()
        latin = key.replace(" ", "").lower()
        by_name = rows.filter(name__startswith=key)
        rows = by_name | rows.filter(name_letters__startswith=latin) | rows.filter(name_initials__startswith=latin)
    if data["vacancy"]:
        rows = rows.filter(vacancy=data["vacancy"])
    if data["channel"]:
        rows = rows.filter(channel=data["channel"])
    if data["step"]:
        rows = rows.filter(step=data["step"])
    return rows.filter(state=data["state"] or "active")


@require_POST
@gate(Action.RECRUITMENT_VIEW)
def board_decide(request: SignedInRequest, pk: int) -> HttpResponse:
    """Bulk: pass candidates of one step, or let them drop out with a reason. Back to the same view of the board."""
    campaign = _managed(request.user, pk)
    step = campaign.steps.filter(pk=_number(request.POST.get("step"))).first()
    form = BoardFilterForm(request.GET, campaign=campaign)
    if step is None or not form.is_valid():
        messages.error(request, _("Tick at least one candidate."))
        return redirect("campaign-board", pk)
    groups = _chosen(request, campaign, step, form)
    passed = request.POST.get("outcome") in ("passed", "ready")
    try:
        count = _decide(request.user, campaign, step, groups, passed=passed)
    except Refused as refused:
        show(request, refused)
    else:
        done = _("%(count)d passed.") if passed else _("%(count)d dropped out.")
        messages.success(request, done % {"count": count})
    return redirect(f"{reverse('campaign-board', args=[pk])}?{request.GET.urlencode()}#step-{step.pk}")


def _chosen(request: SignedInRequest, campaign: Campaign, step: Step, form: BoardFilterForm) -> dict[str, list[int]]:
    """Whom the pressed button means, by the reason they get."""
    outcome = request.POST.get("outcome")
    column = None
    if outcome in ("ready", "out") or request.POST.get("everybody"):
        column = next((c for c in shown_columns(request.user, campaign, form) if c.step == step), None)
    if column and outcome == "out":
        groups: dict[str, list[int]] = defaultdict(list)
        for card in column.out:
            groups[reason_to_drop(card.problems)].append(card.pk)
        return groups
    if column and outcome == "ready":
        return {"": [card.pk for card in column.ready]}
    reason = request.POST.get("reason", "")
    if column:
        return {reason: [card.pk for card in column.open]}
    return {reason: [n for text in request.POST.getlist("candidate") if (n := _number(text))]}


def _decide(user: User, campaign: Campaign, step: Step, groups: dict[str, list[int]], *, passed: bool) -> int:
    """All of them, or none. Raises `Refused`."""
    if not any(groups.values()):
        raise Refused([Problem("nobody_chosen", _("Tick at least one candidate."))])
    with transaction.atomic():
        return sum(
            services.decide(by=user, campaign=campaign, step=step, applications=pks, passed=passed, reason=reason)
            for reason, pks in groups.items()
        )


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 16 else 0


def _managed(user: User, pk: int) -> Campaign:
    rows = Campaign.objects.select_related("unit")
    campaign: Campaign = manageable(rows, user, Action.RECRUITMENT_MANAGE, pk=pk)
    return campaign


@require_POST
@gate(Action.RECRUITMENT_VIEW)
def board_let_in(request: SignedInRequest, pk: int, step: int) -> HttpResponse:
    campaign = _managed(request.user, pk)
    row = get_object_or_404(campaign.steps, pk=step)
    return act(
        request,
        _("Let in by rank."),
        lambda: services.let_in(by=request.user, campaign=campaign, step=row),
        "campaign-board",
        pk,
    )
