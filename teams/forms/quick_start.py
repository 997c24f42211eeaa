"""The forms of the first run: all units at once, an account for each squadron's leader."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from lianfang.platform.names import name_keys
from teams.models import Unit
from teams.services.quick_start import MAX_GROUPS, Plan


class QuickStartForm(forms.Form):
    district = forms.CharField(label=_("District or county"), max_length=80)
    division = forms.CharField(
        label=_("Division code"),
        max_length=6,
        validators=[RegexValidator(r"^[0-9]{6}\Z", _("A division code has six digits."))],
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        help_text=_("Its six digits; the unit codes count on from them and can be changed later."),
    )
    brigade = forms.CharField(label=_("Brigade"), max_length=80, initial=_("Joint-defence brigade"))
    squadrons = forms.CharField(
        label=_("Squadrons"),
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("One a line, as they are called: usually one for each police station."),
    )
    groups = forms.IntegerField(
        label=_("Patrol groups in each squadron"),
        min_value=0,
        max_value=MAX_GROUPS,
        initial=4,
        help_text=_("They can be renamed, added and closed later."),
    )

    def plan(self) -> Plan:
        data = self.cleaned_data
        names = [name for line in data["squadrons"].splitlines() if (name := " ".join(line.split()))]
        return Plan(data["division"], data["district"], data["brigade"], names, data["groups"])


class LeadersForm(forms.Form):
    """A line for each squadron without a leader's account: the leader's name, and a user name if it shall differ."""

    def __init__(self, data: Any, units: Sequence[Unit]) -> None:
        super().__init__(data)
        self.units = units
        for unit in units:
            label = {"unit": unit.name}
            self.fields[f"name-{unit.pk}"] = forms.CharField(
                label=_("Leader of %(unit)s") % label, max_length=40, required=False
            )
            self.fields[f"username-{unit.pk}"] = forms.CharField(
                label=_("User name for %(unit)s") % label, max_length=40, required=False
            )

    def lines(self) -> Iterator[tuple[Unit, Any, Any]]:
        """Each squadron with its two fields, for the template."""
        for unit in self.units:
            yield unit, self[f"name-{unit.pk}"], self[f"username-{unit.pk}"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not self.leaders():
            raise forms.ValidationError(_("Enter at least one leader's name."))
        return cleaned

    def leaders(self) -> list[tuple[Unit, str, str]]:
        """(squadron, name, user name) of the lines filled in; without a user name the name's pinyin with a number."""
        found = []
        for unit in self.units:
            name = self.cleaned_data.get(f"name-{unit.pk}", "").strip()
            username = self.cleaned_data.get(f"username-{unit.pk}", "").strip()
            if name or username:
                found.append((unit, name, username or _username(name, unit)))
        return found


def _username(name: str, unit: Unit) -> str:
    """The leader's name in pinyin and the squadron's number: zhoujianguo11."""
    return f"{name_keys(name)[0].replace(' ', '')}{unit.code[-6:-2].lstrip('0')}"
