"""Forms of the register of sworn officers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from patrols.forms.cover import WEEKDAY_CHOICES, day_input
from patrols.models import Beat, OfficerAvailability, SwornOfficer, TaskKind
from patrols.models.task import NEEDS_OFFICER
from teams.models import Unit, User
from teams.policy import Role

LEADABLE = [(kind.value, kind.label) for kind in (*NEEDS_OFFICER, TaskKind.PATROL)]


class OfficerForm(forms.ModelForm[SwornOfficer]):
    task_kinds = forms.MultipleChoiceField(
        label=_("May lead"),
        choices=LEADABLE,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("None chosen: every task that needs an officer."),
    )

    class Meta:
        model = SwornOfficer
        fields = ["name", "post", "user", "beats", "task_kinds", "is_active"]
        widgets = {"beats": forms.CheckboxSelectMultiple}
        labels = {"is_active": _("Can be named as lead")}
        help_texts = {"beats": _("None chosen: all beats of the squadron.")}

    def __init__(self, *args: Any, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        beats, user = self.fields["beats"], self.fields["user"]
        assert isinstance(beats, forms.ModelChoiceField)  # noqa: S101 - a relation
        assert isinstance(user, forms.ModelChoiceField)  # noqa: S101 - a foreign key
        beats.queryset = Beat.objects.filter(unit=unit, is_active=True).select_related("unit")
        posts = {"posts__role": Role.OFFICER, "posts__unit__path__startswith": unit.path}
        user.queryset = User.objects.filter(**posts).distinct()
        user.empty_label = _("no account")


class AvailabilityForm(forms.ModelForm[OfficerAvailability]):
    weekdays = forms.TypedMultipleChoiceField(
        label=_("Weekdays"), choices=WEEKDAY_CHOICES, coerce=int, widget=forms.CheckboxSelectMultiple, required=False
    )

    class Meta:
        model = OfficerAvailability
        fields = ["weekdays", "starts_at", "ends_at", "first_day", "last_day"]
        widgets = {
            "first_day": day_input(),
            "last_day": day_input(),
            "starts_at": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "ends_at": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            self.initial["weekdays"] = []  # an untouched row stays nothing


AvailabilityFormSet = forms.inlineformset_factory(
    SwornOfficer, OfficerAvailability, form=AvailabilityForm, extra=2, can_delete=True, max_num=20
)
