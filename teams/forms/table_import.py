"""A table of set-up data: a file or pasted text, then what its preview carries."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianfang.platform.workbook import MAX_BYTES

MAX_PASTED = 500_000


class TableForm(forms.Form):
    file = forms.FileField(
        label=_("Workbook or CSV file"),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv,.txt"}),
        help_text=_("The template filled in, or a table of your own with the same headings in any order."),
    )
    text = forms.CharField(
        label=_("Or paste the rows"),
        required=False,
        max_length=MAX_PASTED,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        help_text=_("As copied from a sheet, in the order of the template's columns or with a header."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        file = cleaned.get("file")
        if file and file.size > MAX_BYTES:
            raise forms.ValidationError(_("The file is larger than %(n)s MB.") % {"n": MAX_BYTES // 1024 // 1024})
        if not self.errors and bool(file) == bool(cleaned.get("text", "").strip()):
            raise forms.ValidationError(_("Choose a file or paste the rows, one of the two."))
        return cleaned


class CarriedForm(forms.Form):
    """What the preview sends: the rows as it showed them, the fingerprint of its plan, and what to do."""

    rows = forms.CharField(max_length=MAX_PASTED * 2, strip=False)
    expected = forms.CharField(max_length=64, required=False)
    do = forms.ChoiceField(choices=[(name, name) for name in ("write", "reasons")])
