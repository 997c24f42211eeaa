"""The form of working-time limits."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from patrols.models import WorkingTimeLimits
from teams.models import Unit


class LimitsForm(forms.ModelForm[WorkingTimeLimits]):
    """The unit is one of those whose limits the user sets."""

    class Meta:
        model = WorkingTimeLimits
        fields = [
            "unit",
            "staff_category",
            "hours_a_day",
            "hours_a_week",
            "standard_hours_a_day",
            "overtime_a_month",
            "counted_over",
            "rest_between_shifts",
            "consecutive_days",
            "consecutive_nights",
            "least_days_in_a_row",
            "least_nights_in_a_row",
            "days_off_a_week",
        ]

    def __init__(self, *args: Any, units: QuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["unit"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - a foreign key
        field.queryset, field.required, field.empty_label, field.help_text = units, True, None, ""
