"""The form of a status change."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from personnel.forms.members import DateInput
from personnel.models import StatusChangeKind


class StatusForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind of change"), widget=forms.RadioSelect())
    on = forms.DateField(label=_("From"), widget=DateInput(), help_text=_("The first day on which it counts."))
    reason = forms.CharField(label=_("Reason"), max_length=200)
    document = forms.CharField(
        label=_("Document"), max_length=80, required=False, help_text=_("Number of the decision, as filed.")
    )

    def __init__(self, *args: Any, kinds: Iterable[StatusChangeKind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind.value, kind.label) for kind in kinds]  # type: ignore[attr-defined]
