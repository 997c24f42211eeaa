"""Wishes: a member asks for a day off, or to be on, in a coming month (handbook D6, D19)."""

from __future__ import annotations

import datetime as dt
from typing import Self

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lianfang.platform.security import RowScope
from patrols.models.shift import ShiftType
from personnel.models import Member
from teams.models import Unit
from teams.policy import Action
from teams.scope import ScopedQuerySet


class WishWeight(models.TextChoices):
    ORDINARY = "ordinary", _("would be nice")
    IMPORTANT = "important", _("important to me")


class WishQuerySet(ScopedQuerySet):
    view_action = Action.ROSTER_VIEW
    own_lookup = "member__user"

    def standing(self) -> Self:
        """Those that the leader did not decline."""
        return self.filter(declined_at=None)

    def within(self, first: dt.date, last: dt.date) -> Self:
        return self.filter(day__range=(first, last))


@pghistory.track()
class Wish(models.Model):
    """One day, one wish. `unit` is where the member serves on the day; a transfer takes the wishes to come along."""

    row_scope = RowScope(("roster",), own="member_id = (SELECT lf_member())")

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="wishes", verbose_name=_("member"))
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("unit"))
    day = models.DateField(_("day"))
    wants = models.BooleanField(_("wants to be on duty"), default=False)
    shift_type = models.ForeignKey(
        ShiftType, on_delete=models.PROTECT, related_name="+", verbose_name=_("shift type"), null=True, blank=True
    )
    weight = models.CharField(_("weight"), max_length=9, choices=WishWeight.choices, default=WishWeight.ORDINARY)
    note = models.CharField(_("note"), max_length=80, blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("entered by"),
        null=True,
        editable=False,
        help_text=_("The leader who entered it for the member; empty: the member."),
    )
    is_late = models.BooleanField(_("entered after the deadline"), default=False, editable=False)
    asked_at = models.DateTimeField(_("asked at"), auto_now_add=True)
    declined_at = models.DateTimeField(_("declined at"), null=True, editable=False)
    declined_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        editable=False,
        verbose_name=_("declined by"),
    )
    answer = models.CharField(_("answer"), max_length=80, blank=True)

    objects = WishQuerySet.as_manager()

    class Meta:
        verbose_name = _("wish")
        verbose_name_plural = _("wishes")
        ordering = ["day", "member_id"]
        constraints = [
            models.UniqueConstraint(fields=["member", "day"], name="one_wish_a_day"),
            models.CheckConstraint(condition=Q(weight__in=WishWeight.values), name="wish_weight_known"),
            models.CheckConstraint(
                condition=Q(is_late=False) | Q(entered_by__isnull=False), name="wish_late_by_leaders_alone"
            ),
            models.CheckConstraint(
                condition=Q(declined_at=None, declined_by=None, answer="")
                | (Q(declined_at__isnull=False, declined_by__isnull=False) & ~Q(answer="")),
                name="wish_declined_by_somebody_who_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {self.what}"

    @property
    def what(self) -> str:
        """“off duty”, “not on the night shift”, “on duty”, “on the early shift”."""
        if self.shift_type is None:
            return gettext("on duty") if self.wants else gettext("off duty")
        text = gettext("on %(shift)s") if self.wants else gettext("not on %(shift)s")
        return text % {"shift": self.shift_type.name}
