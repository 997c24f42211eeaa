"""Django admin of recruitment: the same rights, rows and services as the pages; ID numbers and phones stay masked."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from personnel.models import (
    Application,
    ApplicationDocument,
    AssessorRelative,
    Campaign,
    DocumentKind,
    FitnessStandard,
    Kinship,
    Notice,
    Objection,
    PanelSeat,
    ScoreCorrection,
    Step,
    Vacancy,
)
from personnel.models.recruitment.fitness import FitnessLimit
from personnel.rules.recruitment.kinship import related_to
from personnel.services.recruitment.campaigns import change_campaign
from personnel.services.recruitment.fitness import remove_fitness_limit, set_fitness_limit
from personnel.services.recruitment.notice import answer_objection
from teams.admin_site import PolicyAdmin
from teams.models import Unit
from teams.policy import Action
from teams.scope import scope_of


class RecruitmentAdmin(PolicyAdmin):
    """Opens to whoever sees recruitment; rows are read, what may change goes through its service."""

    view_action = Action.RECRUITMENT_VIEW
    staff_only = False
    sortable_by = ()

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields or ()

    @admin.display(description=_("Campaign"))
    def campaign_title(self, row: Any) -> str:
        return str(row.campaign)

    @admin.display(description=_("Candidate"))
    def candidate(self, row: Any) -> str:
        return str(getattr(row, "application", row))


def in_words(*, true: bool | None) -> str:
    """In words: the admin's own signs speak English to a screen reader."""
    return "–" if true is None else str(_("yes") if true else _("no"))


def without_relatives(user: Any, rows: QuerySet[Any], lookup: str) -> QuerySet[Any]:
    """The rows but those of candidates whom `user` is related to."""
    related = related_to(user, rows.order_by().values_list(lookup, flat=True).distinct())
    return rows.exclude(**{f"{lookup}__in": related})


@admin.register(Application)
class ApplicationAdmin(RecruitmentAdmin):
    list_display = ["number", "candidate", "campaign_title", "vacancy", "step", "state", "channel", "applied_at"]
    list_filter = ["state", "channel", "step__kind", "education", "sex"]
    list_select_related = ["campaign", "vacancy", "step"]
    search_fields = ["name__startswith", "number__startswith"]
    ordering = ["-applied_at", "-pk"]
    fields = [
        "number", "campaign_title", "vacancy", "candidate", "sex", "birth_date", "masked_id_number", "masked_phone",
        "education", "school", "major", "political_status", "channel", "applied_at", "state", "step", "waiting",
        "step_since", "reason",
    ]  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return without_relatives(request.user, super().get_queryset(request), "pk")

    @admin.display(description=_("ID number"))
    def masked_id_number(self, application: Application) -> str:
        return application.masked_id_number

    @admin.display(description=_("phone"))
    def masked_phone(self, application: Application) -> str:
        return application.masked_phone


@admin.register(ApplicationDocument)
class ApplicationDocumentAdmin(RecruitmentAdmin):
    list_display = ["name", "candidate", "kind", "content_type", "size", "added_at", "added_by"]
    list_filter = ["kind", "content_type"]
    list_select_related = ["application", "added_by"]
    search_fields = ["application__name__startswith", "application__number__startswith"]
    ordering = ["-added_at", "-pk"]
    fields = ["candidate", "kind", "name", "content_type", "size", "added_at", "added_by", "download"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = without_relatives(request.user, super().get_queryset(request), "application_id")
        return rows if scope_of(request.user, Action.VETTING_MANAGE) else rows.exclude(kind=DocumentKind.VETTING)

    @admin.display(description=_("file"))
    def download(self, document: ApplicationDocument) -> str:
        return format_html('<a href="{}">{}</a>', reverse("document-download", args=[document.pk]), document.name)


@admin.register(Notice)
class NoticeAdmin(RecruitmentAdmin):
    list_display = ["campaign_title", "first_day", "last_day", "published_by"]
    list_select_related = ["campaign", "published_by"]
    search_fields = ["campaign__title"]
    fields = ["campaign_title", "first_day", "last_day", "published_by"]


@admin.register(Objection)
class ObjectionAdmin(RecruitmentAdmin):
    """The one thing to write here is the answer, once."""

    manage_action = Action.RECRUITMENT_MANAGE
    list_display = ["number", "public_notice", "entry", "received_at", "due_on", "answered_on", "justified"]
    list_filter = ["is_upheld"]
    list_select_related = ["notice__campaign", "entry__application"]
    ordering = ["-received_at", "-pk"]
    fields = ["number", "public_notice", "entry", "received_at", "due_on", "text", "contact", "answer", "is_upheld"]

    @admin.display(description=_("Public notice"))
    def public_notice(self, objection: Objection) -> str:
        return str(objection.notice)

    @admin.display(description=_("justified"))
    def justified(self, objection: Objection) -> str:
        return in_words(true=objection.is_upheld)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is not None and obj.answered_on:
            return False
        return super().has_change_permission(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [name for name in self.fields or () if name not in ("answer", "is_upheld")]

    def write(self, request: HttpRequest, form: Any, *, change: bool) -> Objection:
        by: Any = request.user
        data = form.cleaned_data
        objection = Objection.objects.select_related("unit").get(pk=form.instance.pk)
        answer_objection(by=by, objection=objection, answer=data["answer"], is_upheld=bool(data["is_upheld"]))
        return Objection.objects.get(pk=objection.pk)


# The plan


@admin.register(Campaign)
class CampaignAdmin(RecruitmentAdmin):
    """A draft's own fields may change here; its posts and steps stand in their own lists, written on the pages."""

    manage_action = Action.RECRUITMENT_MANAGE
    list_display = ["title", "unit", "year", "status", "apply_from", "apply_until", "approved_by"]
    list_filter = ["status", "year", "staff_category"]
    list_select_related = ["unit", "approved_by"]
    search_fields = ["title"]
    changeable = [
        "title", "year", "apply_from", "apply_until", "born_from", "born_until", "education", "staff_category",
        "formula", "bonus_rule", "notice_days", "more_conditions", "contact",
    ]  # fmt: skip
    fields = ["unit", "status", "drafted_by", "approved_by", "approved_at", *changeable]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or obj.is_draft)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [name for name in self.fields or () if name not in self.changeable]

    def write(self, request: HttpRequest, form: Any, *, change: bool) -> Campaign:
        by: Any = request.user
        changed: Campaign = change_campaign(by=by, campaign=form.instance, **form.cleaned_data)
        return changed


class PartAdmin(RecruitmentAdmin):
    """A part of a plan, with the plans that the user sees."""

    list_select_related = ["campaign"]
    search_fields = ["campaign__title"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(campaign__in=Campaign.objects.visible_to(request.user))


@admin.register(Vacancy)
class VacancyAdmin(PartAdmin):
    list_display = ["title", "campaign_title", "unit", "places", "hired"]
    fields = [
        "campaign_title", "unit", "title", "places", "hired", "born_from", "born_until", "education", "sex",
        "sex_reason", "group_names",
    ]  # fmt: skip


@admin.register(Step)
class StepAdmin(PartAdmin):
    list_display = ["__str__", "campaign_title", "position", "kind", "scored", "weight", "pass_mark", "ratio", "panel"]
    list_filter = ["kind", "is_scored", "panel"]
    fields = [
        "campaign_title", "position", "kind", "name", "starts_on", "scored", "full_mark", "weight", "pass_mark",
        "ratio", "panel", "panel_size",
    ]  # fmt: skip

    @admin.display(description=_("scored"))
    def scored(self, step: Step) -> str:
        return in_words(true=step.is_scored)


@admin.register(PanelSeat)
class PanelSeatAdmin(RecruitmentAdmin):
    list_display = ["name", "step", "user"]
    list_select_related = ["step", "user"]
    search_fields = ["name"]
    fields = ["step", "name", "user"]


@admin.register(FitnessStandard)
class FitnessStandardAdmin(RecruitmentAdmin):
    """One limit at a time; the set that it belongs to is judged as a whole."""

    manage_action = Action.QUOTA_MANAGE
    list_display = ["name", "unit", "staff_category", "sex", "age_from", "age_until", "limit", "full_at"]
    list_filter = ["staff_category", "sex"]
    list_select_related = ["unit"]
    fields = ["unit", "staff_category", *(f.name for f in FitnessLimit._meta.get_fields())]

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return self._allowed(request, self.manage_action)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._allowed(request, self.manage_action)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ["unit", "staff_category"] if obj else []

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["queryset"] = Unit.objects.manageable_by(request.user, Action.QUOTA_MANAGE)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def write(self, request: HttpRequest, form: Any, *, change: bool) -> FitnessStandard:
        by: Any = request.user
        row: FitnessStandard = set_fitness_limit(by=by, before=form.instance if change else None, **form.cleaned_data)
        return row

    def remove(self, request: HttpRequest, row: Any) -> None:
        by: Any = request.user
        remove_fitness_limit(by=by, limit=row)


# Fairness


@admin.register(Kinship)
class KinshipAdmin(RecruitmentAdmin):
    list_display = ["candidate", "relative_name", "relation", "side", "declared_at"]
    list_filter = ["side"]
    list_select_related = ["application"]
    search_fields = ["relative_name__startswith"]
    fields = ["candidate", "side", "assessor", "relative_name", "relation", "declared_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return without_relatives(request.user, super().get_queryset(request), "application_id")


@admin.register(AssessorRelative)
class AssessorRelativeAdmin(RecruitmentAdmin):
    list_display = ["assessor_name", "candidate_name", "relation", "campaign_title", "declared_at"]
    list_select_related = ["campaign"]
    fields = ["campaign_title", "assessor", "assessor_name", "candidate_name", "relation", "declared_at"]


@admin.register(ScoreCorrection)
class ScoreCorrectionAdmin(RecruitmentAdmin):
    list_display = ["candidate", "before", "after", "reason", "proposed_by", "approved_by", "approved_at"]
    list_select_related = ["application", "proposed_by", "approved_by"]
    fields = ["candidate", "before", "after", "reason", "proposed_by", "proposed_at", "approved_by", "approved_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return without_relatives(request.user, super().get_queryset(request), "application_id")
