"""Looking at a campaign: the funnel, the time each step took, where candidates came from, earlier campaigns."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Avg, Count, ExpressionWrapper, F, Q, QuerySet, fields
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from personnel.models import Application, Campaign, Channel, Outcome, StepResult
from teams.gate import SignedInRequest, gate, visible
from teams.policy import Action

WIDTH = 600  # of the longest bar, in units of the drawing
EARLIER = 4


@dataclass(frozen=True)
class Bar:
    """A step of the funnel: how many reached it and passed it, and the mean days that its decisions took."""

    label: Any
    reached: int
    passed: int
    days: float | None
    width: int
    y: int


@require_GET
@gate(Action.RECRUITMENT_VIEW)
def campaign_figures(request: SignedInRequest, pk: int) -> HttpResponse:
    campaign = visible(Campaign.objects.select_related("unit"), request.user, pk=pk)
    rows = Application.objects.visible_to(request.user).filter(campaign=campaign)
    bars = funnel(campaign, rows)
    ways = dict(rows.values_list("channel").annotate(n=Count("pk")))
    context = {
        "campaign": campaign,
        "bars": bars,
        "height": len(bars) * 34,
        "sources": [(label, ways.get(key, 0)) for key, label in Channel.choices],
        "claims": _claims(rows),
        "earlier": _earlier(request, campaign),
    }
    return render(request, "personnel/recruitment/figures.html", context)


def funnel(campaign: Campaign, rows: QuerySet[Application]) -> list[Bar]:
    """One bar a step, from two queries."""
    took = ExpressionWrapper(F("decided_at") - F("entered_at"), output_field=fields.DurationField())
    decided = {
        row["step_id"]: row
        for row in StepResult.objects.filter(application__in=rows, decided_at__isnull=False)
        .values("step_id")
        .annotate(n=Count("pk"), passed=Count("pk", filter=Q(outcome=Outcome.PASSED)), took=Avg(took))
    }
    here = dict(
        rows.filter(waiting=False, state__in=("active", "withdrawn")).values_list("step_id").annotate(n=Count("pk"))
    )
    steps = list(campaign.steps.all())
    reached = [decided.get(s.pk, {}).get("n", 0) + here.get(s.pk, 0) for s in steps]
    most = max([*reached, 1])
    return [
        Bar(
            label=step,
            reached=count,
            passed=decided.get(step.pk, {}).get("passed", 0),
            days=_days(decided.get(step.pk, {}).get("took")),
            width=max(int(Decimal(count) / most * WIDTH), 1 if count else 0),
            y=index * 34,
        )
        for index, (step, count) in enumerate(zip(steps, reached, strict=True))
    ]


def _days(took: Any) -> float | None:
    return round(took.total_seconds() / 86400, 1) if took is not None else None


def _claims(rows: QuerySet[Application]) -> list[tuple[Any, int]]:
    from personnel.models import PriorityGroup

    return [(label, rows.filter(claims__contains=[key]).count()) for key, label in PriorityGroup.choices]


def _earlier(request: SignedInRequest, campaign: Campaign) -> Any:
    """The campaign itself and those before it in the same unit."""
    return (
        Campaign.objects.visible_to(request.user)
        .filter(unit=campaign.unit, apply_from__lte=campaign.apply_from)
        .exclude(status__in=("draft", "submitted"))
        .annotate(
            candidates=Count("applications"),
            hired=Count("applications", filter=Q(applications__state="hired")),
        )
        .order_by("-apply_from", "-pk")[: EARLIER + 1]
    )
