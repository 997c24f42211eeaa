"""How long the engine may search."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from patrols.forms.roster import next_month
from patrols.services import generation_all
from patrols.services.generation import DEFAULT_SECONDS, SECONDS
from teams.models import Unit


def _label(seconds: int) -> str:
    if seconds < 60:
        return ngettext("%(count)d second", "%(count)d seconds", seconds) % {"count": seconds}
    minutes = seconds // 60
    return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}


class GenerationForm(forms.Form):
    seconds = forms.TypedChoiceField(
        label=_("Search for"),
        choices=lambda: [(value, _label(value)) for value in SECONDS],
        coerce=int,
        initial=DEFAULT_SECONDS,
        help_text=_("A longer search finds fairer shares; the hard limits are kept in any case."),
    )


class GenerationAllForm(forms.Form):
    """Whose squadrons, which month, how long."""

    unit = forms.ModelChoiceField(label=_("Unit"), queryset=Unit.objects.none(), empty_label=None)
    month = forms.DateField(
        label=_("Month"),
        input_formats=["%Y-%m"],
        widget=forms.DateInput(attrs={"type": "month"}, format="%Y-%m"),
    )
    seconds = forms.TypedChoiceField(
        label=_("Search for"),
        choices=lambda: [(value, _label(value)) for value in generation_all.SECONDS],
        coerce=int,
        initial=generation_all.DEFAULT_SECONDS,
        help_text=_("All squadrons together; each gets its part by the number of its people."),
    )
    again = forms.BooleanField(
        label=_("Also drafts that hold duties already"),
        required=False,
        help_text=_("Their duties are replaced, but for the fixed ones."),
    )

    def __init__(self, data: Any, *, units: QuerySet[Unit], today: dt.date) -> None:
        super().__init__(data, initial={"month": next_month(today)[0], "unit": units.first()})
        field = self.fields["unit"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
        field.queryset = units
