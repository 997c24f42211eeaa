"""How long the engine may search."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from patrols.services.generation import DEFAULT_SECONDS, SECONDS


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
