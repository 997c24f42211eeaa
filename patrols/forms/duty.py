"""The plain form behind one cell of the grid."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from patrols.services.duties import NO_BEAT, CellChange, mark_of
from patrols.services.rostering import Sheet

AUTOMATIC = "auto"


class DutyCellForm(forms.Form):
    """A shift type (or none) and a beat; `expected` carries what stood there when the page was made."""

    shift = forms.ChoiceField(label=_("Shift"), required=False)
    beat = forms.ChoiceField(label=_("Beat"), required=False)
    is_fixed = forms.BooleanField(label=_("Keep this cell when the roster is generated"), required=False, initial=True)
    expected = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any, *, sheet: Sheet, member_id: int, day: dt.date) -> None:
        duty = next((d for d in sheet.duties if d.member_id == member_id and d.day == day), None)
        codes = {shift.pk: shift.code for shift in sheet.shift_types}
        initial = {
            "shift": codes[duty.shift_type_id] if duty else "",
            "beat": str(duty.beat_id or NO_BEAT) if duty else AUTOMATIC,
            "is_fixed": duty.is_fixed if duty else True,
            "expected": mark_of(duty),
        }
        super().__init__(data, initial=initial)
        self.member_id, self.day = member_id, day
        shifts = [(s.code, f"{s.code} {s.name} {s.hours_text}") for s in sheet.shift_types if s.is_active]
        self._choices("shift").choices = [("", _("Free")), *shifts]
        beats = [(str(b.pk), b.name) for b in sheet.beats]
        self._choices("beat").choices = [(AUTOMATIC, _("Choose automatically")), (str(NO_BEAT), _("No beat")), *beats]

    def change(self) -> CellChange:
        beat = self.cleaned_data["beat"] or AUTOMATIC
        return CellChange(
            member_id=self.member_id,
            day=self.day,
            shift_code=self.cleaned_data["shift"] or None,
            beat_id=None if beat == AUTOMATIC else int(beat),
            expected=self.cleaned_data["expected"],
            is_fixed=self.cleaned_data["is_fixed"],
        )

    def _choices(self, name: str) -> forms.ChoiceField:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        return field
