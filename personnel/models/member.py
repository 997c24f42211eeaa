"""The member file (handbook P8)."""

from __future__ import annotations

import datetime as dt
from typing import Self

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lianfang.platform.fields import lookup_hash
from lianfang.platform.history import track_in_bulk
from lianfang.platform.security import RowScope, RowScopeOf
from personnel.models.person import Person, Sex
from teams.models import Unit
from teams.policy import Action
from teams.scope import ScopedQuerySet


class Source(models.TextChoices):
    VETERAN = "veteran", _("retired soldier")
    GRADUATE = "graduate", _("college graduate")
    LOCAL_YOUTH = "local_youth", _("local outstanding youth")
    SECONDED = "seconded", _("seconded by a unit that keeps paying")
    OPEN = "open", _("open recruitment")


class StaffCategory(models.TextChoices):
    FIELD = "field", _("field auxiliary")
    CLERICAL = "clerical", _("clerical auxiliary")
    JOINT_DEFENCE = "joint_defence", _("joint-defence member")


class MemberStatus(models.TextChoices):
    ACTIVE = "active", _("serving")
    SUSPENDED = "suspended", _("suspended")
    LEFT = "left", _("left")


def _day_text(name: str) -> Coalesce:
    return Coalesce(Cast(name, models.CharField()), models.Value(""))


class MemberQuerySet(ScopedQuerySet):
    view_action = Action.MEMBER_VIEW
    own_lookup = "user"

    def serving(self, on: dt.date) -> Self:
        """Hired by that day and not gone by it; suspended members don't serve."""
        return self.exclude(status=MemberStatus.SUSPENDED).filter(
            Q(hired_on=None) | Q(hired_on__lte=on), Q(left_on=None) | Q(left_on__gt=on)
        )

    def search(self, text: str) -> Self:
        """Members whose name, pinyin or initials begin with `text`."""
        key = text.strip()
        latin = key.replace(" ", "").lower()
        return self.filter(
            Q(name__startswith=key) | Q(name_letters__startswith=latin) | Q(name_initials__startswith=latin)
        )

    def with_certificate_until(self) -> Self:
        """Adds `certificate_until`: the last day of the certificate that lasts longest, withdrawn ones left out."""
        from personnel.models.certificate import DutyCertificate

        latest = DutyCertificate.objects.filter(member=models.OuterRef("pk"), withdrawn_on=None)
        latest = latest.order_by("-valid_until", "-pk")
        return self.annotate(
            certificate_until=models.Subquery(latest.values("valid_until")[:1]),
            certificate_number=models.Subquery(latest.values("number")[:1]),
        )

    def with_sort_keys(self) -> Self:
        """Adds `certificate_key` and `hired_key`: the days as text, "" for none, so that a page may begin after one.

        Needs `with_certificate_until`.
        """
        return self.annotate(certificate_key=_day_text("certificate_until"), hired_key=_day_text("hired_on"))

    def ending(self, by: dt.date) -> Self:
        """Members whose certificate ends by that day, or who have none. Needs `with_certificate_until`."""
        due = Q(certificate_until=None) | Q(certificate_until__lte=by)
        return self.filter(due).with_sort_keys()

    def with_id_number(self, id_number: str) -> Self:
        return self.filter(id_number_hash=lookup_hash(id_number))


@track_in_bulk
class Member(Person):
    """A member of the force. The ID number is the key: people of one name are common."""

    row_scope = RowScope(("member", "roster"), own="user_id = (SELECT lf_user())")

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="members", verbose_name=_("unit"))
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="member",
        verbose_name=_("account"),
    )
    id_number_hash = models.CharField(max_length=64, unique=True, editable=False, db_collation="C")
    ethnicity = models.CharField(_("ethnicity"), max_length=20, blank=True)
    native_place = models.CharField(_("native place"), max_length=60, blank=True)
    source = models.CharField(_("source"), max_length=12, choices=Source.choices, blank=True)
    is_veteran = models.BooleanField(_("retired soldier"), default=False)
    staff_category = models.CharField(
        _("staff category"), max_length=14, choices=StaffCategory.choices, default=StaffCategory.FIELD
    )
    position = models.CharField(_("post"), max_length=40, blank=True)
    level = models.CharField(_("level"), max_length=20, blank=True)
    hired_on = models.DateField(_("hire date"), null=True, blank=True)
    contract_from = models.DateField(_("contract from"), null=True, blank=True)
    contract_until = models.DateField(_("contract until"), null=True, blank=True)
    probation_until = models.DateField(_("probation until"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=9, choices=MemberStatus.choices, default=MemberStatus.ACTIVE)
    left_on = models.DateField(_("left on"), null=True, blank=True)
    photo = models.CharField(_("photo"), max_length=60, blank=True, editable=False)  # name of a private file

    objects = MemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        indexes = [
            models.Index(fields=["unit", "name_pinyin", "id"]),
            models.Index(fields=["name_pinyin", "id"]),
            models.Index(fields=["name_letters"]),
            models.Index(fields=["name_initials"]),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(sex__in=Sex.values), name="member_sex_known"),
            models.CheckConstraint(condition=Q(status__in=MemberStatus.values), name="member_status_known"),
            models.CheckConstraint(
                condition=Q(staff_category__in=StaffCategory.values), name="member_staff_category_known"
            ),
            models.CheckConstraint(
                condition=Q(status=MemberStatus.LEFT, left_on__isnull=False)
                | (~Q(status=MemberStatus.LEFT) & Q(left_on=None)),
                name="member_left_has_date",
            ),
            models.CheckConstraint(
                condition=Q(contract_until=None) | Q(contract_until__gte=models.F("contract_from")),
                name="member_contract_ends_after_start",
            ),
        ]

    @property
    def age(self) -> int:
        return self.age_on(timezone.localdate())


@pghistory.track()
class IdNumberReading(models.Model):
    """Somebody read a whole ID number: who, whose, when and why. Never changed, never deleted."""

    row_scope = RowScopeOf("personnel.Member", "member_id")
    append_only = True

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="id_number_readings")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=200)
    at = models.DateTimeField(_("time"), auto_now_add=True)

    class Meta:
        verbose_name = _("reading of an ID number")
        verbose_name_plural = _("readings of ID numbers")
        ordering = ["-at"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="id_number_reading_has_reason"),
        ]
