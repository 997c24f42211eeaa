"""Forms of Django admin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.admin.widgets import AdminDateWidget, AdminTextareaWidget
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from teams.admin_site import PolicyForm
from teams.models import BodyKind, ManagingBody, Post, Unit, User
from teams.policy import Role
from teams.rules.managing import body_problems
from teams.rules.units import PARENTS

if TYPE_CHECKING:
    ModelChoiceField = forms.ModelChoiceField[Unit]
    BodyField = forms.ModelChoiceField[ManagingBody]
else:
    ModelChoiceField = BodyField = forms.ModelChoiceField


class UnitChoiceField(ModelChoiceField):
    """Units as a tree; each level a step to the right."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{'　' * (obj.depth - 1)}{obj.name}"


class BodyChoiceField(BodyField):
    """Managing bodies with those above them."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.full_name)


def unit_field(label: Any, *, parents_only: bool = False, help_text: Any = "") -> UnitChoiceField:
    """A choice among the units still open."""
    rows = Unit.objects.get_queryset()
    if parents_only:
        rows = rows.filter(kind__in={kind for kinds in PARENTS.values() for kind in kinds if kind})
    return UnitChoiceField(queryset=rows.filter(closed_on=None), label=label, required=False, help_text=help_text)


class UnitForm(PolicyForm):
    parent = unit_field(_("unit above"), parents_only=True, help_text=_("Empty for the district at the top."))
    guiding_body = unit_field(
        _("guiding body"), parents_only=True, help_text=_("The public-security line. Empty: the unit above.")
    )
    managing_body = BodyChoiceField(
        queryset=ManagingBody.objects.in_tree_order(),
        label=_("managing body"),
        required=False,
        help_text=_("The government's line: the street or town, or the committee, whose office manages the unit."),
    )

    class Meta:
        model = Unit
        fields = ["parent", "kind", "name", "short_name", "code", "managing_body", "guiding_body", "closed_on"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "parent" in self.fields:
            self.initial["parent"] = Unit.objects.get_parent(self.instance)


class ManagingBodyForm(PolicyForm):
    parent = BodyChoiceField(
        queryset=ManagingBody.objects.exclude(kind=BodyKind.COMMITTEE).in_tree_order(),
        label=_("body above"),
        required=False,
        help_text=_("A committee stands below its street or town."),
    )

    class Meta:
        model = ManagingBody
        fields = ["kind", "name", "office_name", "parent", "closed_on"]

    def clean(self) -> dict[str, Any] | None:
        """The rule speaks before the constraint does: a field with an error is left out of the constraints."""
        cleaned = super().clean() or {}
        kind = cleaned.get("kind") or self.instance.kind
        for problem in body_problems(ManagingBody(kind=kind, parent=cleaned.get("parent")), timezone.localdate()):
            if "parent" not in self.errors:
                self.add_error("parent", problem.message)
        return cleaned


class PostFields(forms.Form):
    """The parts of a first post, beside an account's own fields."""

    role = forms.ChoiceField(label=_("role"), choices=Role.choices)
    unit = unit_field(_("unit"), help_text=_("Empty for administrators only."))
    starts = forms.DateField(label=_("from"), initial=timezone.localdate, widget=AdminDateWidget)
    ends = forms.DateField(label=_("until"), required=False, widget=AdminDateWidget, help_text=_("Empty: open."))


class AccountForm(PolicyForm, PostFields):
    """A new account with its first post."""

    class Meta:
        model = User
        fields = ["username", "name", "role", "unit", "starts", "ends"]


class PostForm(PolicyForm):
    unit = unit_field(_("unit"), help_text=_("Empty for administrators only."))

    class Meta:
        model = Post
        fields = ["user", "role", "unit", "starts", "ends"]


class PostEndForm(PolicyForm):
    """Only the last day of a post that was given can change."""

    ends = forms.DateField(
        label=_("until"),
        widget=AdminDateWidget,
        help_text=_("The last day counts. To take the post back at once, enter yesterday."),
    )

    class Meta:
        model = Post
        fields = ["ends"]


class CalendarImportForm(forms.Form):
    file = forms.FileField(
        label=_("Workbook or CSV file"),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv,.txt"}),
        help_text=_("Three columns: date, kind, name; a title and a header above them are fine."),
    )
    days = forms.CharField(
        label=_("Days of the announcement"),
        required=False,
        widget=AdminTextareaWidget(attrs={"rows": 16}),
        help_text=_("A line a day, as copied from a sheet or a CSV file: date, kind, name."),
    )

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        if not self.errors and bool(cleaned.get("file")) == bool(cleaned.get("days")):
            raise forms.ValidationError(_("Choose a file or paste the days, one of the two."))
        return cleaned


class TrailForm(forms.Form):
    """Filters of the audit trail."""

    model = forms.ChoiceField(label=_("What"), required=False)
    object = forms.CharField(label=_("Number"), required=False, max_length=20)
    username = forms.CharField(label=_("User name"), required=False, max_length=40)
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, data: Any, models: list[tuple[str, Any]]) -> None:
        super().__init__(data)
        self.fields["model"].choices = [("", _("everything")), *models]  # type: ignore[attr-defined]
