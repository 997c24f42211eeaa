"""Forms of beats and their checkpoints."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patrols.forms.cover import refuse_repeated
from patrols.models import Beat, Checkpoint
from patrols.rules.beats import (
    Stop,
    Unreadable,
    Window,
    beat_problems,
    geometry_of,
    places_from_text,
    places_of,
    windows_from_text,
)

TEXT_LIMIT = 20_000


class BeatForm(forms.ModelForm[Beat]):
    """The drawing is a text of coordinates; the map writes it, and it can be typed without the map."""

    geometry = forms.CharField(
        label=gettext_lazy("Coordinates"),
        required=False,
        max_length=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy("One place a line: longitude, latitude. The map above writes them too."),
    )

    class Meta:
        model = Beat
        fields = ["name", "kind", "risk", "position", "is_active"]

    field_order = ["name", "kind", "risk", "position", "is_active", "geometry"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["geometry"] = "\n".join(f"{x}, {y}" for x, y in places_of(self.instance.geometry))

    def clean(self) -> dict[str, Any] | None:
        data = super().clean() or {}
        refuse_repeated(self, "name", _("The squadron already has a beat of this name."))
        try:
            places = places_from_text(data.get("geometry") or "")
        except Unreadable as error:
            self.add_error("geometry", _("“%(line)s” is no place: longitude, latitude.") % {"line": error.args[0]})
            return data
        if "kind" in data:
            if data["kind"] == "point" and len(places) > 1:
                self.add_error("geometry", _("A point beat has one place."))
            self.instance.geometry = geometry_of(data["kind"], places)
        return data

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if "geometry" not in self.errors and "kind" in self.cleaned_data:
            for problem in beat_problems(self.instance):
                self.add_error(problem.field, problem.message)


class CheckpointForm(forms.ModelForm[Checkpoint]):
    windows = forms.CharField(
        label=gettext_lazy("Visit windows"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"placeholder": "08:00-08:30, 22:00-02:00", "autocomplete": "off"}),
    )

    longitude = forms.FloatField(label=gettext_lazy("Longitude"), required=False, min_value=-180, max_value=180)
    latitude = forms.FloatField(label=gettext_lazy("Latitude"), required=False, min_value=-90, max_value=90)

    class Meta:
        model = Checkpoint
        fields = ["name", "position", "longitude", "latitude"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["position"].required = False
        if self.instance.pk:
            self.initial["windows"] = self.instance.windows_text
        else:
            self.initial["position"] = None  # an untouched row stays nothing
        for name in ("longitude", "latitude"):
            self.fields[name].widget.attrs["step"] = "any"

    def clean_position(self) -> int:
        return self.cleaned_data.get("position") or 0

    def clean(self) -> dict[str, Any] | None:
        data = super().clean() or {}
        if {"longitude", "latitude"} <= data.keys() and (data["longitude"] is None) != (data["latitude"] is None):
            self.add_error("latitude", _("Give longitude and latitude, or neither."))
        return data

    def clean_windows(self) -> tuple[Window, ...]:
        try:
            return windows_from_text(self.cleaned_data["windows"])
        except Unreadable as error:
            text = _("“%(text)s” is no window: write 22:00-02:00, several with commas.")
            raise forms.ValidationError(text % {"text": error.args[0]}) from None

    def stop(self) -> Stop:
        return Stop(self.instance, self.cleaned_data["windows"])


CheckpointFormSet = forms.inlineformset_factory(
    Beat, Checkpoint, form=CheckpointForm, extra=3, can_delete=True, max_num=60
)
