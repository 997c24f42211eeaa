"""Forms of the import."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from lianfang.platform.workbook import MAX_BYTES
from personnel.filters import UnitChoiceField
from personnel.roster_workbook.columns import COLUMNS, EXTRA
from personnel.roster_workbook.table import RosterTable
from teams.models import Unit

FIELD_CHOICES = [("", _("– not imported –")), *((c.key, c.label) for c in (*COLUMNS, *EXTRA) if c.key != "number")]


class UploadForm(forms.Form):
    workbook = forms.FileField(
        label=_("Roster workbook (.xlsx)"),
        widget=forms.ClearableFileInput(
            attrs={"accept": ".xlsx,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
        ),
        help_text=_("As your station keeps it: title lines, merged cells and columns in any order are fine."),
    )

    def __init__(self, *args: Any, units: QuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"] = UnitChoiceField(
            queryset=units, label=_("Import into"), help_text=_("Squadrons and groups are looked for below this unit.")
        )
        self.order_fields(["unit", "workbook"])

    def clean_workbook(self) -> Any:
        upload = self.cleaned_data["workbook"]
        if upload.size > MAX_BYTES:
            raise forms.ValidationError(
                _("The file is larger than %(limit)d MB.") % {"limit": MAX_BYTES // 1024 // 1024}
            )
        return upload


class MappingForm(forms.Form):
    """One choice a column of the workbook: the field it is taken for."""

    def __init__(self, *args: Any, table: RosterTable, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for column in table.columns:
            if column.key == "number":
                continue
            self.fields[f"column_{column.index}"] = forms.ChoiceField(
                label=column.heading or _("column %(number)d") % {"number": column.index + 1},
                choices=FIELD_CHOICES,
                required=False,
                initial=column.key,
            )

    def mapping(self) -> dict[str, str]:
        """Column index (as JSON keys are text) → field."""
        return {name.removeprefix("column_"): key for name, key in self.cleaned_data.items()}
