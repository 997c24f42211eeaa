"""Duty certificates: nobody without a valid one can be given a duty (handbook P10)."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lianfang.platform.history import track_in_bulk
from lianfang.platform.security import RowScopeOf
from personnel.models.member import Member
from teams.policy import Action
from teams.scope import ScopedQuerySet


class DutyCertificateQuerySet(ScopedQuerySet):
    view_action = Action.MEMBER_VIEW
    unit_lookup = "member__unit"
    own_lookup = "member__user"

    def valid_on(self, day: dt.date) -> Self:
        """Certificates in force on that day; the last day counts, the day of withdrawal doesn't."""
        return self.filter(valid_from__lte=day, valid_until__gte=day).filter(
            Q(withdrawn_on=None) | Q(withdrawn_on__gt=day)
        )


@track_in_bulk
class DutyCertificate(models.Model):
    """Issued after pre-job training is passed, valid to a date, withdrawn on dismissal."""

    row_scope = RowScopeOf("personnel.Member", "member_id")

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="certificates", verbose_name=_("member"))
    number = models.CharField(_("certificate number"), max_length=40, unique=True, db_collation="C")
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"))
    withdrawn_on = models.DateField(_("withdrawn on"), null=True, blank=True)
    withdrawal_reason = models.CharField(_("reason of withdrawal"), max_length=200, blank=True)

    objects = DutyCertificateQuerySet.as_manager()

    class Meta:
        verbose_name = _("duty certificate")
        verbose_name_plural = _("duty certificates")
        ordering = ["-valid_until"]
        constraints = [
            models.CheckConstraint(condition=Q(valid_until__gte=F("valid_from")), name="certificate_ends_after_start"),
            models.CheckConstraint(
                condition=Q(withdrawn_on=None) | ~Q(withdrawal_reason=""),
                name="certificate_withdrawal_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.number
