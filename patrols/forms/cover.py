"""Forms of beats, shift types and cover."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from patrols.models import BeatKind, CoverRequirement, ShiftType
from patrols.models.cover import WEEKDAYS
from patrols.models.task import IN_PAIRS, LEAST_TOGETHER, NEEDS_OFFICER, choices
from patrols.rules.cover import USUAL_TASK, cover_problems, task_problems
from personnel.models import SkillKind
from teams.models import Unit

WEEKDAY_CHOICES = list(enumerate(WEEKDAYS))


def day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def refuse_repeated(form: forms.ModelForm[Any], field: str, text: Any) -> None:
    """The unit is no field of the form, so Django leaves out the constraints that name it."""
    value = form.cleaned_data.get(field)
    same = form._meta.model._default_manager.filter(unit=form.instance.unit, **{field: value})
    if value and same.exclude(pk=form.instance.pk).exists():
        form.add_error(field, text)


class ShiftTypeForm(forms.ModelForm[ShiftType]):
    """The end follows from start and length; it is entered as hours, which people know."""

    hours = forms.DecimalField(label=_("Length in hours"), min_value=0.25, max_value=24, max_digits=4, decimal_places=2)

    class Meta:
        model = ShiftType
        fields = ["code", "name", "key", "starts_at", "is_night", "is_training", "counting_factor", "colour"]
        fields += ["position", "is_active"]
        widgets = {"starts_at": forms.TimeInput(attrs={"type": "time"}, format="%H:%M")}

    field_order = ["code", "name", "key", "starts_at", "hours"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["hours"].initial = self.instance.minutes / 60 if self.instance.minutes else 8

    def clean(self) -> dict[str, Any] | None:
        data = super().clean()
        refuse_repeated(self, "code", _("Another shift type of the squadron has this code."))
        refuse_repeated(self, "key", _("Another shift type of the squadron has this key."))
        return data

    def _post_clean(self) -> None:
        if hours := self.cleaned_data.get("hours"):
            self.instance.minutes = round(hours * 60)
        super()._post_clean()  # type: ignore[misc]


class TaskField(forms.ChoiceField):
    """The tasks that members may have; one that they may not is refused with the law's reason."""

    def validate(self, value: Any) -> None:
        if problems := task_problems(value):
            raise forms.ValidationError(str(problems[0].message), code=problems[0].code)
        super().validate(value)


class CoverForm(forms.ModelForm[CoverRequirement]):
    """One need: in which shift, for what, on which days, how many, who among them."""

    task_kind = TaskField(label=_("Task"), choices=choices)
    weekdays = forms.TypedMultipleChoiceField(
        label=_("Weekdays"), choices=WEEKDAY_CHOICES, coerce=int, widget=forms.CheckboxSelectMultiple, required=False
    )

    class Meta:
        model = CoverRequirement
        fields = [
            "shift_type",
            "task_kind",
            "minimum",
            "ideal",
            "officer_led",
            "weekdays",
            "on_holidays",
            "first_day",
            "last_day",
        ]
        widgets = {"first_day": day_input(), "last_day": day_input()}

    def __init__(self, *args: Any, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["shift_type"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - a foreign key
        field.queryset = ShiftType.objects.filter(unit=unit)
        field.empty_label = None
        if not self.instance.pk:
            self.initial.setdefault("weekdays", list(range(7)))
            kind = self.instance.beat.kind if self.instance.beat_id else BeatKind.POINT
            self.initial["task_kind"] = task = USUAL_TASK[BeatKind(kind)]
            if task in IN_PAIRS:
                self.initial.update({"minimum": LEAST_TOGETHER, "ideal": LEAST_TOGETHER})
        asked = {row.skill: row.count for row in self.instance.skills.all()} if self.instance.pk else {}
        for kind, label in SkillKind.choices:
            self.fields[f"skill_{kind}"] = forms.IntegerField(
                label=_("%(skill)s (people)") % {"skill": label},
                required=False,
                min_value=0,
                max_value=50,
                initial=asked.get(kind),
            )

    def skill_fields(self) -> list[forms.BoundField]:
        return [self[f"skill_{kind}"] for kind in SkillKind.values]

    @property
    def has_skills(self) -> bool:
        return any(field.value() not in (None, "") for field in self.skill_fields())

    def skills(self) -> dict[str, int]:
        """People asked for, by skill."""
        counts = {kind: self.cleaned_data.get(f"skill_{kind}") for kind in SkillKind.values}
        return {kind: count for kind, count in counts.items() if count}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("task_kind") in NEEDS_OFFICER:
            data["officer_led"] = True  # the law leaves no choice
        return data

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if {"minimum", "ideal", "task_kind"} <= self.cleaned_data.keys():
            for problem in cover_problems(self.instance, self.skills()):
                self.add_error(problem.field, problem.message)
        if not self.errors:
            self.instance.wanted_skills = self.skills()


CoverFormSet = forms.modelformset_factory(CoverRequirement, form=CoverForm, extra=0, can_delete=True)
