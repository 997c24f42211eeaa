"""A recruitment campaign: vacancies, conditions, its own order of steps (handbook P1, P3, P5)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Self

import pghistory
import pgtrigger
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lianfang.platform.security import RowScope, RowScopeOf
from personnel.models.member import Education, Sex, StaffCategory
from teams.models import Unit
from teams.policy import Action
from teams.scope import ScopedQuerySet


class CampaignStatus(models.TextChoices):
    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("waits for approval")
    OPEN = "open", _("open")
    CLOSED = "closed", _("finished")
    CANCELLED = "cancelled", _("cancelled")


class StepKind(models.TextChoices):
    ELIGIBILITY = "eligibility", _("eligibility check")
    WRITTEN = "written", _("written test")
    FITNESS = "fitness", _("fitness test")
    INTERVIEW = "interview", _("interview")
    MEDICAL = "medical", _("medical")
    VETTING = "vetting", _("political vetting")
    NOTICE = "notice", _("public notice")
    HIRE = "hire", _("hire")


SCORED = (StepKind.WRITTEN, StepKind.FITNESS, StepKind.INTERVIEW)


class PriorityGroup(models.TextChoices):
    VETERAN = "veteran", _("retired soldier")
    GRADUATE = "graduate", _("college graduate")
    LOCAL_YOUTH = "local_youth", _("local outstanding youth")
    BRAVERY = "bravery", _("commended for bravery")


class BonusRule(models.TextChoices):
    HIGHEST = "highest", _("the highest bonus counts")
    SUM = "sum", _("bonuses add up")


class CampaignQuerySet(ScopedQuerySet):
    view_action = Action.RECRUITMENT_VIEW

    def public(self) -> Self:
        """Campaigns that anybody may read: approved ones, also when they are over."""
        return self.filter(status__in=(CampaignStatus.OPEN, CampaignStatus.CLOSED))

    def taking_applications(self, on: dt.date) -> Self:
        return self.filter(status=CampaignStatus.OPEN, apply_from__lte=on, apply_until__gte=on)


CAMPAIGN_FIXED = """
IF OLD.status <> 'draft' AND
   to_jsonb(NEW) - ARRAY['status', 'approved_by_id', 'approved_at', 'returned_for']
   IS DISTINCT FROM to_jsonb(OLD) - ARRAY['status', 'approved_by_id', 'approved_at', 'returned_for'] THEN
  RAISE EXCEPTION 'campaign_fixed' USING ERRCODE = 'check_violation';
END IF;
IF OLD.status IN ('open', 'closed', 'cancelled') AND (NEW.status IN ('draft', 'submitted')
   OR NEW.approved_by_id IS DISTINCT FROM OLD.approved_by_id) THEN
  RAISE EXCEPTION 'campaign_fixed' USING ERRCODE = 'check_violation';
END IF;
IF NEW.status = 'open' AND OLD.status <> 'open' AND
   (SELECT coalesce(sum(weight), 0) FROM personnel_step WHERE campaign_id = NEW.id) <> 100 THEN
  RAISE EXCEPTION 'campaign_weights_not_100' USING ERRCODE = 'check_violation';
END IF;
RETURN NEW;
"""


CAMPAIGN_BEGINS = """
IF NEW.status <> 'draft' THEN RAISE EXCEPTION 'campaign_not_draft' USING ERRCODE = 'check_violation'; END IF;
RETURN NEW;
"""
ALL_BUT_HIRED = "TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'hired' = to_jsonb(OLD) - 'hired'"
PART_FIXED = """
IF NOT (SAME) AND EXISTS (SELECT 1 FROM personnel_campaign c
   WHERE c.id IN (CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE OLD.campaign_id END,
                  CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE NEW.campaign_id END) AND c.status <> 'draft') THEN
  RAISE EXCEPTION 'campaign_fixed' USING ERRCODE = 'check_violation';
END IF;
IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
RETURN NEW;
"""


def part_is_fixed(name: str, same: str = "false") -> pgtrigger.Trigger:
    """Refuses any change of a campaign's part after the draft; `same`: SQL that is true for what may go on changing."""
    return pgtrigger.Trigger(
        name=name,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        when=pgtrigger.Before,
        func=PART_FIXED.replace("SAME", same),
    )


@pghistory.track()
class Campaign(models.Model):
    """One open recruitment. Approved by the brigade before it opens, by somebody else than who drafted it."""

    # What is open or finished stands on a public page.
    row_scope = RowScope(("recruit",), own="status IN ('open', 'closed')")

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="campaigns", verbose_name=_("unit"))
    title = models.CharField(_("title"), max_length=80)
    year = models.PositiveSmallIntegerField(_("quota of the year"))
    status = models.CharField(
        _("status"), max_length=9, choices=CampaignStatus.choices, default=CampaignStatus.DRAFT, editable=False
    )
    apply_from = models.DateField(_("applications from"))
    apply_until = models.DateField(_("applications until"))
    born_from = models.DateField(_("born from"), null=True, blank=True)
    born_until = models.DateField(_("born until"), null=True, blank=True)
    education = models.CharField(_("education at least"), max_length=12, choices=Education.choices, blank=True)
    staff_category = models.CharField(
        _("staff category"), max_length=14, choices=StaffCategory.choices, default=StaffCategory.FIELD
    )
    bonus_rule = models.CharField(_("bonus points"), max_length=7, choices=BonusRule.choices, default=BonusRule.HIGHEST)
    # Ordered keys: "priority", kinds of scored steps (the higher score first), "older", "younger".
    tie_breaks = models.JSONField(_("order among equals"), default=list, blank=True)
    notice_days = models.PositiveSmallIntegerField(
        _("working days of the notice"), default=5, validators=[MinValueValidator(5), MaxValueValidator(7)]
    )
    more_conditions = models.TextField(_("further conditions"), max_length=2000, blank=True)
    contact = models.CharField(_("contact for questions"), max_length=120, blank=True)
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("drafted by")
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, verbose_name=_("approved by")
    )
    approved_at = models.DateTimeField(_("approved at"), null=True, editable=False)
    returned_for = models.CharField(_("returned because"), max_length=200, blank=True, editable=False)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = _("recruitment campaign")
        verbose_name_plural = _("recruitment campaigns")
        ordering = ["-apply_from", "-pk"]
        triggers = [
            pgtrigger.Trigger(
                name="campaign_fixed", operation=pgtrigger.Update, when=pgtrigger.Before, func=CAMPAIGN_FIXED
            ),
            pgtrigger.Trigger(
                name="campaign_begins_as_draft",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func=CAMPAIGN_BEGINS,
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=CampaignStatus.values), name="campaign_status_known"),
            models.CheckConstraint(condition=Q(apply_until__gte=F("apply_from")), name="campaign_ends_after_start"),
            models.CheckConstraint(
                condition=Q(born_until=None) | Q(born_from=None) | Q(born_until__gte=F("born_from")),
                name="campaign_born_in_order",
            ),
            models.CheckConstraint(condition=Q(notice_days__range=(5, 7)), name="campaign_notice_5_to_7_days"),
            models.CheckConstraint(condition=Q(bonus_rule__in=BonusRule.values), name="campaign_bonus_rule_known"),
            models.CheckConstraint(
                condition=Q(status__in=("draft", "submitted", "cancelled"))
                | (Q(approved_by__isnull=False) & ~Q(approved_by=F("drafted_by"))),
                name="campaign_approved_by_another",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_draft(self) -> bool:
        return self.status == CampaignStatus.DRAFT

    @property
    def is_open(self) -> bool:
        return self.status == CampaignStatus.OPEN


@pghistory.track()
class Vacancy(models.Model):
    """A post to fill, so many times, in one unit."""

    row_scope = RowScopeOf("personnel.Campaign", "campaign_id")

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="vacancies")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("unit"))
    title = models.CharField(_("post"), max_length=40)
    places = models.PositiveSmallIntegerField(_("places"), validators=[MinValueValidator(1)])
    hired = models.PositiveSmallIntegerField(_("hired"), default=0, editable=False)  # kept by a trigger

    class Meta:
        verbose_name = _("vacancy")
        verbose_name_plural = _("vacancies")
        ordering = ["pk"]
        triggers = [part_is_fixed("vacancy_fixed", ALL_BUT_HIRED)]
        constraints = [
            models.CheckConstraint(condition=Q(places__gte=1), name="vacancy_has_places"),
            models.CheckConstraint(condition=Q(hired__lte=F("places")), name="vacancy_not_overfilled"),
        ]

    def __str__(self) -> str:
        return self.title


@pghistory.track()
class Step(models.Model):
    """One step of the campaign's own order. `ratio`: candidates let in per place; `weight`: per cent of the total."""

    row_scope = RowScopeOf("personnel.Campaign", "campaign_id")

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField(_("order"))
    kind = models.CharField(_("step"), max_length=11, choices=StepKind.choices)
    starts_on = models.DateField(_("date"), null=True, blank=True)
    weight = models.DecimalField(_("weight in %"), max_digits=5, decimal_places=2, default=Decimal(0))
    pass_mark = models.DecimalField(_("pass mark"), max_digits=5, decimal_places=2, null=True, blank=True)
    ratio = models.DecimalField(_("let in per place"), max_digits=4, decimal_places=1, null=True, blank=True)

    class Meta:
        verbose_name = _("recruitment step")
        verbose_name_plural = _("recruitment steps")
        ordering = ["position"]
        triggers = [part_is_fixed("step_fixed")]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "position"], name="step_position_once"),
            models.UniqueConstraint(fields=["campaign", "kind"], name="step_kind_once"),
            models.CheckConstraint(condition=Q(kind__in=StepKind.values), name="step_kind_known"),
            models.CheckConstraint(
                condition=Q(weight=0) | Q(kind__in=[k.value for k in SCORED], weight__range=(0, 100)),
                name="step_weight_where_scored",
            ),
            models.CheckConstraint(
                condition=Q(pass_mark=None) | Q(pass_mark__range=(0, 100)), name="step_pass_mark_0_to_100"
            ),
            models.CheckConstraint(condition=Q(ratio=None) | Q(ratio__gte=1), name="step_ratio_at_least_1"),
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())

    @property
    def is_scored(self) -> bool:
        return self.weight > 0


@pghistory.track()
class Priority(models.Model):
    """A group that the campaign prefers: by bonus points, or (0 points) where two are equal."""

    row_scope = RowScopeOf("personnel.Campaign", "campaign_id")

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="priorities")
    group = models.CharField(_("priority group"), max_length=11, choices=PriorityGroup.choices)
    bonus = models.DecimalField(_("bonus points"), max_digits=4, decimal_places=2, default=Decimal(0))

    class Meta:
        verbose_name = _("priority group")
        verbose_name_plural = _("priority groups")
        ordering = ["pk"]
        triggers = [part_is_fixed("priority_fixed")]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "group"], name="priority_group_once"),
            models.CheckConstraint(condition=Q(group__in=PriorityGroup.values), name="priority_group_known"),
            models.CheckConstraint(condition=Q(bonus__range=(0, 20)), name="priority_bonus_0_to_20"),
        ]

    def __str__(self) -> str:
        return str(self.get_group_display())


@pghistory.track()
class FitnessItem(models.Model):
    """A limit of the fitness test for one sex and a span of ages (completed years, both included)."""

    row_scope = RowScopeOf("personnel.Campaign", "campaign_id")

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="fitness_items")
    name = models.CharField(_("item"), max_length=40)
    sex = models.CharField(_("sex"), max_length=6, choices=Sex.choices)
    age_from = models.PositiveSmallIntegerField(_("age from"), default=18)
    age_until = models.PositiveSmallIntegerField(_("age until"), default=60)
    limit = models.DecimalField(_("limit"), max_digits=7, decimal_places=2)
    less_is_better = models.BooleanField(_("at most"), default=True)
    measure = models.CharField(_("measured in"), max_length=12, blank=True)

    class Meta:
        verbose_name = _("fitness item")
        verbose_name_plural = _("fitness items")
        ordering = ["pk"]
        triggers = [part_is_fixed("fitness_item_fixed")]
        constraints = [
            models.CheckConstraint(condition=Q(sex__in=Sex.values), name="fitness_item_sex_known"),
            models.CheckConstraint(condition=Q(age_until__gte=F("age_from")), name="fitness_item_ages_in_order"),
        ]

    def __str__(self) -> str:
        return self.name

    def met_by(self, value: Decimal) -> bool:
        """Whether a measured value keeps the limit; the limit itself does."""
        return value <= self.limit if self.less_is_better else value >= self.limit
