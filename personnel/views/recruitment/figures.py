"""Looking at a campaign: the funnel, the time each step took, where candidates came from, earlier campaigns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Max, Min, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce, TruncDate
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from personnel.models import (
    Application,
    ApplicationState,
    Campaign,
    Channel,
    Education,
    Hire,
    Outcome,
    PriorityGroup,
    StepResult,
    Vacancy,
)
from personnel.models.recruitment.application import ApplicationQuerySet
from teams.gate import SignedInRequest, gate, visible
from teams.policy import Action

WIDTH = 600  # of the longest bar, in units of the drawing
ROW = 34
EARLIER = 4
REASONS = 8


@dataclass(frozen=True)
class Bar:
    """A step of the funnel. `days`: the mean from coming in to the decision; `reached`: stood in it, or passed by."""

    label: Any
    reached: int
    passed: int
    failed: int
    here: int
    days: float | None
    longest: float | None
    width: int
    passed_width: int
    y: int

    @property
    def share(self) -> int | None:
        """Per cent of those decided who passed."""
        decided = self.passed + self.failed
        return round(100 * self.passed / decided) if decided else None


@dataclass(frozen=True)
class Table:
    """Figures in rows, for page, paper and workbook. A line's link leads to the rows it was counted from."""

    title: str
    heads: Sequence[str]
    lines: Sequence[Sequence[Any]]
    links: Sequence[str] = ()

    @property
    def linked(self) -> list[tuple[Sequence[Any], str]]:
        return list(zip(self.lines, self.links or [""] * len(self.lines), strict=True))


@require_GET
@gate(Action.RECRUITMENT_VIEW)
def campaign_figures(request: SignedInRequest, pk: int) -> HttpResponse:
    campaign, rows = figures_of(request, pk)
    bars = funnel(campaign, rows)
    context = {
        "campaign": campaign,
        "bars": bars,
        "height": len(bars) * ROW,
        "total": rows.count(),
        "tables": [*_looks(campaign, rows), _earlier(request, campaign)],
        "first_table": funnel_table(bars),
    }
    return render(request, "personnel/recruitment/figures.html", context)


def figures_of(request: SignedInRequest, pk: int) -> tuple[Campaign, ApplicationQuerySet]:
    """The campaign and those of its applications that the user may see."""
    campaign: Campaign = visible(Campaign.objects.select_related("unit"), request.user, pk=pk)
    return campaign, Application.objects.visible_to(request.user).filter(campaign=campaign)


def all_tables(request: SignedInRequest, campaign: Campaign, rows: ApplicationQuerySet) -> list[Table]:
    """Everything that the page shows, as tables."""
    return [funnel_table(funnel(campaign, rows)), *_looks(campaign, rows), _earlier(request, campaign)]


def funnel_table(bars: list[Bar]) -> Table:
    heads = [
        _("Step"),
        _("Reached"),
        _("Passed"),
        _("Not passed"),
        _("Here now"),
        _("Passed in %"),
        _("Days on average"),
        _("Longest"),
    ]
    lines = [(str(b.label), b.reached, b.passed, b.failed, b.here, b.share, b.days, b.longest) for b in bars]
    return Table(_("Funnel"), heads, lines)


def funnel(campaign: Campaign, rows: ApplicationQuerySet) -> list[Bar]:
    """One bar a step, from three queries whatever the number of candidates."""
    took = ExpressionWrapper(F("decided_at") - F("entered_at"), output_field=DurationField())
    decided = {
        row["step_id"]: row
        for row in StepResult.objects.filter(application__in=rows, decided_at__isnull=False)
        .exclude(outcome=Outcome.OPEN)
        .values("step_id")
        .annotate(
            n=Count("pk"), passed=Count("pk", filter=Q(outcome=Outcome.PASSED)), took=Avg(took), longest=Max(took)
        )
    }
    # Who gave up stood in the step as well.
    standing = rows.filter(waiting=False, state__in=(ApplicationState.ACTIVE, ApplicationState.WITHDRAWN))
    here = dict(standing.values_list("step_id").annotate(n=Count("pk")).order_by())
    active = dict(rows.running().filter(waiting=False).values_list("step_id").annotate(n=Count("pk")).order_by())
    steps = list(campaign.steps.all())
    none: dict[str, Any] = {"n": 0, "passed": 0, "took": None, "longest": None}
    found = [(s, decided.get(s.pk, none), here.get(s.pk, 0)) for s in steps]
    most = max([d["n"] + h for _s, d, h in found], default=0) or 1
    return [
        Bar(
            label=step,
            reached=d["n"] + h,
            passed=d["passed"],
            failed=d["n"] - d["passed"],
            here=active.get(step.pk, 0),
            days=_days(d["took"]),
            longest=_days(d["longest"]),
            width=(d["n"] + h) * WIDTH // most,
            passed_width=d["passed"] * WIDTH // most,
            y=index * ROW,
        )
        for index, (step, d, h) in enumerate(found)
    ]


def _days(took: Any) -> float | None:
    return round(took.total_seconds() / 86400, 1) if took is not None else None


def _looks(campaign: Campaign, rows: ApplicationQuerySet) -> list[Table]:
    return [_sources(campaign, rows), _groups(rows), _education(rows), _reasons(rows), _arrivals(rows)]


def _sources(campaign: Campaign, rows: ApplicationQuerySet) -> Table:
    """Each way of application: how many came by it, how far they got."""
    found = {
        row["channel"]: row
        for row in rows.values("channel")
        .annotate(
            n=Count("pk"),
            running=Count("pk", filter=Q(state__in=("active", "hired"))),
            hired=Count("pk", filter=Q(state=ApplicationState.HIRED)),
        )
        .order_by()
    }
    lines, links = [], []
    for key, label in Channel.choices:
        row = found.get(key, {"n": 0, "running": 0, "hired": 0})
        lines.append((str(label), row["n"], row["running"], row["hired"]))
        links.append(f"{reverse('campaign-board', args=[campaign.pk])}?{urlencode({'channel': key})}")
    heads = [_("Way of application"), _("Candidates"), _("Still in or hired"), _("Hired")]
    return Table(_("Where candidates come from"), heads, lines, links)


def _groups(rows: ApplicationQuerySet) -> Table:
    counts = rows.aggregate(
        **{f"said_{key}": Count("pk", filter=Q(claims__contains=[key])) for key in PriorityGroup.values},
        **{f"proven_{key}": Count("pk", filter=Q(confirmed_claims__contains=[key])) for key in PriorityGroup.values},
    )
    lines = [(str(label), counts[f"said_{key}"], counts[f"proven_{key}"]) for key, label in PriorityGroup.choices]
    return Table(_("Priority groups"), [_("Group"), _("Claimed"), _("Proven")], lines)


def _education(rows: ApplicationQuerySet) -> Table:
    found = {
        row["education"]: row
        for row in rows.values("education")
        .annotate(n=Count("pk"), hired=Count("pk", filter=Q(state=ApplicationState.HIRED)))
        .order_by()
    }
    lines = [(str(label), found[key]["n"], found[key]["hired"]) for key, label in Education.choices if key in found]
    return Table(_("Education"), [_("Education"), _("Candidates"), _("Hired")], lines)


def _reasons(rows: ApplicationQuerySet) -> Table:
    """Why candidates dropped out, the commonest first."""
    gone = rows.filter(state__in=(ApplicationState.FAILED, ApplicationState.WITHDRAWN))
    found = gone.values_list("reason").annotate(n=Count("pk")).order_by("-n", "reason")[:REASONS]
    return Table(_("Why candidates dropped out"), [_("Reason"), _("Candidates")], list(found))


def _arrivals(rows: ApplicationQuerySet) -> Table:
    found = rows.annotate(day=TruncDate("applied_at")).values_list("day").annotate(n=Count("pk")).order_by("day")
    return Table(_("Applications by day"), [_("Day"), _("Candidates")], [(f"{day:%Y-%m-%d}", n) for day, n in found])


def _earlier(request: SignedInRequest, campaign: Campaign) -> Table:
    """The campaign itself and those before it in the same unit."""
    places = Vacancy.objects.filter(campaign=OuterRef("pk")).values("campaign").annotate(n=Sum("places")).values("n")
    first_hire = (
        Hire.objects.filter(application__campaign=OuterRef("pk"))
        .values("application__campaign")
        .annotate(first=Min("member__hired_on"))
        .values("first")
    )
    found = (
        Campaign.objects.visible_to(request.user)
        .filter(unit=campaign.unit, apply_from__lte=campaign.apply_from)
        .exclude(status__in=("draft", "submitted", "cancelled"))
        .annotate(
            candidates=Count("applications"),
            hired=Count("applications", filter=Q(applications__state=ApplicationState.HIRED)),
            sought=Coalesce(Subquery(places), 0),
            first_hire=Subquery(first_hire),
        )
        .order_by("-apply_from", "-pk")[: EARLIER + 1]
    )
    lines, links = [], []
    for row in found:
        per_place = round(row.candidates / row.sought, 1) if row.sought else None
        days = (row.first_hire - row.apply_from).days if row.first_hire else None
        lines.append((row.title, f"{row.apply_from:%Y-%m}", row.sought, row.candidates, per_place, row.hired, days))
        links.append(reverse("campaign-figures", args=[row.pk]))
    heads = [
        _("Campaign"),
        _("Month"),
        _("Places"),
        _("Candidates"),
        _("Candidates a place"),
        _("Hired"),
        _("Days to the first hire"),
    ]
    return Table(_("Against earlier campaigns"), heads, lines, links)
