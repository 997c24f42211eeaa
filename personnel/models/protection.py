"""Pregnancy and nursing: dated facts that only the leader sees (handbook D7)."""

from __future__ import annotations

import datetime as dt
from typing import Self

import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lianfang.platform.security import RowScope
from personnel.models.member import Member
from teams.policy import Action
from teams.scope import ScopedQuerySet


class ProtectionKind(models.TextChoices):
    PREGNANCY = "pregnancy", _("pregnancy")
    NURSING = "nursing", _("nursing")


class ProtectionQuerySet(ScopedQuerySet):
    view_action = Action.MEMBER_MANAGE
    unit_lookup = "member__unit"

    def overlapping(self, first: dt.date, last: dt.date) -> Self:
        """Those that hold on one of the days."""
        return self.filter(first_day__lte=last, last_day__gte=first)


@pghistory.track()
class Protection(models.Model):
    """From day to day no night duty and at most 8 hours a duty (女职工劳动保护特别规定 arts. 6 and 9).

    Narrower than the member file: whoever may only see the file does not see this.
    """

    row_scope = RowScope(
        ("member_manage",), unit="(SELECT m.unit_id FROM personnel_member AS m WHERE m.id = member_id)"
    )

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="protections", verbose_name=_("member"))
    kind = models.CharField(_("kind"), max_length=9, choices=ProtectionKind.choices)
    first_day = models.DateField(_("from"))
    last_day = models.DateField(_("until"))

    objects = ProtectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("protection")
        verbose_name_plural = _("protections")
        ordering = ["-first_day"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ProtectionKind.values), name="protection_kind_known"),
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="protection_ends_after_start"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.first_day}–{self.last_day}"
