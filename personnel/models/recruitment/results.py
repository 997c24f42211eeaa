"""Outcomes and scores of each step, and the ranking that freezes them (handbook P3, P6)."""

from __future__ import annotations

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lianfang.platform.security import RowScopeOf
from personnel.models.recruitment.application import Application, OfApplicationQuerySet
from personnel.models.recruitment.campaign import Campaign, Step, Vacancy
from personnel.models.recruitment.fitness import FitnessItem
from teams.policy import Action
from teams.scope import ScopedQuerySet


class Outcome(models.TextChoices):
    OPEN = "open", _("open")
    PASSED = "passed", _("passed")
    FAILED = "failed", _("not passed")


# Who is related to a candidate neither scores nor decides: by account, by name, by whoever said so (`lf_related`).
# `lf_user()` is who is signed in, whatever name the row gives.
FAIR_SCORE = """
IF TG_OP <> 'DELETE' AND (TG_OP = 'INSERT' OR NEW.score IS DISTINCT FROM OLD.score
     OR NEW.assessor_id IS DISTINCT FROM OLD.assessor_id) AND NEW.score IS NOT NULL
   AND (lf_related(NEW.application_id, NEW.assessor_id, NULL) OR lf_related(NEW.application_id, lf_user(), NULL)) THEN
  RAISE EXCEPTION 'assessor_related' USING ERRCODE = 'check_violation';
END IF;
IF TG_OP <> 'DELETE' AND NEW.outcome <> 'open' AND (TG_OP = 'INSERT' OR NEW.outcome <> OLD.outcome)
   AND lf_related(NEW.application_id, lf_user(), NULL) THEN
  RAISE EXCEPTION 'assessor_related' USING ERRCODE = 'check_violation';
END IF;
IF TG_OP <> 'DELETE' AND NEW.score IS NOT NULL
   AND NEW.score > (SELECT full_mark FROM personnel_step WHERE id = NEW.step_id) THEN
  RAISE EXCEPTION 'score_above_full_mark' USING ERRCODE = 'check_violation';
END IF;
IF EXISTS (SELECT 1 FROM personnel_ranking r JOIN personnel_step s ON s.campaign_id = r.campaign_id
           WHERE s.is_scored AND s.id = CASE WHEN TG_OP = 'DELETE' THEN OLD.step_id ELSE NEW.step_id END)
   AND NOT (TG_OP = 'UPDATE' AND NEW.score IS NOT DISTINCT FROM OLD.score AND NEW.step_id = OLD.step_id
            AND NEW.application_id = OLD.application_id)
   AND NOT (TG_OP = 'UPDATE' AND EXISTS (
     SELECT 1 FROM personnel_scorecorrection c WHERE c.result_id = OLD.id AND c.approved_by_id IS NOT NULL
       AND c.before = OLD.score AND c.after = NEW.score)) THEN
  RAISE EXCEPTION 'scores_frozen' USING ERRCODE = 'check_violation';
END IF;
IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
RETURN NEW;
"""


@pghistory.track()
class StepResult(models.Model):
    """What a candidate reached in a step: one row a step, so one score a step."""

    row_scope = RowScopeOf("personnel.Application", "application_id")

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="results")
    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="results", verbose_name=_("step"))
    outcome = models.CharField(_("outcome"), max_length=6, choices=Outcome.choices, default=Outcome.OPEN)
    score = models.DecimalField(_("score"), max_digits=5, decimal_places=2, null=True, blank=True)
    assessor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, verbose_name=_("assessor")
    )
    note = models.CharField(_("reason"), max_length=200, blank=True)
    entered_at = models.DateTimeField(default=timezone.now)  # when the candidate came into the step
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    objects = OfApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("result of a step")
        verbose_name_plural = _("results of steps")
        triggers = [
            pgtrigger.Trigger(
                name="fair_score",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func=FAIR_SCORE,
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["application", "step"], name="one_result_a_step"),
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="step_outcome_known"),
            models.CheckConstraint(condition=Q(score=None) | Q(score__gte=0), name="step_score_not_negative"),
            models.CheckConstraint(condition=~Q(outcome="failed") | ~Q(note=""), name="step_failed_has_reason"),
        ]


# Points of an item that the ranking was reckoned with are frozen with it; a relative enters no value.
FAIR_VALUE = """
DECLARE changed record;
BEGIN
  IF TG_OP = 'DELETE' THEN changed := OLD; ELSE changed := NEW; END IF;
  IF TG_OP <> 'DELETE' AND lf_related(changed.application_id, lf_user(), NULL) THEN
    RAISE EXCEPTION 'assessor_related' USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (SELECT 1 FROM personnel_rankingrow r JOIN personnel_fitnessitem i ON i.id = changed.item_id
             WHERE r.application_id = changed.application_id AND jsonb_exists(r.scores, 'item:' || i.name)) THEN
    RAISE EXCEPTION 'scores_frozen' USING ERRCODE = 'check_violation';
  END IF;
  RETURN changed;
END;
"""


@pghistory.track()
class FitnessValue(models.Model):
    """What a candidate ran, jumped or lifted."""

    row_scope = RowScopeOf("personnel.Application", "application_id")

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="fitness_values")
    item = models.ForeignKey(FitnessItem, on_delete=models.PROTECT, related_name="values")
    value = models.DecimalField(_("value"), max_digits=7, decimal_places=2)

    objects = OfApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("fitness value")
        verbose_name_plural = _("fitness values")
        triggers = [
            pgtrigger.Trigger(
                name="fair_value",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func=FAIR_VALUE,
            )
        ]
        constraints = [models.UniqueConstraint(fields=["application", "item"], name="fitness_value_once")]


def frozen(name: str) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=name,
        operation=pgtrigger.Update | pgtrigger.Delete,
        when=pgtrigger.Before,
        func="RAISE EXCEPTION 'ranking_frozen' USING ERRCODE = 'check_violation';",
    )


class RankingQuerySet(ScopedQuerySet):
    view_action = Action.RECRUITMENT_VIEW
    unit_lookup = "campaign__unit"


class Ranking(models.Model):
    """A frozen ranking. An approved correction makes the next version; the versions before it stay as they were."""

    row_scope = RowScopeOf("personnel.Campaign", "campaign_id")

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="rankings")
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    formula = models.CharField(_("formula"), max_length=1000)
    digest = models.CharField(max_length=64)
    frozen_at = models.DateTimeField(_("frozen at"), auto_now_add=True)
    frozen_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)

    objects = RankingQuerySet.as_manager()

    class Meta:
        verbose_name = _("ranking")
        verbose_name_plural = _("rankings")
        ordering = ["-version"]
        triggers = [frozen("ranking_frozen")]
        constraints = [models.UniqueConstraint(fields=["campaign", "version"], name="ranking_version_once")]


class RankingRow(models.Model):
    """One candidate in a frozen ranking: the scores as they stood, the rows they stood in, and the place."""

    row_scope = RowScopeOf("personnel.Application", "application_id")

    ranking = models.ForeignKey(Ranking, on_delete=models.PROTECT, related_name="rows")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="ranking_rows")
    vacancy = models.ForeignKey(Vacancy, on_delete=models.PROTECT, related_name="+")
    # All that the formula read: key of a step, an item or a bonus → {"result": id or None, "score": "86.50"}.
    scores = models.JSONField()
    bonus = models.DecimalField(_("bonus points"), max_digits=5, decimal_places=2)
    total = models.DecimalField(_("total"), max_digits=6, decimal_places=2)
    rank = models.PositiveSmallIntegerField(_("rank"))

    objects = OfApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("row of a ranking")
        verbose_name_plural = _("rows of rankings")
        ordering = ["vacancy", "rank", "pk"]
        triggers = [frozen("ranking_row_frozen")]
        constraints = [models.UniqueConstraint(fields=["ranking", "application"], name="ranked_once")]


@pghistory.track()
class ScoreCorrection(models.Model):
    """A change of a frozen score: one person gives the reason, another one agrees."""

    row_scope = RowScopeOf("personnel.Application", "application_id")

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="corrections")
    result = models.ForeignKey(StepResult, on_delete=models.PROTECT, related_name="corrections")
    before = models.DecimalField(_("before"), max_digits=5, decimal_places=2)
    after = models.DecimalField(_("after"), max_digits=5, decimal_places=2)
    reason = models.CharField(_("reason"), max_length=200)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("proposed by")
    )
    proposed_at = models.DateTimeField(_("proposed at"), auto_now_add=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, verbose_name=_("approved by")
    )
    approved_at = models.DateTimeField(_("approved at"), null=True)

    objects = OfApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("correction of a score")
        verbose_name_plural = _("corrections of scores")
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="correction_has_reason"),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("proposed_by")), name="correction_by_two_people"
            ),
            models.CheckConstraint(condition=Q(after__gte=0), name="correction_score_not_negative"),
        ]
