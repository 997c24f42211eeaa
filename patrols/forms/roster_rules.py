"""The form of a roster rule: it asks for what the rule's kind needs, and for nothing else."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from patrols.models import RosterRule, RuleKind, ShiftType
from patrols.models.roster_rule import ABOUT_PEOPLE
from patrols.rule_wording import HINTS, LABELS
from patrols.rules.roster_rules import FIGURES, rule_problems
from personnel.models import Member

NUMBERS = ("least", "most", "percent")


class RosterRuleForm(forms.ModelForm[RosterRule]):
    people = forms.ModelMultipleChoiceField(
        label=_("People"), queryset=Member.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = RosterRule
        fields = ["shift_type", "next_shift_type", *NUMBERS, "group", "people", "is_hard", "grounds", "reason"]
        help_texts = {"reason": _("Only the squadron's leaders read grounds and reason.")}

    def __init__(self, *args: Any, members: QuerySet[Member], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind, unit = self.instance.kind, self.instance.unit
        for name in self._unused():
            del self.fields[name]
        for name, field in self.fields.items():
            field.label = LABELS.get((kind, name), field.label)
        own = {
            "shift_type": ShiftType.objects.filter(unit=unit, is_active=True),
            "next_shift_type": ShiftType.objects.filter(unit=unit, is_active=True),
            "group": unit.groups(),
            "people": members,
        }
        for name, rows in own.items():
            choice = self.fields.get(name)
            if isinstance(choice, forms.ModelChoiceField):
                choice.queryset = rows
        if "group" in self.fields and kind == RuleKind.TOGETHER:
            self.fields["group"].help_text = _("A whole group, or people below.")
        if "grounds" in self.fields:
            self.fields["grounds"].required = True
        self.fields[next(iter(self.fields))].help_text = HINTS[kind]

    def _unused(self) -> list[str]:
        kind = self.instance.kind
        figures = FIGURES[kind]
        used = {name for name in NUMBERS if getattr(figures, name)}
        used |= {"shift_type"} if figures.shift else set()
        used |= {"next_shift_type"} if figures.next_shift else set()
        used |= {"group"} if figures.group else set()
        used |= {"is_hard"} if figures.strict is None else set()
        used |= {"people"} if kind in ABOUT_PEOPLE else set()
        used |= {"grounds", "reason"} if kind == RuleKind.APART else set()
        return [name for name in self.fields if name not in used]

    def clean_people(self) -> list[int]:
        return [member.pk for member in self.cleaned_data["people"]]

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if not self.errors:
            for problem in rule_problems(self.instance):
                self.add_error(problem.field if problem.field in self.fields else None, problem.message)
