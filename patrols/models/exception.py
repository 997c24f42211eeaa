"""The emergency exception (劳动法 42): which limits are lifted, where, when and why, signed by somebody else."""

from __future__ import annotations

import datetime as dt
from typing import Self

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lianfang.platform.security import RowScope
from teams.models import Unit
from teams.policy import Action
from teams.scope import ScopedQuerySet


class WaivableLimit(models.TextChoices):
    """Working time only: nobody can sign away certificates, absences, protection or the limits of authority."""

    REST = "rest", _("rest between shifts")
    HOURS_DAY = "hours_day", _("hours a day")
    HOURS_WEEK = "hours_week", _("hours a week")
    HOURS_MONTH = "hours_month", _("overtime a month")
    HOURS_QUARTER = "hours_quarter", _("hours a quarter")
    CONSECUTIVE_DAYS = "consecutive_days", _("days in a row")
    CONSECUTIVE_NIGHTS = "consecutive_nights", _("nights in a row")
    WEEKLY_REST = "weekly_rest", _("days off a week")


class EmergencyExceptionQuerySet(ScopedQuerySet):
    view_action = Action.ROSTER_VIEW

    def signed(self) -> Self:
        return self.filter(signed_at__isnull=False)

    def overlapping(self, first: dt.date, last: dt.date) -> Self:
        return self.filter(first_day__lte=last, last_day__gte=first)


@pghistory.track()
class EmergencyException(models.Model):
    """A leader asks for it, the brigade signs it; signed it stands as it is."""

    row_scope = RowScope(("roster",))

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="exceptions", verbose_name=_("squadron"))
    # Whom it concerns, by member id; empty: everybody. Ids and no link: signature and history freeze them with the row.
    people = ArrayField(models.BigIntegerField(), verbose_name=_("people"), default=list, blank=True)
    limits = ArrayField(models.CharField(max_length=18), verbose_name=_("limits lifted"))
    first_day = models.DateField(_("from"))
    last_day = models.DateField(_("until"))
    reason = models.CharField(_("reason"), max_length=200)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("asked by"), editable=False
    )
    asked_at = models.DateTimeField(_("asked at"), auto_now_add=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("signed by"),
        null=True,
        editable=False,
    )
    signed_at = models.DateTimeField(_("signed at"), null=True, editable=False)

    objects = EmergencyExceptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("emergency exception")
        verbose_name_plural = _("emergency exceptions")
        ordering = ["-first_day", "pk"]
        triggers = [
            pgtrigger.Protect(
                name="signed_stands",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__signed_at__isnull=False),
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(limits__contained_by=list(WaivableLimit.values)) & Q(limits__len__gt=0),
                name="exception_limits_waivable",
            ),
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="exception_ends_after_start"),
            models.CheckConstraint(condition=~Q(reason=""), name="exception_has_reason"),
            models.CheckConstraint(
                condition=Q(signed_by=None, signed_at=None)
                | (Q(signed_by__isnull=False, signed_at__isnull=False) & ~Q(signed_by=F("asked_by"))),
                name="exception_signed_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_day}–{self.last_day}"

    @property
    def limit_labels(self) -> list[str]:
        return [str(WaivableLimit(code).label) for code in self.limits]
