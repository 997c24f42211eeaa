"""A person's time: one table that duty, standby, leave and training all use, so that none can overlap another."""

from __future__ import annotations

import datetime as dt
from typing import Self

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lianfang.platform.security import RowScopeOf
from personnel.models.member import Member
from teams.policy import Action
from teams.scope import ScopedQuerySet


class EngagementKind(models.TextChoices):
    DUTY = "duty", _("duty")
    STANDBY = "standby", _("standby")
    LEAVE = "leave", _("leave")
    TRAINING = "training", _("training")


class Period(Func):
    """A span of time that holds its start and not its end, so that one shift may follow another at once."""

    function = "tstzrange"


class EngagementQuerySet(ScopedQuerySet):
    view_action = Action.MEMBER_VIEW
    unit_lookup = "member__unit"
    own_lookup = "member__user"

    def overlapping(self, starts: dt.datetime, ends: dt.datetime) -> Self:
        """By start and end columns: their plain index stays usable under row-level security."""
        return self.filter(starts__lt=ends, ends__gt=starts)


@pghistory.track()
class Engagement(models.Model):
    """A span of a member's time that is taken. Only published duties enter; drafts stay outside."""

    row_scope = RowScopeOf("personnel.Member", "member_id")

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="engagements")
    kind = models.CharField(_("kind"), max_length=8, choices=EngagementKind.choices)
    starts = models.DateTimeField(_("from"))
    ends = models.DateTimeField(_("until"))

    objects = EngagementQuerySet.as_manager()

    class Meta:
        verbose_name = _("taken time")
        verbose_name_plural = _("taken time")
        indexes = [models.Index(fields=["member", "starts", "ends"])]
        constraints = [
            models.CheckConstraint(condition=Q(ends__gt=F("starts")), name="engagement_ends_after_start"),
            ExclusionConstraint(
                name="one_engagement_at_a_time",
                expressions=[
                    ("member", RangeOperators.EQUAL),
                    (Period("starts", "ends"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("The member's time is already taken then."),
            ),
        ]

    @property
    def span_text(self) -> str:
        """The days where it takes whole ones, the last included; else day and time of both ends."""
        starts, ends = timezone.localtime(self.starts), timezone.localtime(self.ends)
        if starts.time() != dt.time() or ends.time() != dt.time():
            return f"{starts:%Y-%m-%d %H:%M} – {ends:%Y-%m-%d %H:%M}"
        first, last = starts.date(), ends.date() - dt.timedelta(days=1)
        return f"{first}" if first == last else f"{first} – {last}"


class AbsenceKind(models.TextChoices):
    ANNUAL = "annual", _("annual leave")
    SICK = "sick", _("sick leave")
    PERSONAL = "personal", _("personal leave")
    MARRIAGE = "marriage", _("marriage leave")
    MATERNITY = "maternity", _("maternity leave")
    BEREAVEMENT = "bereavement", _("bereavement leave")
    COMPENSATORY = "compensatory", _("compensatory leave")
    TRAINING = "training", _("training")


class AbsenceQuerySet(ScopedQuerySet):
    view_action = Action.MEMBER_VIEW
    unit_lookup = "engagement__member__unit"
    own_lookup = "engagement__member__user"

    def overlapping(self, starts: dt.datetime, ends: dt.datetime) -> Self:
        return self.filter(engagement__starts__lt=ends, engagement__ends__gt=starts)


@pghistory.track()
class Absence(models.Model):
    """Why a member is not to be rostered; when, says its engagement."""

    row_scope = RowScopeOf("personnel.Engagement", "engagement_id")

    engagement = models.OneToOneField(Engagement, on_delete=models.CASCADE, related_name="absence")
    kind = models.CharField(_("kind"), max_length=12, choices=AbsenceKind.choices)
    note = models.CharField(_("note"), max_length=200, blank=True)

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        constraints = [models.CheckConstraint(condition=Q(kind__in=AbsenceKind.values), name="absence_kind_known")]

    def __str__(self) -> str:
        return str(self.get_kind_display())
