"""Django admin, opened by posts and bound to the same rules as the pages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.admin.views.main import ERROR_FLAG
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models, transaction
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from lianfang.platform.problems import Problem, Refused
from teams.policy import Action
from teams.scope import ScopedQuerySet, scope_of

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
    Form = ModelForm[Any]
else:
    ModelAdmin = admin.ModelAdmin
    Form = ModelForm


# Strings of Django's admin that its own Chinese catalogue leaves out; marked here, ours has them.
UNTRANSLATED_BY_DJANGO = (_("Model name"), _("Add link"), _("Change or view list link"))


class PolicyForm(Form):
    """A form that shows what the service refused beside what the fields themselves found."""

    refused: ClassVar[list[Problem]] = []

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        for problem in self.refused:
            field = problem.field if problem.field in self.fields else None
            text = f"{problem.message} {problem.hint}" if problem.hint else str(problem.message)
            self.add_error(field, text)
        return cleaned


class PolicyAdmin(ModelAdmin):
    """A model's admin whose rights come from the policy table and whose writes go through services.

    `view_action` opens the list, `manage_action` (None: read only) the forms. A subclass that writes implements
    `write`, and `remove` if rows may go. What a service refuses comes back as errors of the form.
    """

    view_action: ClassVar[Action]
    manage_action: ClassVar[Action | None] = None
    staff_only: ClassVar[bool] = True  # False: opens to every post with the right, not to administrators alone
    form = PolicyForm
    actions = None
    list_per_page = 50
    show_full_result_count = False

    def write(self, request: HttpRequest, form: Any, *, change: bool) -> models.Model:
        """Call the service that adds or changes the row; returns the row as written. Raises `Refused`."""
        raise PermissionDenied

    def remove(self, request: HttpRequest, row: Any) -> None:
        """Call the service that takes the row away. Raises `Refused`."""
        raise PermissionDenied

    # Rights

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._allowed(request, self.view_action)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._allowed(request, self.view_action)

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return self._allowed(request, self.manage_action)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._allowed(request, self.manage_action)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Rows end, they don't go, unless a subclass says otherwise."""
        return False

    def _allowed(self, request: HttpRequest, action: Action | None) -> bool:
        user: Any = request.user
        return action is not None and (user.is_staff or not self.staff_only) and bool(scope_of(user, action))

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        rows = super().get_queryset(request)
        return rows.visible_to(request.user) if isinstance(rows, ScopedQuerySet) else rows

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        title = {"title": capfirst(self.opts.verbose_name_plural)}  # “Select account to change” reads badly in Chinese
        try:
            return super().changelist_view(request, title | (extra_context or {}))
        except OverflowError:  # Django takes any number for a year
            return redirect(f"{request.path}?{ERROR_FLAG}=1")

    # Writes

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Run the form; where its service refuses, undo and show the form again with the reasons."""
        try:
            with transaction.atomic():
                return super().changeform_view(request, *args, **kwargs)
        except Refused as refused:
            problems = refused.problems
        except IntegrityError:
            problems = [Problem("conflict", _("Somebody changed the same thing just now. Look at it again."))]
        request.refused = problems  # type: ignore[attr-defined]
        return super().changeform_view(request, *args, **kwargs)

    def get_form(self, request: HttpRequest, obj: Any = None, *args: Any, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, *args, **kwargs)
        return type(form.__name__, (form,), {"refused": getattr(request, "refused", [])})

    def save_form(self, request: HttpRequest, form: Any, *args: Any, **kwargs: Any) -> Any:
        return self.write(request, form, change=form.instance.pk is not None)

    def save_model(self, *args: Any, **kwargs: Any) -> None:
        """The service has saved it."""

    def save_related(self, *args: Any, **kwargs: Any) -> None:
        """The service has saved it."""

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self.remove(request, obj)

    # History: the database's own, not Django's log

    def log_addition(self, *args: Any) -> Any: ...

    def log_change(self, *args: Any) -> Any: ...

    def log_deletions(self, *args: Any) -> Any: ...

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Lead to the audit trail of this row, for those who may read it."""
        if not self._allowed(request, Action.HISTORY_VIEW):
            raise PermissionDenied
        query = urlencode({"model": self.opts.label_lower, "object": object_id})
        return redirect(f"{reverse('admin:teams_historyentry_changelist')}?{query}")

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        context["may_read_history"] = self._allowed(request, Action.HISTORY_VIEW)
        return super().render_change_form(request, context, *args, **kwargs)


class PeopleAutocomplete(AutocompleteJsonView):
    """Accounts with their user names: people of one name are common."""

    def serialize_result(self, obj: models.Model, to_field_name: str) -> dict[str, str]:
        result = super().serialize_result(obj, to_field_name)
        if isinstance(obj, AbstractBaseUser):
            result["text"] = f"{obj} ({obj.get_username()})"
        return result


class LianfangAdminSite(admin.AdminSite):
    """Takes only admins that ask the policy; packages' own stay out."""

    site_header = _("Lianfang administration")
    site_title = _("Lianfang administration")
    index_title = _("Administration")
    empty_value_display = "—"

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        if admin_class is not None and issubclass(admin_class, PolicyAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        """Administrators, and whoever has the right to a model that is open to other posts."""
        wider = (model for model in self._registry.values() if isinstance(model, PolicyAdmin) and not model.staff_only)
        return super().has_permission(request) or any(model.has_module_permission(request) for model in wider)

    def admin_view(self, view: Any, *args: Any, **kwargs: Any) -> Any:
        """Signed in without an administrator's post: 403, not another sign-in."""
        inner = super().admin_view(view, *args, **kwargs)

        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if request.user.is_authenticated and not self.has_permission(request):
                raise PermissionDenied
            return inner(request, *args, **kwargs)

        return guarded

    def autocomplete_view(self, request: HttpRequest) -> Any:
        return PeopleAutocomplete.as_view(admin_site=self)(request)

    # The site's own pages serve signing in and out and passwords.

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if request.user.is_authenticated:
            if not self.has_permission(request):
                raise PermissionDenied
            return redirect("admin:index")
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))

    def logout(self, request: HttpRequest, extra_context: Any = None) -> Any:
        from teams.views.sign_in import sign_out

        return sign_out(request)

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return redirect("password-change")

    def password_change_done(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return redirect("admin:index")


def problem_texts(problems: Iterable[Problem]) -> list[str]:
    """The sentences of problems, each with its hint."""
    return [f"{problem.message} {problem.hint}".strip() for problem in problems]
