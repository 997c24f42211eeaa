"""The board: scores, outcomes, checklists, vettings (handbook P3, P4)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lianfang.platform.history import service
from lianfang.platform.problems import Problem, Refused
from personnel.models import (
    Application,
    ApplicationState,
    Campaign,
    DisqualifierCheck,
    FitnessItem,
    FitnessValue,
    Outcome,
    Step,
    StepKind,
    StepResult,
    Vetting,
)
from personnel.models.recruitment.application import ApplicationQuerySet
from personnel.rules.recruitment import candidates as rules
from personnel.rules.recruitment.formula import half_up
from personnel.services.recruitment import places
from personnel.services.recruitment.rights import check_right, locked, refuse, refuse_related
from teams.models import User
from teams.policy import Action

BATCH = 500
MOST_MEASURED = 100_000  # five digits before the point
SHOWN = 20  # problems of a bulk refusal


@service
def decide(
    *, by: User | None, campaign: Campaign, step: Step, applications: Sequence[int], passed: bool, reason: str = ""
) -> int:
    """Let these candidates pass `step`, or drop out of it with a reason; all of them, or none. Raises `Refused`."""
    row = locked(campaign)
    check_right(by, Action.RECRUITMENT_MANAGE, row.unit)
    refuse(_open_problems(row))
    if not passed and not reason.strip():
        raise Refused([Problem("reason_missing", _("A reason is needed."), field="reason")])
    found = list(_in_step(row, step).filter(pk__in=applications))
    refuse_related(by, found)
    results = {r.application_id: r for r in StepResult.objects.filter(step=step, application__in=found)}
    if passed:
        refuse(_pass_problems(found, step, results))
    _store_outcomes(by, found, step, results, Outcome.PASSED if passed else Outcome.FAILED, reason.strip()[:200])
    if passed:
        _advance(row, step, found)
    else:
        _drop(found, reason.strip()[:200])
        places.move_up(row)
    return len(found)


def _open_problems(campaign: Campaign) -> list[Problem]:
    return [] if campaign.is_open else [Problem("not_open", _("The campaign is not open."))]


def _in_step(campaign: Campaign, step: Step) -> ApplicationQuerySet:
    """Who stands in the step, with all that the rules read."""
    return (
        Application.objects.running()
        .filter(campaign=campaign, step=step, waiting=False)
        .select_related("campaign", "vacancy", "vetting", "notice_entry__notice")
        .prefetch_related(
            "disqualifiers", "fitness_values", "campaign__fitness_items", "notice_entry__notice__objections"
        )
    )


def _pass_problems(found: list[Application], step: Step, results: dict[int, StepResult]) -> list[Problem]:
    today = timezone.localdate()
    problems = []
    for application in found:
        for problem in rules.pass_problems(application, step, results.get(application.pk), today):
            text = _("%(name)s: %(problem)s") % {"name": application.name, "problem": problem.message}
            problems.append(Problem(problem.code, text, hint=problem.hint))
    return problems[:SHOWN]


def _store_outcomes(
    by: User | None,
    found: list[Application],
    step: Step,
    results: dict[int, StepResult],
    outcome: str,
    note: str,
) -> None:
    now = timezone.now()
    new: list[StepResult] = []
    old: list[StepResult] = []
    for application in found:
        result = results.get(application.pk)
        (old if result else new).append(result or StepResult(application=application, step=step))
        row = (old if result else new)[-1]
        row.outcome, row.note, row.decided_at, row.entered_at = outcome, note, now, application.step_since
        if row.score is None:
            row.assessor = by
    StepResult.objects.bulk_create(new, batch_size=BATCH)
    StepResult.objects.bulk_update(old, ["outcome", "note", "decided_at", "entered_at", "assessor"], batch_size=BATCH)


def _advance(campaign: Campaign, step: Step, found: list[Application]) -> None:
    following = campaign.steps.filter(position__gt=step.position).order_by("position").first()
    if following is None:
        return
    limited, now = bool(places.limit(following)), timezone.now()
    for application in found:
        application.step, application.step_since, application.waiting = following, now, limited
    Application.objects.bulk_update(found, ["step", "step_since", "waiting"], batch_size=BATCH)


def _drop(found: list[Application], reason: str) -> None:
    for application in found:
        application.state, application.reason = ApplicationState.FAILED, reason
    Application.objects.bulk_update(found, ["state", "reason"], batch_size=BATCH)


@service
def let_in(*, by: User | None, campaign: Campaign, step: Step) -> int:
    """Let those who wait into a step with limited places, by their rank. Raises `Refused`."""
    row = locked(campaign)
    check_right(by, Action.RECRUITMENT_MANAGE, row.unit)
    refuse(_open_problems(row))
    return places.fill(row, step)


@service
def save_scores(*, by: User, campaign: Campaign, step: Step, scores: Mapping[int, Decimal | None]) -> int:
    """Scores by application, of who stands in `step` or has lost the score since. Raises `Refused`.

    Answers how many changed. An assessor who is related to a candidate is refused for that candidate, and so for the
    whole sheet.
    """
    row = locked(campaign)
    check_right(by, Action.RECRUITMENT_MANAGE, row.unit)
    refuse([*_open_problems(row), *frozen_problems(row, step), *_panel_problems(step)])
    refuse(_mark_problems(step, scores.values()))
    found = list(to_score(row, step).filter(pk__in=scores))
    results = {r.application_id: r for r in StepResult.objects.filter(step=step, application__in=found)}
    changed = [a for a in found if (results[a.pk].score if a.pk in results else None) != scores[a.pk]]
    refuse_related(by, changed)
    store_scores(step, changed, results, scores, by)
    return len(changed)


def to_score(campaign: Campaign, step: Step) -> ApplicationQuerySet:
    """Who stands in the step, and who went on from it with a score that was struck since.

    The struck scores are a list of their own: joined with the applications, the planner goes through all of them for
    each one as long as it believes the tables empty, as they are to it just after an import.
    """
    struck = StepResult.objects.filter(step=step, score=None).values("application")
    here, lost = Q(step=step, waiting=False), Q(step__position__gt=step.position, pk__in=struck)
    return Application.objects.running().filter(here | lost, campaign=campaign)


def store_scores(
    step: Step,
    applications: Iterable[Application],
    results: Mapping[int, StepResult],
    scores: Mapping[int, Decimal | None],
    assessor: User | None,
) -> None:
    """Write these scores of one step, whoever found them right; `results`: the rows there are, by application."""
    new: list[StepResult] = []
    old: list[StepResult] = []
    for application in applications:
        result = results.get(application.pk) or StepResult(
            application=application, step=step, entered_at=application.step_since
        )
        result.score, result.assessor = scores[application.pk], assessor
        (old if result.pk else new).append(result)
    StepResult.objects.bulk_create(new, batch_size=BATCH)
    StepResult.objects.bulk_update(old, ["score", "assessor"], batch_size=BATCH)


def frozen_problems(campaign: Campaign, step: Step) -> list[Problem]:
    """Whether scores of this step may be written at all."""
    if not step.is_scored:
        return [Problem("step_not_scored", _("This step has no score."))]
    if campaign.rankings.exists():
        message = _("The ranking is frozen: a score changes only by a correction with a reason and a second person.")
        return [Problem("scores_frozen", message)]
    return []


def _panel_problems(step: Step) -> list[Problem]:
    if not step.has_panel:
        return []
    return [Problem("panel_scores", _("This score is made of the assessors' marks: each has a sheet."))]


def _mark_problems(step: Step, scores: Iterable[Decimal | None]) -> list[Problem]:
    if all(score is None or 0 <= score <= step.full_mark for score in scores):
        return []
    message = _("A score is a number from 0 to %(full)s.") % {"full": f"{step.full_mark.normalize():f}"}
    return [Problem("score_unreadable", message)]


@service
def save_fitness(*, by: User | None, application: Application, values: Mapping[int, Decimal]) -> None:
    """What the candidate reached in each fitness item, by item. Raises `Refused`.

    Where every item gives points, their average is the score of a scored fitness test: nothing is typed twice.
    """
    campaign = locked(application.campaign)
    check_right(by, Action.RECRUITMENT_MANAGE, campaign.unit)
    refuse_related(by, [application])
    step = application.step
    if step.kind != StepKind.FITNESS or application.state != ApplicationState.ACTIVE:
        raise Refused([Problem("not_in_step", _("The candidate does not stand in this step."))])
    items = rules.items_for(application, campaign.fitness_items.all())
    refuse(_value_problems(items, values))
    for item, value in values.items():
        FitnessValue.objects.update_or_create(application=application, item_id=item, defaults={"value": value})
    points = rules.item_points(Application.objects.select_related("campaign").get(pk=application.pk), items)
    if step.is_scored and not step.has_panel and items and len(points) == len(items):
        mean = sum(map(Fraction, points.values()), Fraction(0)) / len(points)
        results = {r.application_id: r for r in StepResult.objects.filter(step=step, application=application)}
        store_scores(step, [application], results, {application.pk: half_up(mean * Fraction(step.full_mark) / 100)}, by)


def _value_problems(items: Iterable[FitnessItem], values: Mapping[int, Decimal]) -> list[Problem]:
    known = {item.pk for item in items}
    if any(pk not in known for pk in values):
        return [Problem("item_unknown", _("This item is not measured of this candidate."))]
    if any(not value.is_finite() or not 0 <= value < MOST_MEASURED for value in values.values()):
        return [Problem("value_unreadable", _("A measured value is a number from 0 to 99,999."))]
    return []


@service
def check_disqualifiers(
    *, by: User | None, application: Application, on: dt.date, points: Mapping[str, tuple[bool, str]]
) -> None:
    """The checklist: for each point whether it was found, and the evidence. Raises `Refused`."""
    check_right(by, Action.RECRUITMENT_MANAGE, application.campaign.unit)
    refuse_related(by, [application])
    message = _("What was found needs its evidence.")
    refuse([Problem("evidence_missing", message, kind) for kind, (hit, text) in points.items() if hit and not text])
    for kind, (hit, evidence) in points.items():
        DisqualifierCheck.objects.update_or_create(
            application=application,
            kind=kind,
            defaults={"is_hit": hit, "evidence": evidence[:200], "checked_by": by, "checked_on": on},
        )


@service
def save_vetting(*, by: User | None, application: Application, **values: Any) -> Vetting:
    """The vetting's file; two people at least have done it. Raises `Refused`."""
    check_right(by, Action.VETTING_MANAGE, application.campaign.unit)
    refuse_related(by, [application])
    refuse(rules.assessors_problems(values["assessors"]))
    row, _created = Vetting.objects.update_or_create(application=application, defaults=values)
    return row
