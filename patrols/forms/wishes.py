"""The form of a wish, made for a thumb: the day, what, how much."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lianfang.platform.problems import Problem
from patrols.models import Roster, ShiftType, Wish
from patrols.rules.wishes import Terms, entry_problems, wish_problems
from personnel.models import Member

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
            for problem in self._problems():
                self.add_error(problem.field, problem.message)

    def _get_validation_exclusions(self) -> set[str]:
        """Django would tell of the constraint; the rules say the same in words for people."""
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return excluded | {"member"}

    def _problems(self) -> list[Problem]:
        return wish_problems(self.instance, self.terms, self.today)


class MemberChoiceField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """People with their group, for names repeat."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name} · {obj.unit.label}"


class EnteredWishForm(WishForm):
    """A leader's, in a member's name: the days are those of the roster, and a changed wish stays the same member's."""

    member = MemberChoiceField(label=_("Member"), queryset=Member.objects.none())

    class Meta(WishForm.Meta):
        fields = ["member", "day", "weight", "note"]
        help_texts = {"note": _("For instance how the member asked: on paper, by phone.")}

    field_order = ["member", "day", "what", "weight", "note"]

    def __init__(self, *args: Any, roster: Roster, members: QuerySet[Member], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.roster = roster
        first = max(roster.first_day, self.today + dt.timedelta(days=1))
        ends = {"min": first.isoformat(), "max": roster.last_day.isoformat()}
        self.fields["day"].widget = forms.DateInput(attrs={"type": "date", **ends}, format="%Y-%m-%d")
        if self.instance.pk:
            del self.fields["member"]
            shift = f":{self.instance.shift_type_id}" if self.instance.shift_type_id else ""
            self.initial["what"] = (ON if self.instance.wants else OFF) + shift
        else:
            choice = self.fields["member"]
            assert isinstance(choice, forms.ModelChoiceField)  # noqa: S101 - declared above
            choice.queryset = members

    def clean_day(self) -> dt.date:
        day: dt.date = self.cleaned_data["day"]
        if not self.roster.first_day <= day <= self.roster.last_day:
            raise forms.ValidationError(gettext("Choose one of the roster's days."))
        return day

    def _problems(self) -> list[Problem]:
        self.instance.unit = self.instance.member.unit
        return entry_problems(self.instance, self.terms, self.today)
