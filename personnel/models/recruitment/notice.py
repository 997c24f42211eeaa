"""The public notice, objections to it, and the hire (handbook P3, P7, P9)."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Self

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lianfang.platform.fields import EncryptedTextField
from lianfang.platform.security import RowScope, RowScopeOf
from personnel.models.member import Member
from personnel.models.recruitment.application import Application, OfApplicationQuerySet
from personnel.models.recruitment.campaign import Campaign
from personnel.models.recruitment.results import RankingRow
from teams.models import Unit
from teams.policy import Action
from teams.scope import ScopedQuerySet


class NoticeQuerySet(ScopedQuerySet):
    view_action = Action.RECRUITMENT_VIEW
    unit_lookup = "campaign__unit"


@pghistory.track()
class Notice(models.Model):
    """Who is to be hired, put up for so many working days; substitutes who move up later get a notice of their own."""

    row_scope = RowScopeOf("personnel.Campaign", "campaign_id")

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="notices")
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, verbose_name=_("published by")
    )

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("public notice")
        verbose_name_plural = _("public notices")
        ordering = ["-first_day", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="notice_ends_after_start")
        ]

    def __str__(self) -> str:
        return f"{self.campaign} {self.first_day}"

    def takes_objections(self, on: dt.date) -> bool:
        return self.first_day <= on <= self.last_day


class NoticeEntry(models.Model):
    """A candidate on a notice, with the frozen row that the place comes from."""

    row_scope = RowScopeOf("personnel.Application", "application_id")

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="entries")
    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="notice_entry")
    row = models.ForeignKey(RankingRow, on_delete=models.PROTECT, related_name="+")

    objects = OfApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("candidate on a notice")
        verbose_name_plural = _("candidates on notices")

    def __str__(self) -> str:
        return self.application.masked_name


def unlike_any_other() -> str:
    return secrets.token_hex(32)


class ObjectionQuerySet(ScopedQuerySet):
    view_action = Action.RECRUITMENT_VIEW

    def unanswered(self) -> Self:
        return self.filter(answered_on=None)


@pghistory.track()
class Objection(models.Model):
    """What somebody of the public holds against a hire, and what was answered."""

    row_scope = RowScope(("recruit",))

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="objections")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    entry = models.ForeignKey(
        NoticeEntry,
        on_delete=models.PROTECT,
        related_name="objections",
        null=True,
        blank=True,
        verbose_name=_("about candidate"),
    )  # None: the notice as a whole
    # Opens the answer for whoever objected; nobody guesses it. None: of the time before there were numbers.
    number = models.CharField(_("receipt number"), max_length=20, unique=True, null=True, editable=False)
    digest = models.CharField(max_length=64, editable=False, default=unlike_any_other)  # the same words arrive once
    due_on = models.DateField(_("answer due on"), null=True, editable=False)
    text = EncryptedTextField(_("objection"))
    contact = EncryptedTextField(_("how to reach you"), blank=True, default="")
    received_at = models.DateTimeField(_("received at"), default=timezone.now)
    answer = models.TextField(_("answer"), max_length=1000, blank=True)
    is_upheld = models.BooleanField(_("upheld"), null=True)
    answered_on = models.DateField(_("answered on"), null=True, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)

    objects = ObjectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("objection")
        verbose_name_plural = _("objections")
        ordering = ["received_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_on=None) | (~Q(answer="") & Q(is_upheld__isnull=False)),
                name="objection_answered_in_words",
            ),
            models.UniqueConstraint(fields=["notice", "digest"], name="objection_once"),
        ]


class Hire(models.Model):
    """Where an application became a member: the contract begins, and the pre-job training is due."""

    row_scope = RowScopeOf("personnel.Application", "application_id")

    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="hire")
    member = models.OneToOneField(Member, on_delete=models.PROTECT, related_name="recruitment")
    training_due_on = models.DateField(_("pre-job training due"))
    hired_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)

    objects = OfApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("hire")
        verbose_name_plural = _("hires")
