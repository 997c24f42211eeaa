"""Who is let into a step that takes only so many per place: by rank, and again when somebody drops out (递补)."""

from __future__ import annotations

from collections import defaultdict
from decimal import ROUND_CEILING, Decimal

from django.db.models import Q, prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lianfang.platform.problems import Problem, Refused
from personnel.models import Application, ApplicationState, Campaign, RankingRow, Step, StepKind, StepResult
from personnel.rules.recruitment.candidates import item_points, schooling
from personnel.rules.recruitment.ranking import Candidate, Formula, rank
from personnel.rules.recruitment.seals import seal_problems
from personnel.rules.recruitment.terms import ITEM


def limit(step: Step) -> Decimal | None:
    """Candidates let in for each place; the public notice shows one a place. None: everybody."""
    return Decimal(1) if step.kind == StepKind.NOTICE else step.ratio


def fill(campaign: Campaign, step: Step) -> int:
    """Let the best of those who wait into `step`, until its places are taken; equals at the edge come in together.

    Answers how many came in. Raises `Refused` where their order needs the frozen ranking that isn't there yet.
    """
    waiting = list(Application.objects.running().filter(campaign=campaign, step=step, waiting=True))
    if not waiting:
        return 0
    order = _order(campaign, step, waiting)
    taken = _taken(campaign, step)
    per_place = limit(step)
    chosen: list[Application] = []
    for vacancy in campaign.vacancies.all():
        queue = sorted((a for a in waiting if a.vacancy_id == vacancy.pk), key=lambda a: order[a.pk])
        size = int((per_place * vacancy.places).to_integral_value(ROUND_CEILING)) if per_place else len(queue)
        free = max(size - taken[vacancy.pk], 0)
        edge = order[queue[free - 1].pk] if 0 < free <= len(queue) else None
        chosen += [a for n, a in enumerate(queue) if n < free or (edge is not None and order[a.pk] == edge)]
    now = timezone.now()
    for application in chosen:
        application.waiting, application.step_since = False, now
    Application.objects.bulk_update(chosen, ["waiting", "step_since"], batch_size=500)
    return len(chosen)


def move_up(campaign: Campaign) -> int:
    """After a drop-out: whoever waits for a place that became free, in each step that has begun."""
    moved = 0
    for step in campaign.steps.all():
        if limit(step) and _has_begun(step):
            moved += fill(campaign, step)
    return moved


def _has_begun(step: Step) -> bool:
    inside = Q(step=step, waiting=False) | Q(step__position__gt=step.position)
    return Application.objects.filter(inside, campaign_id=step.campaign_id).exists()


def _taken(campaign: Campaign, step: Step) -> dict[int, int]:
    """How many hold a place in `step` or beyond, by vacancy."""
    holds = Application.objects.filter(
        Q(step=step, waiting=False) | Q(step__position__gt=step.position),
        campaign=campaign,
        state__in=(ApplicationState.ACTIVE, ApplicationState.HIRED),
    )
    found: dict[int, int] = defaultdict(int)
    for vacancy in holds.values_list("vacancy_id", flat=True):
        found[vacancy] += 1
    return found


def _order(campaign: Campaign, step: Step, waiting: list[Application]) -> dict[int, int]:
    """Each waiting candidate's place: the frozen one, or by the scores so far where scored steps are still to come."""
    if any(s.is_scored and s.position >= step.position for s in campaign.steps.all()):
        formula = Formula.of(campaign, before=step.position)
        placed = rank(candidates(campaign, waiting, formula), formula)
        return {p.candidate.key: p.rank for p in placed}
    ranking = campaign.rankings.first()
    tampered = seal_problems(campaign)
    if tampered:
        raise Refused(tampered)
    if ranking is None:
        message = _("Freeze the ranking first: who comes into this step follows from it.")
        raise Refused([Problem("ranking_open", message)])
    ranks = dict(RankingRow.objects.filter(ranking=ranking).values_list("application_id", "rank"))
    return {a.pk: ranks.get(a.pk, len(ranks) + 1) for a in waiting}


def candidates(campaign: Campaign, applications: list[Application], formula: Formula) -> list[Candidate]:
    """What the formula reads of these applications; the same few queries for any number."""
    scores: dict[int, dict[str, Decimal]] = defaultdict(dict)
    rows = StepResult.objects.filter(application__in=applications, step__in=formula.steps, score__isnull=False)
    for pk, step, score in rows.values_list("application_id", "step_id", "score"):
        scores[pk][formula.steps[step]] = score
    if formula.items:
        _add_item_points(campaign, applications, formula, scores)
    return [
        Candidate(
            key=a.pk,
            group=a.vacancy_id,
            scores=scores[a.pk] | formula.group_points(a.confirmed_claims),
            born=a.birth_date,
            bonus=formula.bonus(a.confirmed_claims),
            has_priority=bool(a.confirmed_claims),
            education=schooling(a.education),
        )
        for a in applications
    ]


def _add_item_points(
    campaign: Campaign, applications: list[Application], formula: Formula, scores: dict[int, dict[str, Decimal]]
) -> None:
    items = [item for item in campaign.fitness_items.all() if item.name in formula.items]
    prefetch_related_objects(applications, "fitness_values")
    for application in applications:
        application.campaign = campaign
        for name, points in item_points(application, items).items():
            scores[application.pk][ITEM + name] = points
