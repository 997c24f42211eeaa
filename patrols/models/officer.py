"""Sworn officers: who may lead what, where and when (handbook P20).

Here and not in personnel, because what they answer for (beats, task kinds) is patrols' and no import goes back.
"""

from __future__ import annotations

import datetime as dt

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lianfang.platform.security import RowScope, RowScopeOf
from patrols.models.beat import Beat
from patrols.models.cover import WEEKDAYS, every_weekday
from patrols.models.roster import Roster
from patrols.models.shift import ShiftType
from patrols.models.task import TaskKind
from teams.models import Unit
from teams.policy import Action
from teams.scope import ScopedQuerySet


class SwornOfficerQuerySet(ScopedQuerySet):
    view_action = Action.COVER_VIEW


@pghistory.track()
class SwornOfficer(models.Model):
    """A police officer who leads duties of a squadron. No beats chosen: all of them; so with task kinds."""

    row_scope = RowScope(("roster",))

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="sworn_officers", verbose_name=_("squadron"))
    name = models.CharField(_("name"), max_length=40)
    post = models.CharField(_("post"), max_length=40, blank=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="sworn_officer",
        verbose_name=_("account"),
    )
    beats = models.ManyToManyField(Beat, blank=True, related_name="officers", verbose_name=_("beats answered for"))
    task_kinds = ArrayField(models.CharField(max_length=13), verbose_name=_("may lead"), default=list, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)

    objects = SwornOfficerQuerySet.as_manager()

    class Meta:
        verbose_name = _("sworn officer")
        verbose_name_plural = _("sworn officers")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "name", "post"], name="officer_once_a_unit"),
            models.CheckConstraint(condition=~Q(name=""), name="officer_has_name"),
            models.CheckConstraint(
                condition=Q(task_kinds__contained_by=list(TaskKind.values)), name="officer_task_kinds_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def task_labels(self) -> list[str]:
        return [str(TaskKind(kind).label) for kind in self.task_kinds]

    def may_lead(self, kinds: set[str]) -> bool:
        """Whether all of a need's task kinds are among those the officer may lead."""
        return not self.task_kinds or kinds <= set(self.task_kinds)


@pghistory.track()
class OfficerAvailability(models.Model):
    """When an officer can lead: weekdays within a span of dates, all day or from–to. Without any row: always."""

    row_scope = RowScopeOf("patrols.SwornOfficer", "officer_id")

    officer = models.ForeignKey(SwornOfficer, on_delete=models.CASCADE, related_name="availability")
    weekdays = ArrayField(
        models.PositiveSmallIntegerField(validators=[MaxValueValidator(6)]),
        verbose_name=_("weekdays"),
        default=every_weekday,
    )
    first_day = models.DateField(_("from"), null=True, blank=True)
    last_day = models.DateField(_("until"), null=True, blank=True)
    starts_at = models.TimeField(_("starts at"), null=True, blank=True)
    ends_at = models.TimeField(_("ends at"), null=True, blank=True)

    class Meta:
        verbose_name = _("availability")
        verbose_name_plural = _("availability")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day=None) | Q(first_day=None) | Q(last_day__gte=F("first_day")),
                name="availability_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(starts_at=None, ends_at=None) | Q(starts_at__isnull=False, ends_at__isnull=False),
                name="availability_both_times",
            ),
            models.CheckConstraint(condition=Q(weekdays__len__gt=0), name="availability_some_weekday"),
        ]

    @property
    def weekdays_text(self) -> str:
        if len(self.weekdays) == 7:
            return gettext("daily")
        return " ".join(str(WEEKDAYS[number]) for number in sorted(self.weekdays))

    def minutes_on(self, day: dt.date) -> tuple[int, int] | None:
        """Minutes from that day's midnight, an end past 24:00 for one that crosses it; None on other days."""
        if day.weekday() not in self.weekdays:
            return None
        if (self.first_day and day < self.first_day) or (self.last_day and day > self.last_day):
            return None
        if self.starts_at is None or self.ends_at is None:
            return 0, 24 * 60
        start, end = (at.hour * 60 + at.minute for at in (self.starts_at, self.ends_at))
        return start, end if end > start else end + 24 * 60


class NeedLeadQuerySet(ScopedQuerySet):
    view_action = Action.ROSTER_VIEW
    unit_lookup = "roster__unit"


@pghistory.track()
class NeedLead(models.Model):
    """Who leads one police-led need of a published roster."""

    row_scope = RowScopeOf("patrols.Roster", "roster_id")

    roster = models.ForeignKey(Roster, on_delete=models.CASCADE, related_name="leads")
    beat = models.ForeignKey(Beat, on_delete=models.PROTECT, related_name="+")
    shift_type = models.ForeignKey(ShiftType, on_delete=models.PROTECT, related_name="+")
    day = models.DateField(_("day"))
    officer = models.ForeignKey(SwornOfficer, on_delete=models.PROTECT, related_name="leads")

    objects = NeedLeadQuerySet.as_manager()

    class Meta:
        verbose_name = _("lead")
        verbose_name_plural = _("leads")
        constraints = [
            models.UniqueConstraint(fields=["roster", "beat", "shift_type", "day"], name="one_lead_a_need"),
        ]
