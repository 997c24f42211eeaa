"""The form of an absence."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from personnel.forms.members import DateInput
from personnel.models import AbsenceKind
from personnel.models.member import MemberQuerySet


class MemberChoiceField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Members by name, with their unit beside it: people of one name are common."""

    def label_from_instance(self, member: Any) -> str:
        return f"{member.name}（{member.unit.label}）"


class AbsenceForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), choices=AbsenceKind.choices)
    first_day = forms.DateField(label=_("First day"), widget=DateInput())
    last_day = forms.DateField(label=_("Last day"), widget=DateInput(), help_text=_("The last day counts."))
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def __init__(self, *args: Any, members: MemberQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = members.select_related("unit").order_by("name_pinyin", "pk")
        self.fields["member"] = MemberChoiceField(queryset=rows, label=_("Member"), empty_label=_("Choose a member"))
        self.order_fields(["member", "kind", "first_day", "last_day", "note"])
