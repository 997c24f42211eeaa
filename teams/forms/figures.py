"""The form of a unit's yearly figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms

from teams.models import YearlyFigures
from teams.models.figures import COUNTS

if TYPE_CHECKING:
    Form = forms.ModelForm[YearlyFigures]
else:
    Form = forms.ModelForm


class FiguresForm(Form):
    class Meta:
        model = YearlyFigures
        fields = COUNTS
