"""Forms of skills and protected times."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from personnel.forms.members import DateInput
from personnel.models import ProtectionKind, SkillKind


class SkillForm(forms.Form):
    skill = forms.ChoiceField(label=_("Skill"), choices=SkillKind.choices)
    proof = forms.CharField(
        label=_("Proof"), max_length=60, help_text=_("Licence or certificate, with its number or class.")
    )
    valid_until = forms.DateField(
        label=_("Valid until"), widget=DateInput(), required=False, help_text=_("Empty: it does not run out.")
    )


class ProtectionForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), choices=ProtectionKind.choices)
    first_day = forms.DateField(label=_("From"), widget=DateInput())
    last_day = forms.DateField(label=_("Until"), widget=DateInput(), help_text=_("The last day counts."))
