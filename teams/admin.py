"""Django admin of the organisation: units, accounts, posts, the work calendar; lock-outs; the audit trail."""

from __future__ import annotations

import datetime as dt
from typing import Any

from axes.helpers import get_cool_off
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, QuerySet
from django.db.models.functions import ExtractYear
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lianfang.platform.problems import Problem, Refused
from teams import trail
from teams.admin_site import PolicyAdmin, problem_texts
from teams.forms.admin import (
    AccountForm,
    CalendarImportForm,
    ManagingBodyForm,
    PostEndForm,
    PostForm,
    TrailForm,
    UnitForm,
)
from teams.models import CalendarDay, FailedSignIn, HistoryEntry, ManagingBody, Post, SignIn, Unit, User
from teams.policy import Action, Role
from teams.services import accounts, calendar, lockouts, managing, units


@admin.register(Unit)
class UnitAdmin(PolicyAdmin):
    view_action = Action.UNIT_VIEW
    manage_action = Action.UNIT_MANAGE
    form = UnitForm
    list_display = ["tree_name", "kind", "code", "closed_on"]
    list_filter = ["kind"]
    search_fields = ["name", "short_name", "code"]
    sortable_by = ()
    ordering = ["path"]

    @admin.display(description=_("name"))
    def tree_name(self, unit: Unit) -> str:
        return f"{'　　' * (unit.depth - 1)}{unit.name}"

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if not self.has_change_permission(request, obj):
            return ["kind", "name", "short_name", "code", "managing_body", "guiding_body", "closed_on"]
        fields = ["parent", "kind", "name", "short_name", "code", "managing_body", "guiding_body"]
        return [*fields, *(["closed_on"] if obj else [])]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ["kind"] if obj else []

    def write(self, request: HttpRequest, form: Any, *, change: bool) -> Unit:
        by, data = _by(request), form.cleaned_data
        names = {key: data[key] for key in ("name", "short_name", "code")}
        bodies = {key: data[key] for key in ("managing_body", "guiding_body")}
        if not change:
            unit = units.add_unit(by=by, parent=data["parent"], kind=data["kind"], **names)
            return managing.set_bodies(by=by, unit=unit, **bodies) if any(bodies.values()) else unit
        unit = Unit.objects.get(pk=form.instance.pk)
        changed = set(form.changed_data)
        if changed & {"name", "short_name", "code"}:
            unit = units.rename_unit(by=by, unit=unit, **names)
        if "parent" in changed:
            if data["parent"] is None:
                raise Refused([Problem("unit_needs_parent", _("Choose the unit above."), "parent")])
            unit = units.move_unit(by=by, unit=unit, parent=data["parent"])
        if changed & set(bodies):
            unit = managing.set_bodies(by=by, unit=unit, **bodies)
        if "closed_on" in changed:
            on = data["closed_on"]
            unit = units.close_unit(by=by, unit=unit, on=on) if on else units.reopen_unit(by=by, unit=unit)
        return unit


@admin.register(ManagingBody)
class ManagingBodyAdmin(PolicyAdmin):
    """Streets, towns and committees beside the unit tree."""

    view_action = Action.UNIT_VIEW
    manage_action = Action.UNIT_MANAGE
    form = ManagingBodyForm
    list_display = ["full_name", "kind", "office_name", "closed_on"]
    list_filter = ["kind"]
    search_fields = ["name", "office_name", "parent__name"]
    sortable_by = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return ManagingBody.objects.in_tree_order()

    @admin.display(description=_("name"))
    def full_name(self, body: ManagingBody) -> str:
        return body.full_name

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ["kind", "name", "office_name", "parent", *(["closed_on"] if obj else [])]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ["kind"] if obj else []

    def write(self, request: HttpRequest, form: Any, *, change: bool) -> ManagingBody:
        data = {key: value for key, value in form.cleaned_data.items() if key in form.fields}
        if not change:
            return managing.add_body(by=_by(request), **data)
        return managing.change_body(by=_by(request), body=form.instance, **data)


class RoleFilter(admin.SimpleListFilter):
    title = _("role")
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(Role.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.value():
            return queryset
        held = Post.objects.on(timezone.localdate()).filter(role=self.value())
        return queryset.filter(pk__in=held.values("user"))


@admin.register(User)
class UserAdmin(PolicyAdmin):
    view_action = manage_action = Action.ACCOUNT_MANAGE
    list_display = ["username", "name", "posts_today", "state"]
    list_filter = [RoleFilter, "is_active", "must_change_password"]
    search_fields = ["username", "name"]
    ordering = ["username"]

    def get_form(self, request: HttpRequest, obj: Any = None, *args: Any, **kwargs: Any) -> Any:
        if obj is None:
            kwargs["form"] = AccountForm
        return super().get_form(request, obj, *args, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ["username", "name", "role", "unit", "starts", "ends"]
        return ["username", "name", *self.get_readonly_fields(request, obj)]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return []
        return ["is_active", "must_change_password", "password_set_at", "last_login", "created_at", "all_posts"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        today = Post.objects.on(timezone.localdate()).select_related("unit").order_by("starts")
        return super().get_queryset(request).prefetch_related(Prefetch("posts", today, to_attr="posts_now"))

    @admin.display(description=_("posts today"))
    def posts_today(self, user: Any) -> str:
        return "；".join(post_text(post) for post in user.posts_now)

    @admin.display(description=_("state"), ordering="is_active")
    def state(self, user: User) -> str:
        if not user.is_active:
            return gettext("account closed")
        return gettext("first password") if user.must_change_password else gettext("in use")

    @admin.display(description=_("posts"))
    def all_posts(self, user: User) -> str:
        posts = user.posts.select_related("unit").order_by("-starts")
        rows = [(reverse("admin:teams_post_change", args=[p.pk]), post_text(p), p.starts, p.ends or "…") for p in posts]
        return format_html_join("", '<div><a href="{}">{}</a> {} – {}</div>', rows) or gettext("no posts")

    def write(self, request: HttpRequest, form: Any, *, change: bool) -> User:
        data = form.cleaned_data
        if change:
            return accounts.rename_account(
                by=_by(request), user=form.instance, username=data["username"], name=data["name"]
            )
        user, request.first_password = accounts.create_account(by=_by(request), **data)  # type: ignore[attr-defined]
        return user

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        return self.slip(request, obj, request.first_password)  # type: ignore[attr-defined]

    def slip(self, request: HttpRequest, user: User, password: str) -> HttpResponse:
        """The slip with a first password: in this answer and nowhere else, so no redirect and no cache."""
        context = self.admin_site.each_context(request) | {
            "title": gettext("First password"),
            "user_account": user,
            "posts": user.posts.on(timezone.localdate()).select_related("unit"),
            "password": password,
            "opts": self.opts,
            "address": request.build_absolute_uri(reverse("sign-in")),
        }
        response = TemplateResponse(request, "admin/teams/user/slip.html", context)
        add_never_cache_headers(response)
        return response

    def get_urls(self) -> Any:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/reset/", view(self.reset_view), name="teams_user_reset"),
            path("<int:pk>/close/", view(self.close_view), name="teams_user_close"),
            *super().get_urls(),
        ]

    def reset_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask, then show the slip with a new first password."""
        user = self._account(request, pk)
        question = _("Give %(name)s a new first password? Whoever is signed in with the old one is signed out.")
        if request.method == "POST":
            try:
                password = accounts.reset_password(by=_by(request), user=user)
            except Refused as refused:
                return self._refused(request, user, refused)
            return self.slip(request, user, password)
        return self._ask(request, user, _("Reset the password"), question)

    def close_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask, then close the account."""
        user = self._account(request, pk)
        question = _("Close the account of %(name)s? It is signed out everywhere; what it did stays on record.")
        if request.method == "POST":
            try:
                accounts.deactivate(by=_by(request), user=user)
            except Refused as refused:
                return self._refused(request, user, refused)
            messages.success(request, gettext("The account is closed."))
            return redirect("admin:teams_user_change", user.pk)
        return self._ask(request, user, _("Close the account"), question)

    def _account(self, request: HttpRequest, pk: int) -> User:
        if not self.has_change_permission(request):
            raise PermissionDenied
        return get_object_or_404(User, pk=pk)

    def _ask(self, request: HttpRequest, user: User, title: Any, question: Any) -> HttpResponse:
        context = self.admin_site.each_context(request) | {
            "title": title,
            "question": question % {"name": user.name},
            "original": user,
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/teams/ask.html", context)

    def _refused(self, request: HttpRequest, user: User, refused: Refused) -> HttpResponse:
        for text in problem_texts(refused.problems):
            messages.error(request, text)
        return redirect("admin:teams_user_change", user.pk)


@admin.register(Post)
class PostAdmin(PolicyAdmin):
    view_action = manage_action = Action.ACCOUNT_MANAGE
    list_display = ["user", "role", "unit", "starts", "ends"]
    list_filter = ["role", "unit__kind"]
    list_select_related = ["user", "unit"]
    search_fields = ["user__username", "user__name", "unit__name"]
    autocomplete_fields = ["user"]
    ordering = ["-starts", "-pk"]

    def get_form(self, request: HttpRequest, obj: Any = None, *args: Any, **kwargs: Any) -> Any:
        kwargs["form"] = PostEndForm if obj else PostForm
        return super().get_form(request, obj, *args, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ["user", "role", "unit", "starts", "ends"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ["user", "role", "unit", "starts"] if obj else []

    def write(self, request: HttpRequest, form: Any, *, change: bool) -> Post:
        if not change:
            return accounts.add_post(by=_by(request), **form.cleaned_data)
        ended = accounts.end_post(by=_by(request), post=form.instance, last_day=form.cleaned_data["ends"])
        return ended or form.instance


class YearFilter(admin.SimpleListFilter):
    title = _("year")
    parameter_name = "year"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        years = CalendarDay.objects.annotate(year=ExtractYear("date")).values_list("year", flat=True)
        return [(str(year), str(year)) for year in years.order_by("-year").distinct()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(date__year=int(self.value() or 0)) if self._is_offered() else queryset

    def _is_offered(self) -> bool:
        return self.value() in {str(year) for year, _title in self.lookup_choices}


@admin.register(CalendarDay)
class CalendarDayAdmin(PolicyAdmin):
    view_action = manage_action = Action.CALENDAR_MANAGE
    list_display = ["date", "weekday", "kind", "name"]
    list_filter = [YearFilter, "kind"]
    search_fields = ["name"]
    ordering = ["date"]
    change_list_template = "admin/teams/calendarday/change_list.html"

    @admin.display(description=_("weekday"))
    def weekday(self, day: CalendarDay) -> str:
        return date_format(day.date, "l")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ["date"] if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_change_permission(request, obj)

    def write(self, request: HttpRequest, form: Any, *, change: bool) -> CalendarDay:
        data = form.cleaned_data
        date = data.get("date") or form.instance.date
        return calendar.set_day(by=_by(request), date=date, kind=data["kind"], name=data["name"])

    def remove(self, request: HttpRequest, row: CalendarDay) -> None:
        calendar.clear_day(by=_by(request), day=row)

    def get_urls(self) -> Any:
        view = self.admin_site.admin_view(self.import_view)
        return [path("import/", view, name="teams_calendarday_import"), *super().get_urls()]

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """Paste a year's announcement; it replaces the years that it touches."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = CalendarImportForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
        if form.is_valid():
            file, text = form.cleaned_data["file"], form.cleaned_data["days"]
            try:
                days, problems = calendar.read_calendar(file.read()) if file else calendar.parse_calendar(text)
                if not problems:
                    changed = calendar.import_calendar(by=_by(request), days=days)
                    messages.success(request, gettext("%(count)d days changed.") % {"count": changed})
                    return redirect("admin:teams_calendarday_changelist")
            except Refused as refused:
                problems = refused.problems
            for problem in problems:
                place = gettext("Line %(row)d: ") % {"row": problem.row} if problem.row else ""
                form.add_error("file" if file else "days", f"{place}{problem}")
        context = self.admin_site.each_context(request) | {"title": _("Import a year"), "form": form, "opts": self.opts}
        return TemplateResponse(request, "admin/teams/calendarday/import.html", context)


@admin.register(FailedSignIn)
class FailedSignInAdmin(PolicyAdmin):
    view_action = Action.LOCKOUT_MANAGE
    list_display = ["who", "address", "last_try", "failures", "locked_until", "lift"]
    list_display_links = None
    fields = readonly_fields = ("who", "address", "last_try", "failures", "locked_until")
    search_fields = ["username", "ip_address"]
    sortable_by = ()
    ordering = ["-attempt_time"]

    # django-axes has no Chinese: the columns carry labels of ours.

    @admin.display(description=_("user name"))
    def who(self, attempt: FailedSignIn) -> Any:
        return attempt.username

    @admin.display(description=_("network address"))
    def address(self, attempt: FailedSignIn) -> Any:
        return attempt.ip_address

    @admin.display(description=_("last try"))
    def last_try(self, attempt: FailedSignIn) -> Any:
        return attempt.attempt_time

    @admin.display(description=_("wrong passwords"))
    def failures(self, attempt: FailedSignIn) -> int:
        return int(attempt.failures_since_start)

    @admin.display(description=_("locked until"))
    def locked_until(self, attempt: FailedSignIn) -> dt.datetime | None:
        end = attempt.attempt_time + (get_cool_off() or dt.timedelta())
        locked = attempt.failures_since_start >= settings.AXES_FAILURE_LIMIT and end > timezone.now()
        return end if locked else None

    @admin.display(description=_("lift"))
    def lift(self, attempt: FailedSignIn) -> str:
        url = reverse("admin:teams_failedsignin_delete", args=[attempt.pk])
        return format_html('<a class="button" href="{}">{}</a>', url, gettext("lift"))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._allowed(request, Action.LOCKOUT_MANAGE)

    def remove(self, request: HttpRequest, row: FailedSignIn) -> None:
        lockouts.lift_lockout(by=_by(request), attempt=row)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        return super().delete_view(request, object_id, {"title": gettext("Lift the lock")} | (extra_context or {}))

    def response_delete(self, request: HttpRequest, obj_display: str, obj_id: int) -> HttpResponse:
        messages.success(request, gettext("The lock is lifted."))
        return redirect("admin:teams_failedsignin_changelist")


@admin.register(SignIn)
class SignInAdmin(PolicyAdmin):
    view_action = Action.HISTORY_VIEW
    list_display = ["signed_in", "who", "address", "signed_out"]
    list_display_links = None
    fields = readonly_fields = ("signed_in", "who", "address", "signed_out")
    search_fields = ["username", "ip_address"]
    date_hierarchy = "attempt_time"
    ordering = ["-attempt_time"]
    sortable_by = ()

    @admin.display(description=_("signed in at"))
    def signed_in(self, row: SignIn) -> Any:
        return row.attempt_time

    @admin.display(description=_("user name"))
    def who(self, row: SignIn) -> Any:
        return row.username

    @admin.display(description=_("network address"))
    def address(self, row: SignIn) -> Any:
        return row.ip_address

    @admin.display(description=_("signed out at"))
    def signed_out(self, row: SignIn) -> Any:
        return row.logout_time


@admin.register(HistoryEntry)
class HistoryEntryAdmin(PolicyAdmin):
    """The audit trail. Its page is its own: the rows come from one table for each tracked model."""

    view_action = Action.HISTORY_VIEW

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        names = [(k, m.pgh_tracked_model._meta.verbose_name) for k, m in _tracked()]  # type: ignore[attr-defined]
        form = TrailForm(request.GET, names)
        found = trail.entries(_filters(form, request)) if form.is_valid() else []
        older = request.GET.copy()
        older["before"] = found[-1].cursor if found else ""
        context = self.admin_site.each_context(request) | {
            "title": _("Audit trail"),
            "form": form,
            "entries": found,
            "older": older.urlencode() if len(found) == trail.PAGE else "",
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/teams/historyentry/change_list.html", context)


def _tracked() -> list[tuple[str, Any]]:
    return sorted(trail.tracked_models().items(), key=lambda item: str(item[0]))


def _filters(form: TrailForm, request: HttpRequest) -> trail.Filters:
    data = form.cleaned_data
    return trail.Filters(
        model=data["model"],
        object_id=data["object"],
        username=data["username"],
        since=data["since"],
        until=data["until"],
        before=trail.parse_cursor(request.GET.get("before", "")),
    )


def post_text(post: Post) -> str:
    """A post in a line: role and unit."""
    return f"{post.get_role_display()} · {post.unit.name}" if post.unit else post.get_role_display()


def _by(request: HttpRequest) -> Any:
    """The signed-in administrator (the site lets nobody else in)."""
    return request.user
