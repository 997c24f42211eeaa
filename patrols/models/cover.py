"""Cover: how many people a beat needs, by shift and day (handbook D3)."""

from __future__ import annotations

import datetime as dt

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from patrols.models.beat import Beat
from patrols.models.shift import ShiftType
from teams.models.calendar import Day
from teams.policy import Action
from teams.scope import ScopedQuerySet

WEEKDAYS = (_("Mo"), _("Tu"), _("We"), _("Th"), _("Fr"), _("Sa"), _("Su"))  # as people write them, 0 is Monday


class HolidayRule(models.TextChoices):
    AS_WEEKDAY = "as_weekday", _("by the weekday")
    ALWAYS = "always", _("on every statutory holiday and day off too")
    NEVER = "never", _("not on statutory holidays and days off")
    ONLY = "only", _("only on statutory holidays and days off")


class CoverRequirementQuerySet(ScopedQuerySet):
    view_action = Action.COVER_VIEW
    unit_lookup = "beat__unit"


def every_weekday() -> list[int]:
    return list(range(7))


@pghistory.track()
class CoverRequirement(models.Model):
    """A beat's need in one shift: a minimum, an ideal, on which days."""

    beat = models.ForeignKey(Beat, on_delete=models.CASCADE, related_name="cover", verbose_name=_("beat"))
    shift_type = models.ForeignKey(
        ShiftType, on_delete=models.PROTECT, related_name="cover", verbose_name=_("shift type")
    )
    weekdays = ArrayField(
        models.PositiveSmallIntegerField(validators=[MaxValueValidator(6)]),
        verbose_name=_("weekdays"),
        default=every_weekday,
        help_text=_("0 is Monday."),
    )
    on_holidays = models.CharField(
        _("on holidays"), max_length=10, choices=HolidayRule.choices, default=HolidayRule.AS_WEEKDAY
    )
    first_day = models.DateField(_("from"), null=True, blank=True)
    last_day = models.DateField(_("until"), null=True, blank=True)
    minimum = models.PositiveSmallIntegerField(
        _("minimum"), default=1, validators=[MinValueValidator(0), MaxValueValidator(50)]
    )
    ideal = models.PositiveSmallIntegerField(
        _("ideal"), default=1, validators=[MinValueValidator(1), MaxValueValidator(50)]
    )

    objects = CoverRequirementQuerySet.as_manager()

    class Meta:
        verbose_name = _("cover requirement")
        verbose_name_plural = _("cover requirements")
        ordering = ["beat__position", "beat_id", "shift_type__position", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ideal__gte=F("minimum")), name="cover_ideal_at_least_minimum"),
            models.CheckConstraint(condition=Q(ideal__gte=1), name="cover_asks_for_somebody"),
            models.CheckConstraint(condition=Q(on_holidays__in=HolidayRule.values), name="cover_holiday_rule_known"),
            models.CheckConstraint(
                condition=Q(last_day=None) | Q(first_day=None) | Q(last_day__gte=F("first_day")),
                name="cover_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.beat} {self.shift_type.code} {self.minimum}/{self.ideal}"

    @property
    def weekdays_text(self) -> str:
        """“Mo Tu We”, or “daily”."""
        if len(self.weekdays) == 7:
            return gettext("daily")
        return " ".join(str(WEEKDAYS[number]) for number in sorted(self.weekdays))

    def applies_on(self, day: Day) -> bool:
        """Whether the need stands on that day of the work calendar."""
        if not self._within(day.date):
            return False
        free = bool(day.kind) and not day.is_workday
        if free and self.on_holidays == HolidayRule.ALWAYS:
            return True
        if free and self.on_holidays == HolidayRule.NEVER:
            return False
        if self.on_holidays == HolidayRule.ONLY:
            return free
        return day.date.weekday() in self.weekdays

    def _within(self, date: dt.date) -> bool:
        return (self.first_day is None or self.first_day <= date) and (self.last_day is None or date <= self.last_day)
