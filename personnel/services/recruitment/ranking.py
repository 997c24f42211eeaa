"""Freezing the ranking, and the only way to change it afterwards (handbook P6)."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lianfang.platform.history import service
from lianfang.platform.problems import Problem, Refused
from personnel.models import Application, Campaign, Ranking, RankingRow, ScoreCorrection, StepResult
from personnel.rules.recruitment import candidates as rules
from personnel.rules.recruitment.kinship import RELATED, related_to
from personnel.rules.recruitment.ranking import Candidate, Formula, Placed, SealedRow, half_up, rank, seal
from personnel.rules.recruitment.seals import seal_problems
from personnel.rules.recruitment.terms import formula_problems
from personnel.services.recruitment import places
from personnel.services.recruitment.rights import check_right, locked, refuse
from teams.models import User
from teams.policy import Action


@service
def freeze(*, by: User | None, campaign: Campaign) -> Ranking:
    """Freeze the scores of everybody who came through the scored steps, and rank by them. Raises `Refused`."""
    row = locked(campaign)
    check_right(by, Action.RECRUITMENT_MANAGE, row.unit)
    last = max((s.position for s in row.steps.all() if s.is_scored), default=0)
    ranked = list(Application.objects.running().filter(campaign=row, step__position__gt=last))
    refuse(_freeze_problems(row, last, ranked))
    formula = Formula.of(row)
    placed = rank(places.candidates(row, ranked, formula), formula)
    results = StepResult.objects.filter(application__in=ranked, step__in=formula.steps)
    ids = {
        (pk, formula.steps[step]): result for result, pk, step in results.values_list("pk", "application_id", "step")
    }
    return _store(row, 1, formula.text(), placed, ids, by)


def _freeze_problems(campaign: Campaign, last: int, ranked: list[Application]) -> list[Problem]:
    if campaign.rankings.exists():
        return [Problem("ranking_frozen", _("The ranking is frozen already."))]
    behind = Application.objects.running().filter(campaign=campaign, step__position__lte=last, waiting=False)
    if not campaign.is_open or not ranked or behind.exists():
        message = _("Settle everybody in the scored steps first: each passes or drops out.")
        return [Problem("scores_open", message)]
    return [*formula_problems(campaign), *_score_problems(campaign, ranked)]


def _score_problems(campaign: Campaign, ranked: list[Application]) -> list[Problem]:
    """Everybody has each score, within its pass mark, by nobody related: also where a kinship came out later."""
    steps = [s for s in campaign.steps.all() if s.is_scored]
    results = {
        (r.application_id, r.step_id): r
        for r in StepResult.objects.filter(application__in=ranked, step__in=steps).select_related("assessor")
    }
    text = _("%(name)s, %(step)s: %(problem)s")
    problems = [
        Problem(p.code, text % {"name": a.name, "step": step, "problem": p.message})
        for a in ranked
        for step in steps
        for p in rules.score_problems(step, results.get((a.pk, step.pk)))
    ]
    return problems or _related_score_problems(ranked, list(results.values()))


def _related_score_problems(ranked: list[Application], results: list[StepResult]) -> list[Problem]:
    """Nobody's score is a relative's: the database strikes those, this asks again."""
    scored: dict[User, set[int]] = defaultdict(set)
    for result in results:
        if result.assessor is not None:
            scored[result.assessor].add(result.application_id)
    barred = {pk for assessor, pks in scored.items() for pk in related_to(assessor, pks)}
    text = _("%(name)s was scored by a relative; somebody else scores again.")
    return [Problem("assessor_related", text % {"name": a.name}) for a in ranked if a.pk in barred]


def _store(
    campaign: Campaign,
    version: int,
    formula: str,
    placed: list[Placed],
    results: dict[tuple[int, str], int | None],
    by: User | None,
) -> Ranking:
    rows = [
        RankingRow(
            application_id=p.candidate.key,
            vacancy_id=p.candidate.group,
            scores={
                key: {"result": results.get((p.candidate.key, key)), "score": str(half_up(score))}
                for key, score in p.candidate.scores.items()
            },
            bonus=p.candidate.bonus,
            total=p.total,
            rank=p.rank,
        )
        for p in placed
    ]
    sealed = [SealedRow(r.application_id, r.vacancy_id, r.rank, r.total, r.bonus, r.scores) for r in rows]
    ranking = Ranking.objects.create(
        campaign=campaign, version=version, formula=formula, digest=seal(sealed, formula), frozen_by=by
    )
    for row in rows:
        row.ranking = ranking
    RankingRow.objects.bulk_create(rows, batch_size=500)
    return ranking


@service
def propose_correction(
    *, by: User, application: Application, result: StepResult, after: Decimal, reason: str
) -> ScoreCorrection:
    """Ask that a frozen score be changed; it counts when a second person agrees. Raises `Refused`."""
    check_right(by, Action.RECRUITMENT_MANAGE, application.campaign.unit)
    problems = []
    if not application.campaign.rankings.exists() or result.score is None:
        problems.append(Problem("ranking_open", _("The ranking is not frozen: enter the score in the sheet.")))
    if not 0 <= after <= result.step.full_mark:
        message = _("A score is a number from 0 to %(full)s.") % {"full": f"{result.step.full_mark.normalize():f}"}
        problems.append(Problem("score_unreadable", message, field="after"))
    if not reason.strip():
        problems.append(Problem("reason_missing", _("A reason is needed."), field="reason"))
    if related_to(by, [application.pk]):
        problems.append(RELATED)
    if application.corrections.filter(approved_by=None).exists():
        problems.append(Problem("correction_waits", _("A correction of this candidate waits already.")))
    refuse(problems)
    before: Any = result.score
    return ScoreCorrection.objects.create(
        application=application,
        result=result,
        before=before,
        after=half_up(after),
        reason=reason.strip()[:200],
        proposed_by=by,
    )


@service
def approve_correction(*, by: User, correction: ScoreCorrection) -> Ranking:
    """The second person agrees: the score changes, and the ranking gets its next version. Raises `Refused`."""
    application = Application.objects.select_related("campaign__unit").get(pk=correction.application_id)
    campaign = locked(application.campaign)
    check_right(by, Action.RECRUITMENT_MANAGE, campaign.unit)
    row: ScoreCorrection = ScoreCorrection.objects.select_for_update(of=("self",)).get(pk=correction.pk)
    problems = seal_problems(campaign)
    if row.approved_by_id:
        problems.append(Problem("correction_done", _("This correction is settled already.")))
    if row.proposed_by_id == by.pk:
        problems.append(Problem("correction_own", _("Somebody else than who proposed it agrees to a correction.")))
    if related_to(by, [application.pk]):
        problems.append(RELATED)
    refuse(problems)
    row.approved_by, row.approved_at = by, timezone.now()
    row.save(update_fields=["approved_by", "approved_at"])
    StepResult.objects.filter(pk=row.result_id).update(score=row.after, assessor=row.proposed_by)
    return _next_version(campaign, row, by)


def _next_version(campaign: Campaign, correction: ScoreCorrection, by: User) -> Ranking:
    """Ranked again from the frozen scores, with the one that was corrected."""
    last = campaign.rankings.first()
    if last is None:
        raise Refused([Problem("ranking_open", _("The ranking is not frozen: enter the score in the sheet."))])
    formula, found = Formula.of(campaign), []
    ids: dict[tuple[int, str], int | None] = {}
    for row in last.rows.select_related("application"):
        scores = {kind: Decimal(entry["score"]) for kind, entry in row.scores.items()}
        for kind, entry in row.scores.items():
            ids[row.application_id, kind] = entry["result"]
            if entry["result"] == correction.result_id:
                scores[kind] = correction.after
        found.append(
            Candidate(
                key=row.application_id,
                group=row.vacancy_id,
                scores=scores,
                born=row.application.birth_date,
                bonus=row.bonus,
                has_priority=bool(row.application.confirmed_claims),
                education=rules.schooling(row.application.education),
            )
        )
    return _store(campaign, last.version + 1, last.formula, rank(found, formula), ids, by)
