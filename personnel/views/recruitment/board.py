"""The board of a campaign, and the sheet of a step's scores."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from personnel.forms.recruitment import BoardFilterForm
from personnel.models import Application, Campaign, Step
from personnel.rules.recruitment.kinship import related_to
from personnel.services.recruitment import board as services
from personnel.services.recruitment import places
from personnel.views.recruitment.answers import act
from teams.gate import SignedInRequest, gate, manageable, visible
from teams.models import User
from teams.policy import Action
from teams.scope import scope_of

CARDS = 60  # of one column; the count is of all


@dataclass(frozen=True)
class BoardColumn:
    """A step with who stands in it and who waits before it."""

    step: Step
    inside: list[Application]
    waiting: list[Application]
    limited: bool

    @property
    def cards(self) -> list[Application]:
        return self.inside[:CARDS]

    @property
    def hidden(self) -> int:
        return len(self.inside) - len(self.cards)

    @property
    def longest(self) -> int:
        """Days that the candidate who waits longest has been here."""
        return max((a.days_waiting for a in self.inside), default=0)


@require_GET
@gate(Action.RECRUITMENT_VIEW)
def campaign_board(request: SignedInRequest, pk: int) -> HttpResponse:
    campaign = visible(Campaign.objects.select_related("unit"), request.user, pk=pk)
    form = BoardFilterForm(request.GET, campaign=campaign)
    rows = Application.objects.visible_to(request.user).filter(campaign=campaign)
    found = filtered(rows, form).select_related("vacancy").defer("id_number", "phone")
    by_step: dict[int, list[Application]] = defaultdict(list)
    for application in found.order_by("step_since", "pk"):
        by_step[application.step_id].append(application)
    columns = [
        BoardColumn(
            step,
            [a for a in by_step[step.pk] if not a.waiting],
            [a for a in by_step[step.pk] if a.waiting],
            bool(places.limit(step)),
        )
        for step in campaign.steps.all()
    ]
    context = {
        "campaign": campaign,
        "related": related_to(request.user, [a.pk for rows in by_step.values() for a in rows]),
        "columns": columns,
        "form": form,
        "is_running": form.is_valid() and not form.cleaned_data["state"],
        "is_whole": not any(request.GET.get(name) for name in form.fields),
        "total": sum(len(rows) for rows in by_step.values()),
        "ranking": campaign.rankings.first(),
        "may_manage": scope_of(request.user, Action.RECRUITMENT_MANAGE).covers(campaign.unit.path),
    }
    return render(request, "personnel/recruitment/board.html", context)


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
    return rows.filter(state=data["state"] or "active")


@require_POST
@gate(Action.RECRUITMENT_VIEW)
def board_decide(request: SignedInRequest, pk: int) -> HttpResponse:
    """Bulk: pass the ticked candidates of one step, or let them drop out with a reason."""
    campaign = _managed(request.user, pk)
    step = campaign.steps.filter(pk=_number(request.POST.get("step"))).first()
    chosen = [n for text in request.POST.getlist("candidate") if (n := _number(text))]
    if step is not None and request.POST.get("everybody"):
        chosen = [a.pk for a in _standing(campaign, step)]
    if step is None or not chosen:
        messages.error(request, _("Tick at least one candidate."))
        return redirect("campaign-board", pk)
    passed = request.POST.get("outcome") == "passed"
    done = _("%(count)d passed.") if passed else _("%(count)d dropped out.")
    return act(
        request,
        done % {"count": len(chosen)},
        lambda: services.decide(
            by=request.user,
            campaign=campaign,
            step=step,
            applications=chosen,
            passed=passed,
            reason=request.POST.get("reason", ""),
        ),
        "campaign-board",
        pk,
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


def _standing(campaign: Campaign, step: Step) -> list[Application]:
    return list(Application.objects.running().filter(campaign=campaign, step=step, waiting=False).only("pk"))
