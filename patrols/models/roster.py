"""Rosters, their duties and their published versions (handbook D5)."""

from __future__ import annotations

import datetime as dt
from typing import Self

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lianfang.platform.security import RowScope, RowScopeOf
from patrols.models.beat import Beat
from patrols.models.shift import ShiftType
from personnel.models import Engagement, Member, MemberStatus
from personnel.models.member import MemberQuerySet
from teams.models import Unit, UnitKind, User
from teams.policy import Action
from teams.scope import ScopedQuerySet, scope_of


class RosterStatus(models.TextChoices):
    DRAFT = "draft", _("draft")
    PUBLISHED = "published", _("published")
    CLOSED = "closed", _("closed")


class DaySpan(Func):
    function = "daterange"
    template = "daterange(%(expressions)s, '[]')"


class RosterQuerySet(ScopedQuerySet):
    view_action = Action.ROSTER_VIEW

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Those of the user's units; of the squadron above a group, the published ones, to read the group's rows in."""
        above = [
            path[:length]
            for path in scope_of(user, self.view_action).paths
            for length in range(Unit.steplen, len(path), Unit.steplen)
        ]
        of_squadron = self.filter(unit__path__in=above, unit__kind=UnitKind.SQUADRON).exclude(status=RosterStatus.DRAFT)
        return super().visible_to(user) | of_squadron if above else super().visible_to(user)


class CertificateRequired(pgtrigger.Trigger):
    """No duty but training without a valid certificate on that day, none outside the roster's days (handbook P10)."""

    when = pgtrigger.Before
    func = """
        IF NOT EXISTS (SELECT 1 FROM personnel_dutycertificate c WHERE c.member_id = NEW.member_id
                       AND NEW.day BETWEEN c.valid_from AND c.valid_until
                       AND (c.withdrawn_on IS NULL OR c.withdrawn_on > NEW.day))
           AND NOT EXISTS (SELECT 1 FROM patrols_shifttype s WHERE s.id = NEW.shift_type_id AND s.is_training) THEN
            RAISE check_violation USING CONSTRAINT = 'duty_needs_certificate',
                MESSAGE = 'no valid duty certificate on the day';
        END IF;
        IF NOT EXISTS (SELECT 1 FROM patrols_roster r WHERE r.id = NEW.roster_id
                       AND NEW.day BETWEEN r.first_day AND r.last_day) THEN
            RAISE check_violation USING CONSTRAINT = 'duty_within_roster',
                MESSAGE = 'the day lies outside the roster';
        END IF;
        RETURN NEW;
    """


class PublishedDutiesGuarded(pgtrigger.Trigger):
    """A published roster's duties change only through services that give a reason; a closed one's never."""

    when = pgtrigger.Before
    operation = pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete
    declare = [("stands", "text")]
    func = """
        SELECT r.status INTO stands FROM patrols_roster r
            WHERE r.id = CASE WHEN TG_OP = 'DELETE' THEN OLD.roster_id ELSE NEW.roster_id END;
        IF stands = 'closed' OR (stands = 'published' AND coalesce(current_setting('lf.reason', true), '') = '') THEN
            RAISE check_violation USING CONSTRAINT = 'published_duties_guarded',
                MESSAGE = 'the roster is published';
        END IF;
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        RETURN NEW;
    """


class PublishedRosterSound(pgtrigger.Trigger):
    """On publishing, each duty holds its member's time and a valid certificate."""

    when = pgtrigger.Before
    operation = pgtrigger.Update
    condition = pgtrigger.Q(new__status="published", old__status="draft")
    func = """
        IF EXISTS (SELECT 1 FROM patrols_duty d WHERE d.roster_id = NEW.id AND d.engagement_id IS NULL) THEN
            RAISE check_violation USING CONSTRAINT = 'published_duty_holds_time',
                MESSAGE = 'a duty does not hold its member''s time';
        END IF;
        IF EXISTS (SELECT 1 FROM patrols_duty d WHERE d.roster_id = NEW.id AND NOT EXISTS (
                SELECT 1 FROM personnel_dutycertificate c WHERE c.member_id = d.member_id
                AND d.day BETWEEN c.valid_from AND c.valid_until
                AND (c.withdrawn_on IS NULL OR c.withdrawn_on > d.day))
                AND NOT EXISTS (SELECT 1 FROM patrols_shifttype s WHERE s.id = d.shift_type_id AND s.is_training)) THEN
            RAISE check_violation USING CONSTRAINT = 'duty_needs_certificate',
                MESSAGE = 'no valid duty certificate on the day';
        END IF;
        RETURN NEW;
    """


@pghistory.track()
class Roster(models.Model):
    """A squadron's duties over a span of days. Draft → published → closed."""

    row_scope = RowScope(
        ("roster",),
        own="status <> 'draft' AND (id IN (SELECT lf_own_rosters()) OR unit_id = ANY"
        " (coalesce((SELECT lf_units_above(current_setting('lf.scope_roster', true))), '{}')::bigint[]))",
    )

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="rosters", verbose_name=_("squadron"))
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    status = models.CharField(_("status"), max_length=9, choices=RosterStatus.choices, default=RosterStatus.DRAFT)
    version = models.PositiveSmallIntegerField(_("version"), default=0)  # the number of times published
    changed_at = models.DateTimeField(_("changed at"), auto_now=True)
    # The last generation, as it ended: what the grid says about how far from the best the roster can be.
    generated_at = models.DateTimeField(null=True, editable=False)
    generation = models.JSONField(default=dict, editable=False)

    objects = RosterQuerySet.as_manager()

    class Meta:
        verbose_name = _("roster")
        verbose_name_plural = _("rosters")
        ordering = ["-first_day", "unit_id"]
        triggers = [PublishedRosterSound(name="published_roster_sound")]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=RosterStatus.values), name="roster_status_known"),
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="roster_ends_after_start"),
            ExclusionConstraint(
                name="one_roster_a_day",
                expressions=[
                    ("unit", RangeOperators.EQUAL),
                    (DaySpan("first_day", "last_day"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("The squadron already has a roster for some of these days."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.first_day:%Y-%m-%d}–{self.last_day:%Y-%m-%d}"

    @property
    def is_draft(self) -> bool:
        return self.status == RosterStatus.DRAFT

    @property
    def is_closed(self) -> bool:
        return self.status == RosterStatus.CLOSED

    @property
    def is_whole_month(self) -> bool:
        after = self.last_day + dt.timedelta(days=1)
        return self.first_day.day == 1 and after.day == 1 and (after - self.first_day).days <= 31

    @property
    def dates(self) -> list[dt.date]:
        return [self.first_day + dt.timedelta(days=n) for n in range((self.last_day - self.first_day).days + 1)]

    @property
    def span_text(self) -> str:
        """“December 2026”, or the first and the last day."""
        if self.is_whole_month:
            return date_format(self.first_day, "YEAR_MONTH_FORMAT")
        days = (date_format(day, "MONTH_DAY_FORMAT") for day in (self.first_day, self.last_day))
        return f"{self.first_day.year} {' – '.join(days)}"

    @property
    def title(self) -> str:
        return gettext("%(span)s roster") % {"span": self.span_text}

    def members(self) -> MemberQuerySet:
        """Its rows, by crew and name: the squadron's members who serve on one of the days, and who has a duty in it."""
        serving = (
            Q(unit__path__startswith=self.unit.path)
            & ~Q(status=MemberStatus.SUSPENDED)
            & (Q(hired_on=None) | Q(hired_on__lte=self.last_day))
            & (Q(left_on=None) | Q(left_on__gt=self.first_day))
        )
        rostered = Q(pk__in=self.duties.values("member_id"))
        return Member.objects.filter(serving | rostered).order_by("unit__path", "name_pinyin", "pk")


class DutyOrigin(models.TextChoices):
    HAND = "hand", _("by hand")
    GENERATED = "generated", _("generated")
    COPIED = "copied", _("copied")


class DutyQuerySet(ScopedQuerySet):
    view_action = Action.ROSTER_VIEW
    own_lookup = "member__user"

    def published(self) -> DutyQuerySet:
        return self.exclude(roster__status=RosterStatus.DRAFT)

    def on_duty(self, at: dt.datetime) -> DutyQuerySet:
        """Published duties that run at that moment."""
        return self.published().filter(starts__lte=at, ends__gt=at)


@pghistory.track()
class Duty(models.Model):
    """One person's shift on one day. `unit` is the member's unit on that day and stays so after a transfer."""

    row_scope = RowScope(("roster",), own="member_id = (SELECT lf_member())")

    roster = models.ForeignKey(Roster, on_delete=models.CASCADE, related_name="duties")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="duties")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="duties", verbose_name=_("member"))
    day = models.DateField(_("day"))
    shift_type = models.ForeignKey(
        ShiftType, on_delete=models.PROTECT, related_name="duties", verbose_name=_("shift type")
    )
    beat = models.ForeignKey(
        Beat, on_delete=models.PROTECT, related_name="duties", verbose_name=_("beat"), null=True, blank=True
    )
    starts = models.DateTimeField(_("from"))
    ends = models.DateTimeField(_("until"))
    is_fixed = models.BooleanField(_("fixed"), default=False)  # generation leaves it as it is
    origin = models.CharField(_("origin"), max_length=9, choices=DutyOrigin.choices, default=DutyOrigin.HAND)
    engagement = models.OneToOneField(
        Engagement, on_delete=models.PROTECT, null=True, editable=False, related_name="duty"
    )

    objects = DutyQuerySet.as_manager()

    class Meta:
        verbose_name = _("duty")
        verbose_name_plural = _("duties")
        indexes = [models.Index(fields=["member", "day"]), models.Index(fields=["unit", "day"])]
        triggers = [
            CertificateRequired(name="certificate_on_insert", operation=pgtrigger.Insert),
            CertificateRequired(
                name="certificate_on_update",
                operation=pgtrigger.UpdateOf("member_id", "day", "roster_id", "shift_type_id"),
            ),
            PublishedDutiesGuarded(name="published_duties_guarded"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["roster", "member", "day"], name="one_duty_a_day_and_member"),
            models.CheckConstraint(condition=Q(ends__gt=F("starts")), name="duty_ends_after_start"),
        ]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {self.shift_type.code}"


class DayRemarkQuerySet(ScopedQuerySet):
    view_action = Action.ROSTER_VIEW
    unit_lookup = "roster__unit"


@pghistory.track()
class DayRemark(models.Model):
    """A word about one day of a roster: a fair, an inspection, a meeting. Shown in the grid and on paper."""

    row_scope = RowScopeOf("patrols.Roster", "roster_id")

    roster = models.ForeignKey(Roster, on_delete=models.CASCADE, related_name="remarks")
    day = models.DateField(_("day"))
    text = models.CharField(_("remark"), max_length=80)

    objects = DayRemarkQuerySet.as_manager()

    class Meta:
        verbose_name = _("remark on a day")
        verbose_name_plural = _("remarks on days")
        ordering = ["day"]
        constraints = [
            models.UniqueConstraint(fields=["roster", "day"], name="one_remark_a_day"),
            models.CheckConstraint(condition=~Q(text=""), name="remark_says_something"),
        ]

    def __str__(self) -> str:
        return self.text


class RosterVersion(models.Model):
    """A roster as it was published: its duties, what changed since the version before, a hash. Never changed."""

    row_scope = RowScope(("roster",))

    roster = models.ForeignKey(Roster, on_delete=models.PROTECT, related_name="versions")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField(_("version"))
    published_at = models.DateTimeField(_("published at"), auto_now_add=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, verbose_name=_("by")
    )
    duties = models.JSONField()  # [{member, day, shift, beat, starts, ends}], ids only: no names are frozen in
    changes = models.JSONField(default=list)
    # The emergency exceptions that stood: [{id, limits, first_day, last_day, reason, signed_by}].
    exceptions = models.JSONField(default=list)
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("published version")
        verbose_name_plural = _("published versions")
        ordering = ["-number"]
        triggers = [pgtrigger.Protect(name="frozen", operation=pgtrigger.Update | pgtrigger.Delete)]
        constraints = [models.UniqueConstraint(fields=["roster", "number"], name="roster_version_number_once")]
