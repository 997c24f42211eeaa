"""Forms of beats, shift types and cover."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from patrols.models import Beat, CoverRequirement, ShiftType
from patrols.models.cover import WEEKDAYS
from teams.models import Unit

WEEKDAY_CHOICES = list(enumerate(WEEKDAYS))


def day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def refuse_repeated(form: forms.ModelForm[Any], field: str, text: Any) -> None:
    """The unit is no field of the form, so Django leaves out the constraints that name it."""
    value = form.cleaned_data.get(field)
    same = form._meta.model._default_manager.filter(unit=form.instance.unit, **{field: value})
    if value and same.exclude(pk=form.instance.pk).exists():
        form.add_error(field, text)


class BeatForm(forms.ModelForm[Beat]):
    class Meta:
        model = Beat
        fields = ["name", "kind", "position", "is_active"]

    def clean(self) -> dict[str, Any] | None:
        data = super().clean()
        refuse_repeated(self, "name", _("The squadron already has a beat of this name."))
        return data


class ShiftTypeForm(forms.ModelForm[ShiftType]):
    """The end follows from start and length; it is entered as hours, which people know."""

    hours = forms.DecimalField(label=_("Length in hours"), min_value=0.25, max_value=24, max_digits=4, decimal_places=2)

    class Meta:
        model = ShiftType
        fields = ["code", "name", "key", "starts_at", "is_night", "counting_factor", "colour", "position", "is_active"]
        widgets = {"starts_at": forms.TimeInput(attrs={"type": "time"}, format="%H:%M")}

    field_order = ["code", "name", "key", "starts_at", "hours"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["hours"].initial = self.instance.minutes / 60 if self.instance.minutes else 8

    def clean(self) -> dict[str, Any] | None:
        data = super().clean()
        refuse_repeated(self, "code", _("Another shift type of the squadron has this code."))
        refuse_repeated(self, "key", _("Another shift type of the squadron has this key."))
        return data

    def _post_clean(self) -> None:
        if hours := self.cleaned_data.get("hours"):
            self.instance.minutes = round(hours * 60)
        super()._post_clean()  # type: ignore[misc]


class CoverForm(forms.ModelForm[CoverRequirement]):
    """One need: in which shift, on which days, how many."""

    weekdays = forms.TypedMultipleChoiceField(
        label=_("Weekdays"), choices=WEEKDAY_CHOICES, coerce=int, widget=forms.CheckboxSelectMultiple, required=False
    )

    class Meta:
        model = CoverRequirement
        fields = ["shift_type", "weekdays", "on_holidays", "minimum", "ideal", "first_day", "last_day"]
        widgets = {"first_day": day_input(), "last_day": day_input()}

    def __init__(self, *args: Any, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["shift_type"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - a foreign key
        field.queryset = ShiftType.objects.filter(unit=unit)
        field.empty_label = None
        if not self.instance.pk:
            self.initial.setdefault("weekdays", list(range(7)))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        minimum, ideal = data.get("minimum"), data.get("ideal")
        if minimum is not None and ideal is not None and ideal < minimum:
            self.add_error("ideal", _("The ideal is at least the minimum."))
        first, last = data.get("first_day"), data.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("The last day lies before the first."))
        return data


CoverFormSet = forms.modelformset_factory(CoverRequirement, form=CoverForm, extra=0, can_delete=True)
