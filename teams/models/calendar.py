"""The work calendar: statutory holidays and make-up workdays as announced for each year (handbook T11)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pghistory
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from teams.policy import Action


class DayKind(models.TextChoices):
    HOLIDAY = "holiday", _("statutory holiday")  # one of the 13 days that the law names
    DAY_OFF = "day_off", _("day off by the announcement")  # moved by 调休, or a weekend within the holiday
    WORKDAY = "workday", _("make-up workday")


@dataclass(frozen=True)
class Day:
    """One day as the work calendar has it. `announced`: the year's announcement is in the calendar."""

    date: dt.date
    kind: str  # a DayKind, or "" for an ordinary day
    name: str
    announced: bool

    @property
    def is_weekend(self) -> bool:
        return self.date.weekday() >= 5

    @property
    def is_holiday(self) -> bool:
        return self.kind == DayKind.HOLIDAY

    @property
    def is_workday(self) -> bool:
        """Whether the standard working day of 8 hours counts on it."""
        return self.kind == DayKind.WORKDAY or (not self.kind and not self.is_weekend)


class CalendarDayManager(models.Manager["CalendarDay"]):
    def years(self) -> set[int]:
        """The years whose announcement is in the calendar."""
        return set(self.values_list("date__year", flat=True).distinct())

    def lacks(self, day: dt.date) -> bool:
        """Whether the announcement for the year of `day` is missing."""
        return not self.filter(date__year=day.year).exists()

    def span(self, first: dt.date, last: dt.date) -> list[Day]:
        """Every day from `first` to `last`, both included; days without a row follow the week."""
        rows = {row.date: row for row in self.filter(date__range=(first, last))}
        years = set(
            self.filter(date__year__range=(first.year, last.year)).values_list("date__year", flat=True).distinct()
        )
        days = (first + dt.timedelta(days=n) for n in range((last - first).days + 1))
        return [
            Day(d, rows[d].kind if d in rows else "", rows[d].name if d in rows else "", d.year in years) for d in days
        ]


@pghistory.track()
class CalendarDay(models.Model):
    """A day that differs from the ordinary week."""

    manage_action = Action.CALENDAR_MANAGE

    date = models.DateField(_("date"), unique=True)
    kind = models.CharField(_("kind"), max_length=8, choices=DayKind.choices)
    name = models.CharField(_("name"), max_length=40, blank=True)

    objects = CalendarDayManager()

    class Meta:
        verbose_name = _("calendar day")
        verbose_name_plural = _("work calendar")
        ordering = ["date"]
        constraints = [models.CheckConstraint(condition=Q(kind__in=DayKind.values), name="calendar_day_kind_known")]

    def __str__(self) -> str:
        return f"{self.date:%Y-%m-%d} {self.get_kind_display()}"
