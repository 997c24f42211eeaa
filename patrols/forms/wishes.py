"""The form of a wish, made for a thumb: the day, what, how much."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from patrols.models import ShiftType, Wish
from patrols.rules.wishes import Terms, wish_problems

OFF, ON = "off", "on"


class WishForm(forms.ModelForm[Wish]):
    """`what` is one choice for the member and two columns for us: on or off, and which shift."""

    what = forms.ChoiceField(label=_("Wish"))

    class Meta:
        model = Wish
        fields = ["day", "weight", "note"]
        widgets = {"weight": forms.RadioSelect}
        help_texts = {"note": _("Your leader reads it; may stay empty.")}

    field_order = ["day", "what", "weight", "note"]

    def __init__(self, *args: Any, shifts: list[ShiftType], terms: Terms, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.shifts = {str(shift.pk): shift for shift in shifts}
        self.terms, self.today = terms, today
        ends = {"min": terms.first_open(today).isoformat(), "max": terms.last_open(today).isoformat()}
        self.fields["day"].widget = forms.DateInput(attrs={"type": "date", **ends}, format="%Y-%m-%d")
        what = self.fields["what"]
        assert isinstance(what, forms.ChoiceField)  # noqa: S101 - declared above
        what.choices = [
            (OFF, _("day off")),
            *((f"{OFF}:{pk}", _("not on %(shift)s") % {"shift": shift.name}) for pk, shift in self.shifts.items()),
            (ON, _("on duty")),
            *((f"{ON}:{pk}", _("on %(shift)s") % {"shift": shift.name}) for pk, shift in self.shifts.items()),
        ]

    def _post_clean(self) -> None:
        wants, _colon, shift = self.cleaned_data.get("what", "").partition(":")
        self.instance.wants, self.instance.shift_type = wants == ON, self.shifts.get(shift)
        super()._post_clean()  # type: ignore[misc]
        if not self.errors:
            for problem in wish_problems(self.instance, self.terms, self.today):
                self.add_error(problem.field, problem.message)
