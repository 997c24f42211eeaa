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
from personnel.models.member import StaffCategory
from personnel.models.person import Education, Sex
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
    OTHER = "other", _("further step")
    HIRE = "hire", _("hire")


SCORED = (StepKind.WRITTEN, StepKind.FITNESS, StepKind.INTERVIEW, StepKind.OTHER)
# What hangs on the candidate as one row: the vetting's file, the place on a notice, the hire.
ONCE = (StepKind.VETTING, StepKind.NOTICE, StepKind.HIRE)


class Panel(models.TextChoices):
    """How the marks of several assessors become the score of a step."""

    NONE = "none", _("one score")
    AVERAGE = "average", _("average of the assessors")
    TRIMMED = "trimmed", _("average without the highest and the lowest")


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
IF NEW.status = 'open' AND OLD.status <> 'open' AND NEW.formula = '' AND
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
    # In the words of `rules.recruitment.formula`; empty: the weights of the steps and the bonus.
    formula = models.CharField(_("formula of the total"), max_length=400, blank=True)
    # Ordered keys: "priority", scored steps (the higher score first), "education", "older", "younger".
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
    # What this post asks for in place of the campaign's own conditions; empty: the campaign's.
    born_from = models.DateField(_("born from"), null=True, blank=True)
    born_until = models.DateField(_("born until"), null=True, blank=True)
    education = models.CharField(_("education at least"), max_length=12, choices=Education.choices, blank=True)
    sex = models.CharField(_("sex"), max_length=6, choices=Sex.choices, blank=True)
    sex_reason = models.CharField(_("why only this sex, by which rule"), max_length=120, blank=True)
    groups = models.JSONField(_("only for"), default=list, blank=True)  # PriorityGroup values; one has to be proven

    class Meta:
        verbose_name = _("vacancy")
        verbose_name_plural = _("vacancies")
        ordering = ["pk"]
        triggers = [part_is_fixed("vacancy_fixed", ALL_BUT_HIRED)]
        constraints = [
            models.CheckConstraint(condition=Q(places__gte=1), name="vacancy_has_places"),
            models.CheckConstraint(condition=Q(hired__lte=F("places")), name="vacancy_not_overfilled"),
            models.CheckConstraint(
                condition=Q(born_until=None) | Q(born_from=None) | Q(born_until__gte=F("born_from")),
                name="vacancy_born_in_order",
                violation_error_message=_("The last day is before the first."),
            ),
            models.CheckConstraint(condition=Q(sex__in=["", *Sex.values]), name="vacancy_sex_known"),
            # 就业促进法 art. 27: a sex is asked for only where a rule of the state says so, and the plan names it.
            models.CheckConstraint(
                condition=Q(sex="") | ~Q(sex_reason=""),
                name="vacancy_sex_has_reason",
                violation_error_message=_("A post for one sex only names the rule that asks for it."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def group_names(self) -> str:
        """The priority groups that it is for, in words."""
        return "、".join(str(PriorityGroup(g).label) for g in self.groups if g in PriorityGroup.values)


@pghistory.track()
class Step(models.Model):
    """One step of the campaign's own order; a kind may come more than once.

    `ratio`: candidates let in per place. `weight`: per cent of the total, where the campaign has no formula of its own.
    `panel_size`: how many assessors' marks a score needs at least.
    """

    row_scope = RowScopeOf("personnel.Campaign", "campaign_id")

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField(_("order"))
    kind = models.CharField(_("step"), max_length=11, choices=StepKind.choices)
    name = models.CharField(_("name"), max_length=30, blank=True)
    starts_on = models.DateField(_("date"), null=True, blank=True)
    is_scored = models.BooleanField(_("scored"), default=False)
    full_mark = models.DecimalField(
        _("full mark"), max_digits=5, decimal_places=2, default=Decimal(100), validators=[MinValueValidator(1)]
    )
    weight = models.DecimalField(_("weight in %"), max_digits=5, decimal_places=2, default=Decimal(0))
    pass_mark = models.DecimalField(_("pass mark"), max_digits=5, decimal_places=2, null=True, blank=True)
    ratio = models.DecimalField(_("let in per place"), max_digits=4, decimal_places=1, null=True, blank=True)
    panel = models.CharField(_("marks of assessors"), max_length=7, choices=Panel.choices, default=Panel.NONE)
    panel_size = models.PositiveSmallIntegerField(
        _("assessors at least"), default=1, validators=[MinValueValidator(1), MaxValueValidator(30)]
    )

    class Meta:
        verbose_name = _("recruitment step")
        verbose_name_plural = _("recruitment steps")
        ordering = ["position"]
        triggers = [part_is_fixed("step_fixed")]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "position"], name="step_position_once"),
            models.UniqueConstraint(
                fields=["campaign", "kind"],
                condition=Q(kind__in=[k.value for k in ONCE]),
                name="step_kind_once",
            ),
            models.CheckConstraint(condition=Q(kind__in=StepKind.values), name="step_kind_known"),
            models.CheckConstraint(
                condition=Q(is_scored=False) | Q(kind__in=[k.value for k in SCORED]),
                name="step_scored_where_possible",
                violation_error_message=_("This kind of step has no score."),
            ),
            models.CheckConstraint(
                condition=Q(weight=0) | Q(is_scored=True, weight__range=(0, 100)),
                name="step_weight_where_scored",
                violation_error_message=_("A weight is from 0 to 100, of a step with a score."),
            ),
            models.CheckConstraint(condition=Q(full_mark__gte=1), name="step_full_mark_at_least_1"),
            models.CheckConstraint(
                condition=Q(pass_mark=None) | Q(pass_mark__gte=0, pass_mark__lte=F("full_mark")),
                name="step_pass_mark_within_full_mark",
                violation_error_message=_("The pass mark lies between 0 and the full mark."),
            ),
            models.CheckConstraint(condition=Q(panel__in=Panel.values), name="step_panel_known"),
            models.CheckConstraint(
                condition=~Q(panel=Panel.TRIMMED) | Q(panel_size__gte=3),
                name="step_trimmed_needs_3_assessors",
                violation_error_message=_("Leaving out the highest and the lowest needs three assessors."),
            ),
            models.CheckConstraint(condition=Q(panel_size__gte=1), name="step_panel_has_assessors"),
            models.CheckConstraint(condition=Q(ratio=None) | Q(ratio__gte=1), name="step_ratio_at_least_1"),
        ]

    def __str__(self) -> str:
        return self.name or str(self.get_kind_display())

    @property
    def can_be_scored(self) -> bool:
        return self.kind in SCORED

    @property
    def has_panel(self) -> bool:
        return self.panel != Panel.NONE


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
