"""Who applied, with which papers; kinship, disqualifiers, vetting (handbook P2, P4, P6)."""

from __future__ import annotations

import uuid
from typing import Self

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lianfang.platform.fields import EncryptedTextField, lookup_hash
from lianfang.platform.security import RowScope, RowScopeOf
from personnel.models.person import Education, Person, Sex
from personnel.models.recruitment.campaign import Campaign, Step, Vacancy
from teams.models import Unit
from teams.policy import Action
from teams.scope import ScopedQuerySet


class ApplicationState(models.TextChoices):
    ACTIVE = "active", _("in the running")
    FAILED = "failed", _("dropped out")
    WITHDRAWN = "withdrawn", _("gave up")
    HIRED = "hired", _("hired")


class Channel(models.TextChoices):
    PUBLIC = "public", _("public page")
    STAFF = "staff", _("entered by staff")
    WORKBOOK = "workbook", _("workbook")


class DocumentKind(models.TextChoices):
    ID_CARD = "id_card", _("ID card")
    DIPLOMA = "diploma", _("diploma")
    PRIORITY = "priority", _("proof of a priority")
    PHOTO = "photo", _("photo")
    VETTING = "vetting", _("vetting document")
    OTHER = "other", _("other")


class DisqualifierKind(models.TextChoices):
    CRIMINAL_RECORD = "criminal_record", _("criminal record")
    OPEN_CASE = "open_case", _("suspect in an open case")
    DETENTION = "detention", _("administrative detention")
    DRUGS = "drugs", _("drug use")
    DISMISSED = "dismissed", _("dismissed from public service or the army")
    BREACH = "breach", _("dismissed earlier for a breach of discipline")
    CREDIT = "credit", _("listed for serious loss of credit")
    OTHER = "other", _("other reason that rules out auxiliary service")


class ApplicationQuerySet(ScopedQuerySet):
    view_action = Action.RECRUITMENT_VIEW

    def running(self) -> Self:
        return self.filter(state=ApplicationState.ACTIVE)

    def with_id_number(self, id_number: str) -> Self:
        return self.filter(id_number_hash=lookup_hash(id_number))


# The counter and the quota are kept here, below every service: the standard's row is locked, so that parallel hires
# of one unit wait for each other, and each counts what the one before it wrote.
HIRE_WITHIN_QUOTA = """
IF NEW.state = 'hired' AND OLD.state <> 'hired' THEN
  DECLARE quota record; serving bigint;
  BEGIN
    IF EXISTS (SELECT 1 FROM personnel_disqualifiercheck d WHERE d.application_id = NEW.id AND d.is_hit) THEN
      RAISE EXCEPTION 'candidate_disqualified' USING ERRCODE = 'check_violation';
    END IF;
    IF lf_related(NEW.id, lf_user(), NULL) THEN
      RAISE EXCEPTION 'hired_by_relative' USING ERRCODE = 'check_violation';
    END IF;
    SELECT s.required, u.path INTO quota FROM teams_staffingstandard s JOIN teams_unit u ON u.id = s.unit_id
      JOIN personnel_campaign c ON c.id = NEW.campaign_id AND c.year = s.year
      JOIN personnel_vacancy v ON v.id = NEW.vacancy_id JOIN teams_unit vu ON vu.id = v.unit_id
      WHERE starts_with(vu.path, u.path) ORDER BY u.depth DESC LIMIT 1 FOR UPDATE OF s;
    IF quota IS NULL THEN RAISE EXCEPTION 'quota_missing' USING ERRCODE = 'check_violation'; END IF;
    SELECT count(*) INTO serving FROM personnel_member m JOIN teams_unit u ON u.id = m.unit_id
      WHERE starts_with(u.path, quota.path) AND m.status <> 'left';
    IF serving > quota.required THEN RAISE EXCEPTION 'quota_exceeded' USING ERRCODE = 'check_violation'; END IF;
    UPDATE personnel_vacancy SET hired = hired + 1 WHERE id = NEW.vacancy_id;
  END;
ELSIF OLD.state = 'hired' AND NEW.state <> 'hired' THEN
  RAISE EXCEPTION 'hired_stays_hired' USING ERRCODE = 'check_violation';
END IF;
RETURN NEW;
"""


APPLIES_FIRST = """
IF NEW.state = 'hired' THEN RAISE EXCEPTION 'hired_unseen' USING ERRCODE = 'check_violation'; END IF;
RETURN NEW;
"""


@pghistory.track()
class Application(Person):
    """One person's application to one campaign; the ID number is refused a second time."""

    row_scope = RowScope(("recruit",))

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="applications")
    vacancy = models.ForeignKey(
        Vacancy, on_delete=models.PROTECT, related_name="applications", verbose_name=_("post applied for")
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")  # the campaign's, for the row scope
    number = models.CharField(_("receipt number"), max_length=20, unique=True, editable=False)
    education = models.CharField(_("education"), max_length=12, choices=Education.choices)
    claims = models.JSONField(_("priority claimed"), default=list, blank=True)  # PriorityGroup values
    confirmed_claims = models.JSONField(_("priority confirmed"), default=list, blank=True)
    channel = models.CharField(_("way of application"), max_length=8, choices=Channel.choices)
    applied_at = models.DateTimeField(_("applied at"), default=timezone.now, editable=False)
    state = models.CharField(_("state"), max_length=9, choices=ApplicationState.choices, default="active")
    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="applications", verbose_name=_("step"))
    waiting = models.BooleanField(_("waits for a place"), default=False)  # passed what was before, not let in yet
    step_since = models.DateTimeField(_("in this step since"), default=timezone.now)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    form_key = models.CharField(max_length=32, editable=False, default="")  # of the form that was sent: once is enough

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["campaign", "step", "state"]),
            models.Index(fields=["id_number_hash"]),  # who applied before, whatever the campaign
        ]
        triggers = [
            pgtrigger.Trigger(
                name="hire_within_quota", operation=pgtrigger.Update, when=pgtrigger.Before, func=HIRE_WITHIN_QUOTA
            ),
            pgtrigger.Trigger(
                name="applies_before_hire",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func=APPLIES_FIRST,
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "id_number_hash"],
                name="application_once_a_campaign",
                violation_error_message=_("With this ID number somebody has applied already."),
            ),
            models.CheckConstraint(condition=Q(state__in=ApplicationState.values), name="application_state_known"),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="application_channel_known"),
            models.CheckConstraint(condition=Q(sex__in=Sex.values), name="application_sex_known"),
            models.CheckConstraint(
                condition=~Q(state__in=("failed", "withdrawn")) | ~Q(reason=""), name="application_end_has_reason"
            ),
        ]

    @property
    def masked_name(self) -> str:
        """What a public page may show: 张三 → 张*, 欧阳建国 → 欧**国."""
        middle = max(len(self.name) - 2, 1)
        return self.name[:1] + "*" * middle + (self.name[-1:] if len(self.name) > 2 else "")

    @property
    def days_waiting(self) -> int:
        """Whole days since the candidate came into the present step."""
        return (timezone.localdate() - timezone.localtime(self.step_since).date()).days


class OfApplicationQuerySet(ScopedQuerySet):
    """Rows that hang on an application and are seen with it."""

    view_action = Action.RECRUITMENT_VIEW
    unit_lookup = "application__unit"


def document_path(document: ApplicationDocument, _name: str) -> str:
    """A name that tells nothing; what was uploaded keeps its name in the row only."""
    return f"recruitment/{document.application_id}/{uuid.uuid4().hex}"


MOST_DOCUMENTS = 20  # of one candidate; the trigger below says so too
# The application's row is locked: two uploads at one moment count one another.
DOCUMENT_LIMIT = """
PERFORM 1 FROM personnel_application WHERE id = NEW.application_id FOR UPDATE;
IF (SELECT count(*) FROM personnel_applicationdocument WHERE application_id = NEW.application_id)
   >= 20 THEN
  RAISE EXCEPTION 'too_many_documents' USING ERRCODE = 'check_violation';
END IF;
RETURN NEW;
"""


class ContentType(models.TextChoices):
    JPEG = "image/jpeg", "JPEG"
    PNG = "image/png", "PNG"
    PDF = "application/pdf", "PDF"


class ApplicationDocumentQuerySet(OfApplicationQuerySet):
    def own(self) -> Self:
        """What the candidate sent, not what the force put beside it."""
        return self.filter(added_by=None).exclude(kind=DocumentKind.VETTING)


@pghistory.track()
class ApplicationDocument(models.Model):
    """A private file. Its type is judged by its content; pictures are re-encoded before they are kept.

    Without `added_by` the candidate sent it.
    """

    row_scope = RowScopeOf("personnel.Application", "application_id")

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="documents")
    kind = models.CharField(_("kind"), max_length=8, choices=DocumentKind.choices)
    file = models.FileField(_("file"), upload_to=document_path)
    name = models.CharField(_("file name"), max_length=100)
    content_type = models.CharField(_("type"), max_length=40, choices=ContentType.choices)
    size = models.PositiveIntegerField(_("size"))
    added_at = models.DateTimeField(_("added at"), auto_now_add=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, verbose_name=_("added by")
    )

    objects = ApplicationDocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("document of an application")
        verbose_name_plural = _("documents of applications")
        ordering = ["pk"]
        triggers = [
            pgtrigger.Trigger(
                name="document_limit", operation=pgtrigger.Insert, when=pgtrigger.Before, func=DOCUMENT_LIMIT
            )
        ]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=DocumentKind.values), name="application_document_kind_known"),
            models.CheckConstraint(
                condition=Q(content_type__in=ContentType.values), name="application_document_type_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class KinshipSide(models.TextChoices):
    CANDIDATE = "candidate", _("declared by the candidate")
    ASSESSOR = "assessor", _("declared by the assessor")


@pghistory.track()
class Kinship(models.Model):
    """A candidate and somebody of the force are related. The candidate knows a name, the assessor has an account."""

    row_scope = RowScopeOf("personnel.Application", "application_id")

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="kinships")
    side = models.CharField(_("declared by"), max_length=9, choices=KinshipSide.choices)
    assessor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("account of the assessor"),
    )
    relative_name = models.CharField(_("name of the relative"), max_length=40)
    relation = models.CharField(_("relation"), max_length=60)
    declared_at = models.DateTimeField(_("declared at"), auto_now_add=True)

    objects = OfApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("kinship")
        verbose_name_plural = _("kinships")
        triggers = [
            pgtrigger.Trigger(
                name="kinship_strikes",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.After,
                func="PERFORM lf_strike(NEW.application_id); RETURN NULL;",
            )
        ]
        constraints = [
            models.CheckConstraint(condition=Q(side__in=KinshipSide.values), name="kinship_side_known"),
            models.CheckConstraint(condition=~Q(relative_name=""), name="kinship_names_relative"),
        ]

    def __str__(self) -> str:
        return self.relation


@pghistory.track()
class DisqualifierCheck(models.Model):
    """One point of the checklist that rules a candidate out, with its evidence (handbook P4)."""

    row_scope = RowScopeOf("personnel.Application", "application_id")

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="disqualifiers")
    kind = models.CharField(_("point"), max_length=15, choices=DisqualifierKind.choices)
    is_hit = models.BooleanField(_("found"))
    evidence = models.CharField(_("evidence"), max_length=200, blank=True)
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    checked_on = models.DateField(_("checked on"))

    objects = OfApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("disqualifier check")
        verbose_name_plural = _("disqualifier checks")
        constraints = [
            models.UniqueConstraint(fields=["application", "kind"], name="disqualifier_once"),
            models.CheckConstraint(condition=Q(kind__in=DisqualifierKind.values), name="disqualifier_kind_known"),
            models.CheckConstraint(condition=Q(is_hit=False) | ~Q(evidence=""), name="disqualifier_hit_has_evidence"),
        ]


class VettingQuerySet(OfApplicationQuerySet):
    def to_look_at(self) -> Self:
        """Those with a date to look again, of candidates in the running, the earliest first."""
        rows = self.filter(look_again_on__isnull=False, application__state=ApplicationState.ACTIVE)
        return rows.filter(application__campaign__status="open").order_by("look_again_on", "pk")


@pghistory.track()
class Vetting(models.Model):
    """The political vetting 政审 of a candidate: who went, what they found, when to look again."""

    row_scope = RowScopeOf("personnel.Application", "application_id")

    application = models.OneToOneField(Application, on_delete=models.CASCADE, related_name="vetting")
    assessors = models.CharField(_("assessors (two at least)"), max_length=80)
    visited_on = models.DateField(_("visited on"))
    findings = EncryptedTextField(_("findings"))
    look_again_on = models.DateField(_("look again on"), null=True, blank=True)
    is_sound = models.BooleanField(_("fit for the service"), null=True)

    objects = VettingQuerySet.as_manager()

    class Meta:
        verbose_name = _("political vetting")
        verbose_name_plural = _("political vettings")
