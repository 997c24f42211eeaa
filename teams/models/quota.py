"""The staffing standard of a unit, set once a year: what the headcount quota is reckoned from (handbook T3)."""

from __future__ import annotations

from decimal import Decimal
from typing import Self

import pghistory
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lianfang.platform.security import RowScope
from teams.models.figures import FIRST_YEAR, LAST_YEAR
from teams.models.unit import Unit
from teams.policy import Action
from teams.scope import ScopedQuerySet


class StandardKind(models.TextChoices):
    RESIDENTS = "residents", _("per 10,000 residents")
    COMPOSITE = "composite", _("by population and cases")


class FloorLevel(models.TextChoices):
    NONE = "none", _("no floor")
    COUNTY = "county", _("county: at least 100")
    TOWN = "town", _("town: at least 10")
    VILLAGE = "village", _("village: at least 5")


class StaffingStandardQuerySet(ScopedQuerySet):
    view_action = Action.UNIT_VIEW

    def covering(self, unit: Unit, year: int) -> Self:
        """The year's standard of the unit or of the nearest unit above that has one (at most one row)."""
        step = Unit.steplen
        paths = [unit.path[:end] for end in range(step, len(unit.path) + 1, step)]
        return self.filter(year=year, unit__path__in=paths).order_by("-unit__depth")[:1]


def _rate(label: object, default: str) -> models.DecimalField[Decimal, Decimal]:
    return models.DecimalField(
        label,  # type: ignore[arg-type]
        max_digits=6,
        decimal_places=3,
        default=Decimal(default),
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )


@pghistory.track()
class StaffingStandard(models.Model):
    """One unit's standard for one year, and the headcount approved by it."""

    row_scope = RowScope(("unit",))

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="staffing_standards", verbose_name=_("unit"))
    year = models.PositiveSmallIntegerField(
        _("year"), validators=[MinValueValidator(FIRST_YEAR), MaxValueValidator(LAST_YEAR)]
    )
    kind = models.CharField(_("standard"), max_length=10, choices=StandardKind.choices, default=StandardKind.RESIDENTS)
    per_10000 = _rate(_("members per 10,000 residents"), "5")
    per_registered = _rate(_("‰ of the registered population"), "1")
    per_floating = _rate(_("‰ of the floating population"), "0")
    per_cases = _rate(_("‰ of criminal and security cases"), "3")
    floor = models.CharField(_("floor"), max_length=8, choices=FloorLevel.choices, default=FloorLevel.NONE)
    required = models.PositiveIntegerField(_("approved headcount"))
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, verbose_name=_("approved by")
    )
    approved_at = models.DateTimeField(_("approved at"), auto_now=True)

    objects = StaffingStandardQuerySet.as_manager()

    class Meta:
        verbose_name = _("staffing standard")
        verbose_name_plural = _("staffing standards")
        ordering = ["-year"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "year"], name="staffing_standard_once_a_year"),
            models.CheckConstraint(condition=Q(kind__in=StandardKind.values), name="staffing_standard_kind_known"),
            models.CheckConstraint(condition=Q(floor__in=FloorLevel.values), name="staffing_standard_floor_known"),
            models.CheckConstraint(
                condition=Q(per_10000__gte=0, per_registered__gte=0, per_floating__gte=0, per_cases__gte=0),
                name="staffing_standard_rates_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.year}"
