"""Working-time limits as data, by unit and staff category (handbook D7)."""

from __future__ import annotations

import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from personnel.models import StaffCategory
from teams.models import Unit
from teams.policy import Action
from teams.scope import ScopedQuerySet


class HoursPeriod(models.TextChoices):
    MONTH = "month", _("month")
    QUARTER = "quarter", _("quarter (comprehensive working hours)")


class WorkingTimeLimitsQuerySet(ScopedQuerySet):
    view_action = Action.COVER_VIEW


@pghistory.track()
class WorkingTimeLimits(models.Model):
    """What one person may work. The nearest row counts: own unit before those above, own category before any.

    The defaults are the law's: 劳动法 arts. 36, 38, 41 (8 h a day and 3 h overtime, 40 h a week, 36 h overtime a month,
    a day off each week).
    """

    unit = models.ForeignKey(
        Unit,
        on_delete=models.PROTECT,
        related_name="working_time_limits",
        verbose_name=_("unit"),
        null=True,
        blank=True,
        help_text=_("Empty: for the whole force."),
    )
    staff_category = models.CharField(
        _("staff category"),
        max_length=14,
        choices=StaffCategory.choices,
        blank=True,
        help_text=_("Empty: for every category."),
    )
    hours_a_day = models.DecimalField(_("hours a day"), max_digits=4, decimal_places=1, default=11)
    hours_a_week = models.DecimalField(_("hours a week"), max_digits=4, decimal_places=1, default=60)
    standard_hours_a_day = models.DecimalField(
        _("standard hours a working day"), max_digits=4, decimal_places=1, default=8
    )
    overtime_a_month = models.DecimalField(_("overtime hours a month"), max_digits=4, decimal_places=1, default=36)
    # 综合工时 (劳部发〔1994〕503号): with a permit the norm is kept over a quarter, a busy week against a quiet one.
    counted_over = models.CharField(
        _("overtime counted over"), max_length=7, choices=HoursPeriod.choices, default=HoursPeriod.MONTH
    )
    rest_between_shifts = models.DecimalField(
        _("hours of rest between shifts"), max_digits=4, decimal_places=1, default=11
    )
    consecutive_days = models.PositiveSmallIntegerField(_("days in a row"), default=6)
    consecutive_nights = models.PositiveSmallIntegerField(_("nights in a row"), default=4)
    least_days_in_a_row = models.PositiveSmallIntegerField(
        _("least days in a row"), default=1, help_text=_("2 or more: no single working days.")
    )
    least_nights_in_a_row = models.PositiveSmallIntegerField(_("least nights in a row"), default=1)
    days_off_a_week = models.PositiveSmallIntegerField(_("days off a week"), default=1)

    objects = WorkingTimeLimitsQuerySet.as_manager()

    class Meta:
        verbose_name = _("working-time limits")
        verbose_name_plural = _("working-time limits")
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "staff_category"], name="limits_once_a_category", nulls_distinct=False
            ),
            models.CheckConstraint(condition=Q(hours_a_day__range=(1, 24)), name="limits_day_sensible"),
            models.CheckConstraint(condition=Q(hours_a_week__range=(1, 168)), name="limits_week_sensible"),
            models.CheckConstraint(condition=Q(consecutive_days__range=(1, 31)), name="limits_run_sensible"),
            models.CheckConstraint(condition=Q(consecutive_nights__range=(0, 31)), name="limits_nights_sensible"),
            models.CheckConstraint(
                condition=Q(least_days_in_a_row__range=(1, F("consecutive_days"))), name="limits_least_days_sensible"
            ),
            models.CheckConstraint(
                condition=Q(least_nights_in_a_row=1) | Q(least_nights_in_a_row__range=(1, F("consecutive_nights"))),
                name="limits_least_nights_sensible",
            ),
            models.CheckConstraint(condition=Q(counted_over__in=HoursPeriod.values), name="limits_period_known"),
            models.CheckConstraint(condition=Q(overtime_a_month__range=(0, 200)), name="limits_overtime_sensible"),
            models.CheckConstraint(condition=Q(standard_hours_a_day__range=(0, 24)), name="limits_standard_sensible"),
            models.CheckConstraint(condition=Q(days_off_a_week__range=(0, 6)), name="limits_days_off_sensible"),
            models.CheckConstraint(condition=Q(rest_between_shifts__range=(0, 48)), name="limits_rest_sensible"),
        ]

    def __str__(self) -> str:
        return f"{self.unit or '*'} {self.staff_category or '*'}"
