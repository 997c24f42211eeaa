"""The limits of the fitness test: by region, staff category, sex and age; and as a campaign printed them (P3)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Self

import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lianfang.platform.security import RowScopeOf
from personnel.models.member import StaffCategory
from personnel.models.person import Sex
from personnel.models.recruitment.campaign import Campaign, part_is_fixed
from teams.models import Unit
from teams.policy import Action
from teams.scope import ScopedQuerySet


class FitnessStandardQuerySet(ScopedQuerySet):
    view_action = Action.RECRUITMENT_VIEW

    def covering(self, unit: Unit, staff_category: str) -> Self:
        """The limits of the unit, or of the nearest unit above it that has some for this category."""
        step = Unit.steplen
        paths = [unit.path[:end] for end in range(step, len(unit.path) + 1, step)]
        rows = self.filter(unit__path__in=paths, staff_category=staff_category)
        nearest = rows.order_by("-unit__depth").values_list("unit_id", flat=True).first()
        return rows.filter(unit_id=nearest)


BEYOND = _("100 points are given for better than the limit.")
AT_LIMIT, AT_FULL = Decimal(60), Decimal(100)  # points for the limit itself, and for `full_at`
FULL_BEYOND_LIMIT = (
    Q(full_at=None) | Q(less_is_better=True, full_at__lt=F("limit")) | Q(less_is_better=False, full_at__gt=F("limit"))
)


class FitnessLimit(models.Model):
    """A limit for one sex and a span of ages (completed years, both included).

    `full_at`: the value that is worth 100 points, where the limit is worth 60; empty: passed or not, without points.
    """

    name = models.CharField(_("item"), max_length=40)
    sex = models.CharField(_("sex"), max_length=6, choices=Sex.choices)
    age_from = models.PositiveSmallIntegerField(_("age from"), default=18)
    age_until = models.PositiveSmallIntegerField(_("age until"), default=60)
    limit = models.DecimalField(_("limit"), max_digits=7, decimal_places=2)
    less_is_better = models.BooleanField(_("at most"), default=True)
    measure = models.CharField(_("measured in"), max_length=12, blank=True)
    full_at = models.DecimalField(_("100 points at"), max_digits=7, decimal_places=2, null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    def met_by(self, value: Decimal) -> bool:
        """Whether a measured value keeps the limit; the limit itself does."""
        return value <= self.limit if self.less_is_better else value >= self.limit

    def points(self, value: Decimal) -> Decimal | None:
        """60 at the limit, 100 at `full_at`, in a straight line between; 0 below the limit, None without points."""
        if self.full_at is None:
            return None
        if not self.met_by(value):
            return Decimal(0)
        part = (value - self.limit) / (self.full_at - self.limit)
        points = AT_LIMIT + (AT_FULL - AT_LIMIT) * min(part, Decimal(1))
        return points.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


@pghistory.track()
class FitnessStandard(FitnessLimit):
    """The limits of a region (a unit and all below it) for one staff category: what a new campaign begins with."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("region"))
    staff_category = models.CharField(
        _("staff category"), max_length=14, choices=StaffCategory.choices, default=StaffCategory.FIELD
    )

    objects = FitnessStandardQuerySet.as_manager()

    class Meta:
        verbose_name = _("fitness standard")
        verbose_name_plural = _("fitness standards")
        ordering = ["staff_category", "name", "sex", "age_from", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "staff_category", "name", "sex", "age_from"], name="fitness_standard_once"
            ),
            models.CheckConstraint(
                condition=Q(staff_category__in=StaffCategory.values), name="fitness_standard_category_known"
            ),
            models.CheckConstraint(condition=Q(sex__in=Sex.values), name="fitness_standard_sex_known"),
            models.CheckConstraint(condition=Q(age_until__gte=F("age_from")), name="fitness_standard_ages_in_order"),
            models.CheckConstraint(
                condition=FULL_BEYOND_LIMIT,
                name="fitness_standard_full_beyond_limit",
                violation_error_message=BEYOND,
            ),
        ]


@pghistory.track()
class FitnessItem(FitnessLimit):
    """A limit of the fitness test as the campaign printed it."""

    row_scope = RowScopeOf("personnel.Campaign", "campaign_id")

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="fitness_items")

    class Meta:
        verbose_name = _("fitness item")
        verbose_name_plural = _("fitness items")
        ordering = ["pk"]
        triggers = [part_is_fixed("fitness_item_fixed")]
        constraints = [
            models.CheckConstraint(condition=Q(sex__in=Sex.values), name="fitness_item_sex_known"),
            models.CheckConstraint(condition=Q(age_until__gte=F("age_from")), name="fitness_item_ages_in_order"),
            models.CheckConstraint(
                condition=FULL_BEYOND_LIMIT,
                name="fitness_item_full_beyond_limit",
                violation_error_message=BEYOND,
            ),
        ]
