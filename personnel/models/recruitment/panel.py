"""Several assessors to one step: their seats, the marks of each, and whom they are related to (handbook P3, P6)."""

from __future__ import annotations

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lianfang.platform.security import RowScopeOf
from personnel.models.recruitment.application import Application, OfApplicationQuerySet
from personnel.models.recruitment.campaign import Campaign, Step
from teams.policy import Action
from teams.scope import ScopedQuerySet


class PanelSeatQuerySet(ScopedQuerySet):
    view_action = Action.RECRUITMENT_VIEW
    unit_lookup = "step__campaign__unit"


SEAT_KEEPS = """
IF NEW.step_id <> OLD.step_id OR ((NEW.name <> OLD.name OR NEW.user_id IS DISTINCT FROM OLD.user_id)
   AND EXISTS (SELECT 1 FROM personnel_panelmark m WHERE m.seat_id = OLD.id)) THEN
  RAISE EXCEPTION 'seat_has_marks' USING ERRCODE = 'check_violation';
END IF;
RETURN NEW;
"""


@pghistory.track()
class PanelSeat(models.Model):
    """An assessor of a step: with an account, or by name alone where marks come on paper and staff enter them."""

    row_scope = RowScopeOf("personnel.Step", "step_id")

    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="seats", verbose_name=_("step"))
    name = models.CharField(_("assessor"), max_length=40)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("account"),
    )

    objects = PanelSeatQuerySet.as_manager()

    class Meta:
        verbose_name = _("seat of an assessor")
        verbose_name_plural = _("seats of assessors")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["step", "name"], name="panel_seat_name_once"),
            models.UniqueConstraint(fields=["step", "user"], name="panel_seat_user_once"),
            models.CheckConstraint(condition=~Q(name=""), name="panel_seat_has_name"),
        ]
        triggers = [
            pgtrigger.Trigger(name="seat_keeps", operation=pgtrigger.Update, when=pgtrigger.Before, func=SEAT_KEEPS)
        ]

    def __str__(self) -> str:
        return self.name


# A mark is refused where the seat's assessor, or who is signed in, is related to the candidate; after the freezing
# every change is. The step's score no longer stands on a mark that changed: who writes marks reckons it anew.
FAIR_MARK = """
DECLARE mark record; seat record;
BEGIN
  IF TG_OP = 'DELETE' THEN mark := OLD; ELSE mark := NEW; END IF;
  SELECT p.user_id, p.name, s.id AS step_id, s.campaign_id, s.full_mark INTO seat
    FROM personnel_panelseat p JOIN personnel_step s ON s.id = p.step_id WHERE p.id = mark.seat_id;
  IF EXISTS (SELECT 1 FROM personnel_ranking r WHERE r.campaign_id = seat.campaign_id) THEN
    RAISE EXCEPTION 'scores_frozen' USING ERRCODE = 'check_violation';
  END IF;
  IF TG_OP <> 'DELETE' THEN
    IF lf_related(mark.application_id, seat.user_id, seat.name) OR lf_related(mark.application_id, lf_user(), NULL) THEN
      RAISE EXCEPTION 'assessor_related' USING ERRCODE = 'check_violation';
    END IF;
    IF mark.score > seat.full_mark OR NOT EXISTS (SELECT 1 FROM personnel_application a
         WHERE a.id = mark.application_id AND a.campaign_id = seat.campaign_id) THEN
      RAISE EXCEPTION 'mark_out_of_place' USING ERRCODE = 'check_violation';
    END IF;
  END IF;
  IF TG_OP = 'UPDATE' AND (NEW.application_id <> OLD.application_id OR NEW.seat_id <> OLD.seat_id) THEN
    RAISE EXCEPTION 'mark_out_of_place' USING ERRCODE = 'check_violation';
  END IF;
  UPDATE personnel_stepresult SET score = NULL
    WHERE application_id = mark.application_id AND step_id = seat.step_id AND score IS NOT NULL;
  RETURN mark;
END;
"""


@pghistory.track()
class PanelMark(models.Model):
    """What one assessor gave one candidate."""

    row_scope = RowScopeOf("personnel.Application", "application_id")

    seat = models.ForeignKey(PanelSeat, on_delete=models.PROTECT, related_name="marks", verbose_name=_("assessor"))
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="marks")
    score = models.DecimalField(_("score"), max_digits=5, decimal_places=2)
    marked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    marked_at = models.DateTimeField(_("entered at"), auto_now=True)

    objects = OfApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("mark of an assessor")
        verbose_name_plural = _("marks of assessors")
        triggers = [
            pgtrigger.Trigger(
                name="fair_mark",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func=FAIR_MARK,
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["seat", "application"], name="one_mark_a_seat"),
            models.CheckConstraint(condition=Q(score__gte=0), name="panel_mark_not_negative"),
        ]


class AssessorRelativeQuerySet(ScopedQuerySet):
    view_action = Action.RECRUITMENT_VIEW
    unit_lookup = "campaign__unit"


@pghistory.track()
class AssessorRelative(models.Model):
    """An assessor's word about a relative who applies, or may yet: it counts as soon as that name stands on an
    application, before or after."""

    row_scope = RowScopeOf("personnel.Campaign", "campaign_id")

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="assessor_relatives")
    assessor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("account of the assessor"),
    )
    assessor_name = models.CharField(_("assessor"), max_length=40)
    candidate_name = models.CharField(_("name of the candidate"), max_length=40)
    relation = models.CharField(_("relation"), max_length=60)
    declared_at = models.DateTimeField(_("declared at"), auto_now_add=True)

    objects = AssessorRelativeQuerySet.as_manager()

    class Meta:
        verbose_name = _("relative of an assessor")
        verbose_name_plural = _("relatives of assessors")
        ordering = ["pk"]
        triggers = [
            pgtrigger.Trigger(
                name="relative_strikes",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.After,
                func="""
                PERFORM lf_strike(a.id) FROM personnel_application a
                  WHERE a.campaign_id = NEW.campaign_id AND lf_name(a.name) = lf_name(NEW.candidate_name);
                RETURN NULL;
                """,
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(assessor_name="") & ~Q(candidate_name="") & ~Q(relation=""),
                name="assessor_relative_in_words",
            )
        ]

    def __str__(self) -> str:
        return self.relation
