"""The board: scores, outcomes, checklists, vettings (handbook P3, P4)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lianfang.platform.history import service
from lianfang.platform.problems import Problem, Refused
from personnel.models import (
    Application,
    ApplicationState,
    Campaign,
    DisqualifierCheck,
    FitnessValue,
    Outcome,
    Step,
    StepKind,
    StepResult,
    Vetting,
)
from personnel.models.recruitment.application import ApplicationQuerySet
from personnel.rules.recruitment import candidates as rules
from personnel.services.recruitment import places
from personnel.services.recruitment.rights import check_right, locked, refuse
from teams.models import User
from teams.policy import Action

BATCH = 500
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
        .select_related("campaign", "vetting", "notice_entry__notice")
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
    """Scores of candidates who stand in `step`, by application. Raises `Refused`; answers how many changed.

    An assessor who is related to a candidate is refused for that candidate, and so for the whole sheet.
    """
    row = locked(campaign)
    check_right(by, Action.RECRUITMENT_MANAGE, row.unit)
    refuse([*_open_problems(row), *_frozen_problems(row, step)])
    found = list(_in_step(row, step).filter(pk__in=scores).prefetch_related("kinships"))
    results = {r.application_id: r for r in StepResult.objects.filter(step=step, application__in=found)}
    changed = [a for a in found if (results[a.pk].score if a.pk in results else None) != scores[a.pk]]
    refuse(_related_problems(changed, by))
    new: list[StepResult] = []
    old: list[StepResult] = []
    for application in changed:
        result = results.get(application.pk) or StepResult(
            application=application, step=step, entered_at=application.step_since
        )
        result.score, result.assessor = scores[application.pk], by
        (old if result.pk else new).append(result)
    StepResult.objects.bulk_create(new, batch_size=BATCH)
    StepResult.objects.bulk_update(old, ["score", "assessor"], batch_size=BATCH)
    return len(changed)


def _frozen_problems(campaign: Campaign, step: Step) -> list[Problem]:
    if not step.is_scored:
        return [Problem("step_not_scored", _("This step has no score."))]
    if campaign.rankings.exists():
        message = _("The ranking is frozen: a score changes only by a correction with a reason and a second person.")
        return [Problem("scores_frozen", message)]
    return []


def _related_problems(found: list[Application], by: User) -> list[Problem]:
    text = _("%(name)s: you are declared to be related, so somebody else scores.")
    return [
        Problem("assessor_related", text % {"name": application.name})
        for application in found
        if rules.related(application.kinships.all(), by)
    ]


@service
def save_fitness(*, by: User | None, application: Application, values: Mapping[int, Decimal]) -> None:
    """What the candidate reached in each fitness item, by item. Raises `Refused`."""
    check_right(by, Action.RECRUITMENT_MANAGE, application.campaign.unit)
    if by is not None and rules.related(application.kinships.all(), by):
        raise Refused([rules.RELATED])
    if application.step.kind != StepKind.FITNESS or application.state != ApplicationState.ACTIVE:
        raise Refused([Problem("not_in_step", _("The candidate does not stand in this step."))])
    for item, value in values.items():
        FitnessValue.objects.update_or_create(application=application, item_id=item, defaults={"value": value})


@service
def check_disqualifiers(
    *, by: User | None, application: Application, on: dt.date, points: Mapping[str, tuple[bool, str]]
) -> None:
    """The checklist: for each point whether it was found, and the evidence. Raises `Refused`."""
    check_right(by, Action.RECRUITMENT_MANAGE, application.campaign.unit)
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
    if by is not None and rules.related(application.kinships.all(), by):
        raise Refused([rules.RELATED])
    refuse(rules.assessors_problems(values["assessors"]))
    row, _created = Vetting.objects.update_or_create(application=application, defaults=values)
    return row
