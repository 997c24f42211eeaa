"""Forms of duty certificates."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from personnel.forms.members import DateInput


class CertificateForm(forms.Form):
    number = forms.CharField(label=_("certificate number"), max_length=40)
    valid_from = forms.DateField(label=_("valid from"), widget=DateInput())
    valid_until = forms.DateField(label=_("valid until"), widget=DateInput(), help_text=_("The last day counts."))


class WithdrawalForm(forms.Form):
    withdrawn_on = forms.DateField(
        label=_("withdrawn on"), widget=DateInput(), help_text=_("From this day on it is void.")
    )
    reason = forms.CharField(label=_("Reason"), max_length=200)
