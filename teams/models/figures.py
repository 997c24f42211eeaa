"""What a unit reports once a year: people, cases, sworn police (handbook T4)."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

import pghistory
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lianfang.platform.security import RowScope
from teams.models.unit import Unit
from teams.policy import Action
from teams.scope import ScopedQuerySet

FIRST_YEAR, LAST_YEAR = 1990, 2100
COUNTS = ("registered_population", "floating_population", "criminal_cases", "security_cases", "sworn_police")


class YearlyFiguresQuerySet(ScopedQuerySet):
    view_action = Action.UNIT_VIEW


def _count(label: object) -> models.PositiveIntegerField[int | None, int | None]:
    """A count that may be unknown yet; zero is a count."""
    return models.PositiveIntegerField(label, null=True, blank=True)  # type: ignore[arg-type]


@pghistory.track()
class YearlyFigures(models.Model):
    """The figures of one unit in one year; an empty one is not known."""

    row_scope = RowScope(("unit",))

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="yearly_figures", verbose_name=_("unit"))
    year = models.PositiveSmallIntegerField(
        _("year"), validators=[MinValueValidator(FIRST_YEAR), MaxValueValidator(LAST_YEAR)]
    )
    registered_population = _count(_("registered population"))
    floating_population = _count(_("floating population"))
    criminal_cases = _count(_("criminal cases"))
    security_cases = _count(_("public-security cases"))
    sworn_police = _count(_("sworn police officers"))

    objects = YearlyFiguresQuerySet.as_manager()

    class Meta:
        verbose_name = _("yearly figures")
        verbose_name_plural = _("yearly figures")
        ordering = ["-year"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "year"], name="yearly_figures_once_a_year"),
            models.CheckConstraint(
                condition=Q(year__range=(FIRST_YEAR, LAST_YEAR)), name="yearly_figures_year_sensible"
            ),
            *(
                models.CheckConstraint(condition=Q(**{f"{name}__gte": 0}), name=f"yearly_{name}_not_negative")
                for name in COUNTS
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.year}"

    @property
    def residents(self) -> int | None:
        """Registered and floating people together; None while neither is known."""
        known = [n for n in (self.registered_population, self.floating_population) if n is not None]
        return sum(known) if known else None

    def counted_on(self, today: dt.date) -> dt.date:
        """The day on which the year's strength is counted: its last, or today while it runs."""
        return min(dt.date(self.year, 12, 31), today)

    def per_10000(self, people: int | None) -> Decimal | None:
        """How many of `people` there are for 10,000 residents, to two decimals."""
        if people is None or not self.residents:
            return None
        return (Decimal(people) * 10_000 / self.residents).quantize(Decimal("0.01"), ROUND_HALF_UP)
