"""The form that asks for an emergency exception."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from patrols.forms.cover import day_input
from patrols.models import EmergencyException, WaivableLimit
from patrols.rules.exceptions import asking_problems, people_problems
from personnel.models import Member
from teams.models import Unit


class ExceptionForm(forms.ModelForm[EmergencyException]):
    limits = forms.MultipleChoiceField(
        label=_("Limits lifted"), choices=WaivableLimit.choices, widget=forms.CheckboxSelectMultiple
    )

    people = forms.ModelMultipleChoiceField(
        label=_("For whom"),
        queryset=Member.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Nobody chosen: the whole squadron."),
    )

    class Meta:
        model = EmergencyException
        fields = ["unit", "limits", "people", "first_day", "last_day", "reason"]
        widgets = {"first_day": day_input(), "last_day": day_input()}
        help_texts = {"reason": _("Flood, fire, a major accident, a call-out by the district (Labour Law, art. 42).")}

    def __init__(self, *args: Any, units: QuerySet[Unit], members: QuerySet[Member], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["unit"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - a foreign key
        field.queryset, field.empty_label = units, None
        people = self.fields["people"]
        assert isinstance(people, forms.ModelMultipleChoiceField)  # noqa: S101 - declared above
        people.queryset = members

    def clean_people(self) -> list[int]:
        return [member.pk for member in self.cleaned_data["people"]]

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if not self.errors:
            for problem in asking_problems(self.instance) + people_problems(self.instance):
                self.add_error(problem.field, problem.message)
