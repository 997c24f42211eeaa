"""The form of a unit's leader."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

from teams.models import UnitLeader

if TYPE_CHECKING:
    Form = forms.ModelForm[UnitLeader]
else:
    Form = forms.ModelForm


def _date() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class LeaderForm(Form):
    class Meta:
        model = UnitLeader
        fields = ["line", "name", "title", "starts", "ends"]
        widgets = {"starts": _date(), "ends": _date()}

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}
