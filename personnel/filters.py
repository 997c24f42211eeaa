"""Filters of the lists; an invalid or foreign value finds nobody."""

from __future__ import annotations

import datetime as dt
from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from personnel.models import Absence, AbsenceKind, DutyCertificate, Member, MemberStatus, Source, StaffCategory
from personnel.rules.certificates import ENDING_DAYS
from teams.models import Unit
from teams.policy import Action

INDENT = "\u3000"  # a blank that browsers keep in front of an option


class UnitChoiceField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Units of the tree, each indented by how far it lies below the first."""

    def label_from_instance(self, unit: Any) -> str:
        return f"{INDENT * (unit.depth - 1)}{unit.name}"


class UnitFilter(filters.ModelChoiceFilter):
    field_class = UnitChoiceField


def units_in_scope(request: Any, action: Action = Action.MEMBER_VIEW) -> QuerySet[Unit]:
    """The units whose members the user may see."""
    return Unit.objects.manageable_by(request.user, action) if request else Unit.objects.none()


class StrictFilterSet(filters.FilterSet):
    """django-filter ignores a value that no choice allows, and would show everybody; here it shows nobody."""

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.form.is_valid():
            return queryset.none()
        found: QuerySet[Any] = super().filter_queryset(queryset)
        return found


CERTIFICATE_STATES = [
    ("valid", _("valid")),
    ("ending", _("ends within 60 days")),
    ("expired", _("expired")),
    ("none", _("none")),
    ("invalid", _("expired or none")),
]
ORIGINS = [("veteran", _("retired soldier")), ("graduate", _("college graduate"))]
STATUSES = [*MemberStatus.choices, ("all", _("all, former members too"))]


class MemberFilter(StrictFilterSet):
    """`origin` shows only once a link set it (the strength figures do): the bar stays one line."""

    q = filters.CharFilter(
        method="search",
        label=_("Name or pinyin"),
        max_length=40,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    unit = UnitFilter(queryset=units_in_scope, method="below", label=_("Unit"), empty_label=_("All units"))
    staff_category = filters.ChoiceFilter(
        choices=StaffCategory.choices, label=_("Staff category"), empty_label=_("All categories")
    )
    certificate = filters.ChoiceFilter(
        choices=CERTIFICATE_STATES, method="by_certificate", label=_("Duty certificate"), empty_label=_("Any")
    )
    origin = filters.ChoiceFilter(choices=ORIGINS, method="by_origin", label=_("Origin"), empty_label=_("Any"))
    status = filters.ChoiceFilter(
        choices=STATUSES, method="by_status", label=_("Status"), empty_label=_("on the strength")
    )

    class Meta:
        model = Member
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        found = super().filter_queryset(queryset)
        if self.form.is_valid() and not self.form.cleaned_data.get("status"):
            return found.exclude(status=MemberStatus.LEFT)
        return found

    def get_form_class(self) -> Any:
        form = super().get_form_class()
        if not self.data.get("origin"):
            form.base_fields["origin"].widget = forms.HiddenInput()
        return form

    def search(self, rows: Any, _name: str, text: str) -> Any:
        return rows.search(text)

    def below(self, rows: Any, _name: str, unit: Unit) -> Any:
        return rows.below(unit)

    def by_status(self, rows: Any, _name: str, status: str) -> Any:
        return rows if status == "all" else rows.filter(status=status)

    def by_certificate(self, rows: Any, _name: str, state: str) -> Any:
        today = timezone.localdate()
        soon = today + dt.timedelta(days=ENDING_DAYS)
        own = DutyCertificate.objects.filter(member=OuterRef("pk"))
        valid, lasting = Exists(own.valid_on(today)), Exists(own.valid_on(soon))
        if state == "valid":
            return rows.filter(valid)
        if state == "ending":
            return rows.filter(valid).exclude(lasting)
        if state == "invalid":
            return rows.exclude(valid)
        return rows.exclude(valid).filter(Exists(own) if state == "expired" else ~Exists(own))

    def by_origin(self, rows: Any, _name: str, origin: str) -> Any:
        return rows.filter(is_veteran=True) if origin == "veteran" else rows.filter(source=Source.GRADUATE)


ENDINGS = [("ending", _("ends within 60 days")), ("expired", _("expired")), ("none", _("none"))]


class EndingFilter(StrictFilterSet):
    """The list of certificates whose end is in sight; needs `with_certificate_until`."""

    unit = UnitFilter(queryset=units_in_scope, method="below", label=_("Unit"), empty_label=_("All units"))
    state = filters.ChoiceFilter(
        choices=ENDINGS, method="by_state", label=_("Duty certificate"), empty_label=_("ending, expired or none")
    )

    class Meta:
        model = Member
        fields: list[str] = []

    def below(self, rows: Any, _name: str, unit: Unit) -> Any:
        return rows.below(unit)

    def by_state(self, rows: Any, _name: str, state: str) -> Any:
        today = timezone.localdate()
        if state == "ending":
            return rows.filter(certificate_until__gte=today)
        return rows.filter(certificate_until__lt=today) if state == "expired" else rows.filter(certificate_until=None)


PERIODS = [("", _("now and coming")), ("past", _("past")), ("all", _("all"))]


class AbsenceFilter(StrictFilterSet):
    q = filters.CharFilter(method="search", label=_("Name or pinyin"), max_length=40)
    unit = UnitFilter(queryset=units_in_scope, method="below", label=_("Unit"), empty_label=_("All units"))
    kind = filters.ChoiceFilter(choices=AbsenceKind.choices, label=_("Kind"), empty_label=_("All kinds"))
    period = filters.ChoiceFilter(choices=PERIODS[1:], method="by_period", label=_("Time"), empty_label=PERIODS[0][1])

    class Meta:
        model = Absence
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        found = super().filter_queryset(queryset)
        if self.form.is_valid() and not self.form.cleaned_data.get("period"):
            return found.filter(engagement__ends__gt=timezone.now())
        return found

    def search(self, rows: Any, _name: str, text: str) -> Any:
        return rows.filter(engagement__member__in=Member.objects.search(text))

    def below(self, rows: Any, _name: str, unit: Unit) -> Any:
        return rows.below(unit)

    def by_period(self, rows: Any, _name: str, period: str) -> Any:
        return rows.filter(engagement__ends__lte=timezone.now()) if period == "past" else rows
