"""Forms of rotas: the pattern as text, the crews by the day of it on which each begins."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from patrols.forms.cover import day_input, refuse_repeated
from patrols.models import Roster, Rota
from patrols.models.rota import LONGEST_PATTERN, MOST_CREWS, OFF
from teams.models import Unit

FREE = frozenset({"休", "-", "—", "off", "0"})  # how people write a free day
SHOWN_FREE = "休"


class PatternField(forms.CharField):
    """Shift codes with spaces between them; 休 or - is a free day."""

    def prepare_value(self, value: Any) -> Any:
        return " ".join(code or SHOWN_FREE for code in value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        codes = [OFF if code.lower() in FREE else code for code in super().clean(value).split()]
        if len(codes) > LONGEST_PATTERN:
            raise forms.ValidationError(_("At most %(days)d days."), params={"days": LONGEST_PATTERN})
        if any(len(code) > 2 for code in codes):
            raise forms.ValidationError(_("Write a space between two days: early early off off."))
        return codes


class CrewsField(forms.CharField):
    """The day of the pattern on which each crew begins, counted from 1."""

    def prepare_value(self, value: Any) -> Any:
        return " ".join(str(offset + 1) for offset in value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[int]:
        words = super().clean(value).split()
        days = {str(day) for day in range(1, LONGEST_PATTERN + 1)}
        if not days.issuperset(words):
            raise forms.ValidationError(_("Write one day number for each crew: 1 3 5 7."))
        if len(words) > MOST_CREWS:
            raise forms.ValidationError(_("At most %(crews)d crews."), params={"crews": MOST_CREWS})
        return [int(word) - 1 for word in words]


class RotaForm(forms.ModelForm[Rota]):
    pattern = PatternField(
        label=_("Pattern"),
        help_text=_("One shift code a day with a space between, - for a free day."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    offsets = CrewsField(
        label=_("Crews"),
        help_text=_("The day of the pattern on which each crew begins: 1 3 5 7 are four crews, two days apart."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    class Meta:
        model = Rota
        fields = ["name", "pattern", "offsets"]

    def clean(self) -> dict[str, Any] | None:
        data = super().clean()
        refuse_repeated(self, "name", _("The squadron already has a rota of this name."))
        return data


class RotaApplyForm(forms.Form):
    """Which rota, from which day, which crew each group works as."""

    rota = forms.ModelChoiceField(label=_("Rota"), queryset=Rota.objects.none(), empty_label=None)
    start = forms.DateField(label=_("The pattern begins on"), widget=day_input())

    def __init__(self, data: Any, *, roster: Roster, rota: Rota | None, groups: Iterable[Unit]) -> None:
        super().__init__(data, initial={"start": roster.first_day, "rota": rota})
        field = self.fields["rota"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
        field.queryset = Rota.objects.filter(unit=roster.unit_id)
        most = max((row.crew_count for row in field.queryset), default=0)
        crews = [("", _("not in this rota")), *((n, _("crew %(number)d") % {"number": n + 1}) for n in range(most))]
        for number, group in enumerate(groups):
            self.fields[f"crew_{group.pk}"] = forms.TypedChoiceField(
                label=group.label,
                choices=crews,
                coerce=int,
                required=False,
                empty_value=None,
                initial=number % most if most else "",
            )
        self.fields["accept_breach"] = forms.BooleanField(
            label=_("Apply it although it breaks limits"),
            required=False,
            help_text=_("The cells are outlined in the grid, and publishing is refused until they are put right."),
        )

    def clean(self) -> dict[str, Any] | None:
        data = super().clean() or {}
        rota = data.get("rota")
        for name in [name for name in data if name.startswith("crew_")]:
            if rota is not None and data[name] is not None and data[name] >= rota.crew_count:
                text = _("This rota has %(count)d crews.") % {"count": rota.crew_count}
                self.add_error(name, text)
        return data

    @property
    def crews(self) -> dict[int, int]:
        """The chosen crew of each group that takes part."""
        chosen = {name.removeprefix("crew_"): crew for name, crew in self.cleaned_data.items() if "crew_" in name}
        return {int(group): crew for group, crew in chosen.items() if crew is not None}

    @property
    def start_day(self) -> dt.date:
        day: dt.date = self.cleaned_data["start"]
        return day
