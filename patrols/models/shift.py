"""Shift types of any length, across midnight too (handbook D2)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pghistory
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from teams.models import Unit
from teams.policy import Action
from teams.scope import ScopedQuerySet


class ShiftColour(models.TextChoices):
    """Names of the interface's shift colours; the tokens give each a light ground and a dark letter."""

    AMBER = "amber", _("amber")
    GREEN = "green", _("green")
    INDIGO = "indigo", _("indigo")
    VIOLET = "violet", _("violet")
    TEAL = "teal", _("teal")
    ROSE = "rose", _("rose")
    SLATE = "slate", _("slate")


class ShiftTypeQuerySet(ScopedQuerySet):
    view_action = Action.COVER_VIEW


@pghistory.track()
class ShiftType(models.Model):
    """A kind of shift: when it starts, how long it lasts, how it counts."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="shift_types", verbose_name=_("unit"))
    code = models.CharField(_("code"), max_length=2, help_text=_("One or two characters, shown in the grid."))
    name = models.CharField(_("name"), max_length=20)
    key = models.CharField(
        _("key"),
        max_length=1,
        validators=[RegexValidator(r"^[a-z0-9]$", _("One small letter or digit."))],
        help_text=_("The letter that sets this shift in the grid."),
    )
    starts_at = models.TimeField(_("starts at"))
    minutes = models.PositiveSmallIntegerField(
        _("length in minutes"), validators=[MinValueValidator(15), MaxValueValidator(24 * 60)]
    )
    is_night = models.BooleanField(_("night shift"), default=False)
    is_training = models.BooleanField(
        _("training"),
        default=False,
        help_text=_("Counts as training, not as patrol; also for people without a duty certificate."),
    )
    counting_factor = models.DecimalField(
        _("counting factor"),
        max_digits=3,
        decimal_places=2,
        default=Decimal(1),
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(2))],
        help_text=_("How much of its length counts as working time; standby counts for less."),
    )
    colour = models.CharField(_("colour"), max_length=6, choices=ShiftColour.choices, default=ShiftColour.AMBER)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)

    objects = ShiftTypeQuerySet.as_manager()

    class Meta:
        verbose_name = _("shift type")
        verbose_name_plural = _("shift types")
        ordering = ["position", "starts_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "code"], name="shift_code_once_a_unit"),
            models.UniqueConstraint(fields=["unit", "key"], name="shift_key_once_a_unit"),
            models.CheckConstraint(condition=Q(minutes__range=(15, 24 * 60)), name="shift_length_sensible"),
            models.CheckConstraint(condition=Q(counting_factor__range=(0, 2)), name="shift_factor_sensible"),
            models.CheckConstraint(condition=Q(key__regex=r"^[a-z0-9]$"), name="shift_key_one_letter"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    def span_on(self, day: dt.date) -> tuple[dt.datetime, dt.datetime]:
        """Real start and end of the shift that begins on `day`, in the local zone; the end may be the next day."""
        starts = timezone.make_aware(dt.datetime.combine(day, self.starts_at))
        return starts, starts + dt.timedelta(minutes=self.minutes)

    @property
    def counted_minutes(self) -> int:
        """Minutes of working time that one such shift counts for."""
        return int(self.minutes * self.counting_factor)

    @property
    def counted_hours(self) -> float:
        return self.counted_minutes / 60

    @property
    def hours_text(self) -> str:
        """`20:00–04:00 +1` where it ends on the next day."""
        end = dt.datetime.combine(dt.date.min, self.starts_at) + dt.timedelta(minutes=self.minutes)
        return f"{self.starts_at:%H:%M}–{end:%H:%M}" + (" +1" if end.date() > dt.date.min else "")
