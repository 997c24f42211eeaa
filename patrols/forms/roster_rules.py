"""The form of a roster rule: it asks for what the rule's kind needs, and for nothing else."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lianfang.platform.problems import Problem
from patrols.models import RosterRule, RuleKind, ShiftType
from patrols.models.roster_rule import ABOUT_PEOPLE, DAY_BY_DAY, JUDGING
from patrols.rule_wording import HINTS, LABELS
from patrols.rules.roster_rules import FIGURES, rule_problems, stand_of
from patrols.rules.rule_dates import begin_problems, first_open_day
from personnel.models import Member
from teams.models import Unit

NUMBERS = ("least", "most", "percent")


class RosterRuleForm(forms.ModelForm[RosterRule]):
    people = forms.ModelMultipleChoiceField(
        label=_("People"), queryset=Member.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = RosterRule
        fields = [
            "shift_type",
            "next_shift_type",
            *NUMBERS,
            "group",
            "people",
            "is_hard",
            "grounds",
            "reason",
            "binds_from",
        ]
        widgets = {"binds_from": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}
        help_texts = {"reason": _("Only the squadron's leaders read grounds and reason.")}

    def __init__(self, *args: Any, members: QuerySet[Member], today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.initial["seen"] = stand_of(self.instance)
        self.stored = RosterRule.objects.filter(pk=self.instance.pk).first() if self.instance.pk else None
        kind, unit = self.instance.kind, self.instance.unit
        for name in self._unused():
            del self.fields[name]
        for name, field in self.fields.items():
            field.label = LABELS.get((kind, name), field.label)
        own = {
            "shift_type": ShiftType.objects.filter(unit=unit, is_active=True),
            "next_shift_type": ShiftType.objects.filter(unit=unit, is_active=True),
            # Also the one it speaks of that went meanwhile: else saving would make it a rule for everybody.
            "group": Unit.objects.filter(Q(pk__in=unit.groups()) | Q(pk=self.instance.group_id)),
            "people": members,
        }
        for name, rows in own.items():
            choice = self.fields.get(name)
            if isinstance(choice, forms.ModelChoiceField):
                choice.queryset = rows
        if kind == RuleKind.TOGETHER:
            self.fields["group"].help_text = _("A whole group, or people below.")
        elif isinstance(group := self.fields.get("group"), forms.ModelChoiceField):
            group.empty_label, group.help_text = gettext("the whole squadron"), ""
        if "grounds" in self.fields:
            self.fields["grounds"].required = True
        next(field for field in self.fields.values() if not field.widget.is_hidden).help_text = HINTS[kind]
        self._offer_day()

    def _offer_day(self) -> None:
        """From the first day that is not published, unless the leader says another."""
        if "binds_from" not in self.fields:
            return
        day = first_open_day(self.instance.unit, self.today)
        self.initial["binds_from"] = max(day, self.instance.binds_from or day)
        said = {"day": date_format(day, "DATE_FORMAT")}
        if self.instance.kind in DAY_BY_DAY:
            text = gettext(
                "Rosters are held to it from this day on, published ones too. Not published yet: from %(day)s."
            )
        else:
            text = gettext("Rosters that begin on this day or later are held to it. Not published yet: from %(day)s.")
        self.fields["binds_from"].help_text = text % said
        self.fields["binds_from"].label = (
            gettext("Binds from") if self.stored is None else gettext("Change takes effect on")
        )

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
        used |= {"binds_from"} if kind in JUDGING else set()
        used |= {"seen"} if self.instance.pk else set()
        return [name for name in self.fields if name not in used]

    def clean_people(self) -> list[int]:
        return [member.pk for member in self.cleaned_data["people"]]

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if not self.errors:
            for problem in rule_problems(self.instance) or self._day_problems():
                self.add_error(problem.field if problem.field in self.fields else None, problem.message)

    def _day_problems(self) -> list[Problem]:
        return begin_problems(self.instance, self.stored, self.today) if "binds_from" in self.fields else []


class RuleEndForm(forms.Form):
    """From which day a rule no longer binds."""

    day = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
