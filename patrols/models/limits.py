"""Working-time limits as data, by unit and staff category (handbook D7)."""

from __future__ import annotations

import pghistory
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from personnel.models import StaffCategory
from teams.models import Unit
from teams.policy import Action
from teams.scope import ScopedQuerySet


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
    rest_between_shifts = models.DecimalField(
        _("hours of rest between shifts"), max_digits=4, decimal_places=1, default=11
    )
    consecutive_days = models.PositiveSmallIntegerField(_("days in a row"), default=6)
    consecutive_nights = models.PositiveSmallIntegerField(_("nights in a row"), default=4)
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
            models.CheckConstraint(condition=Q(days_off_a_week__range=(0, 6)), name="limits_days_off_sensible"),
            models.CheckConstraint(condition=Q(rest_between_shifts__range=(0, 48)), name="limits_rest_sensible"),
        ]

    def __str__(self) -> str:
        return f"{self.unit or '*'} {self.staff_category or '*'}"
