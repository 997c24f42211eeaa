"""Forms of duty certificates."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from personnel.forms.members import DateInput
from personnel.models import Member
from personnel.rules.renewals import field_of
from personnel.services.renewals import Renewal


class CertificateForm(forms.Form):
    number = forms.CharField(label=_("certificate number"), max_length=40)
    valid_from = forms.DateField(label=_("valid from"), widget=DateInput())
    valid_until = forms.DateField(label=_("valid until"), widget=DateInput(), help_text=_("The last day counts."))


class WithdrawalForm(forms.Form):
    withdrawn_on = forms.DateField(
        label=_("withdrawn on"), widget=DateInput(), help_text=_("From this day on it is void.")
    )
    reason = forms.CharField(label=_("Reason"), max_length=200)


class RenewalForm(forms.Form):
    """The same days for everybody, and a number for each member, filled with the one that runs out."""

    valid_from = forms.DateField(label=_("valid from"), widget=DateInput())
    valid_until = forms.DateField(label=_("valid until"), widget=DateInput(), help_text=_("The last day counts."))

    def __init__(self, *args: Any, members: Iterable[Member], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.members = list(members)
        for member in self.members:
            self.fields[field_of(member)] = forms.CharField(
                label=_("%(name)s: certificate number") % {"name": member.name},
                max_length=40,
                initial=getattr(member, "certificate_number", "") or "",
            )

    def renewals(self) -> list[Renewal]:
        return [Renewal(member, self.cleaned_data[field_of(member)].strip()) for member in self.members]
