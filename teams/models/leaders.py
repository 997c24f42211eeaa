"""The leaders of both lines, with dates (handbook T2)."""

from __future__ import annotations

import datetime as dt
from typing import Self

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lianfang.platform.security import RowScope
from teams.models.account import PostSpan
from teams.models.unit import Unit
from teams.policy import Action
from teams.scope import ScopedQuerySet


class Line(models.TextChoices):
    GOVERNMENT = "government", _("government line")
    POLICE = "police", _("public-security line")


class UnitLeaderQuerySet(ScopedQuerySet):
    view_action = Action.UNIT_VIEW

    def on(self, day: dt.date) -> Self:
        """Leaders in office on that day; the last day counts."""
        return self.filter(starts__lte=day).filter(Q(ends=None) | Q(ends__gte=day))


@pghistory.track()
class UnitLeader(models.Model):
    """Who leads a unit in one of the two lines, from a day to a day. It grants nothing: rights come from posts."""

    row_scope = RowScope(("unit",))

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="leaders", verbose_name=_("unit"))
    line = models.CharField(_("line"), max_length=10, choices=Line.choices)
    name = models.CharField(_("name"), max_length=40)
    title = models.CharField(
        _("title"), max_length=60, help_text=_("For example: deputy chief of the station, in charge of patrol.")
    )
    starts = models.DateField(_("from"), default=timezone.localdate)
    ends = models.DateField(_("until"), null=True, blank=True, help_text=_("The last day counts. Empty: in office."))

    objects = UnitLeaderQuerySet.as_manager()

    class Meta:
        verbose_name = _("leader of a unit")
        verbose_name_plural = _("leaders of units")
        ordering = ["-starts", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(line__in=Line.values), name="unit_leader_line_known"),
            models.CheckConstraint(
                condition=Q(ends=None) | Q(ends__gte=F("starts")),
                name="unit_leader_ends_after_start",
                violation_error_message=_("The last day lies before the first."),
            ),
            ExclusionConstraint(
                name="unit_leader_once_at_a_time",
                expressions=[
                    ("unit", RangeOperators.EQUAL),
                    ("line", RangeOperators.EQUAL),
                    ("name", RangeOperators.EQUAL),
                    (PostSpan("starts", "ends"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("This leader is already entered for that time."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} · {self.title}"
