"""Forms around a roster's life."""

from __future__ import annotations

import calendar
import datetime as dt
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from teams.models import Unit


class RosterForm(forms.Form):
    """A new roster: which squadron, from when to when; the next whole month by default."""

    unit = forms.ModelChoiceField(label=_("Squadron"), queryset=Unit.objects.none(), empty_label=None)
    first_day = forms.DateField(label=_("First day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    last_day = forms.DateField(label=_("Last day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, data: Any, *, units: QuerySet[Unit], today: dt.date) -> None:
        first, last = next_month(today)
        super().__init__(data, initial={"first_day": first, "last_day": last, "unit": units.first()})
        field = self.fields["unit"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
        field.queryset = units


class ReasonForm(forms.Form):
    """Why a published roster is taken back."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("It stays in the history beside the change."),
    )


class RemarkForm(forms.Form):
    """A word about one day; empty takes it away."""

    text = forms.CharField(label=_("Remark"), max_length=80, required=False, help_text=_("Empty takes it away."))


def next_month(today: dt.date) -> tuple[dt.date, dt.date]:
    """First and last day of the month after `today`'s."""
    first = (today.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
    return first, first.replace(day=calendar.monthrange(first.year, first.month)[1])
