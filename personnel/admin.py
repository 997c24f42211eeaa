"""Django admin of recruitment: the same rights, rows and services as the pages; ID numbers and phones stay masked."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from personnel.models import Application, ApplicationDocument, DocumentKind, Notice, Objection
from personnel.rules.recruitment.kinship import related_to
from personnel.services.recruitment.notice import answer_objection
from teams.admin_site import PolicyAdmin
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
    list_display = ["number", "public_notice", "entry", "received_at", "due_on", "answered_on", "is_upheld"]
    list_filter = ["is_upheld"]
    list_select_related = ["notice__campaign", "entry__application"]
    ordering = ["-received_at", "-pk"]
    fields = ["number", "public_notice", "entry", "received_at", "due_on", "text", "contact", "answer", "is_upheld"]

    @admin.display(description=_("Public notice"))
    def public_notice(self, objection: Objection) -> str:
        return str(objection.notice)

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
