"""Filters of the unit pages."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class UnitFilterForm(forms.Form):
    q = forms.CharField(
        label=_("Name or code"), required=False, max_length=80, widget=forms.TextInput(attrs={"type": "search"})
    )
    closed = forms.BooleanField(label=_("Closed ones too"), required=False)
