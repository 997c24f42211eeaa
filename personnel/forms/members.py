"""Forms of the member file."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from lianfang.platform.stamps import StampedForm
from personnel.filters import UnitChoiceField
from personnel.models import Member
from personnel.photos import MAX_BYTES, TOO_LARGE
from personnel.roster_workbook import values
from teams.models import Unit


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


FILE_FIELDS = (
    "name",
    "phone",
    "staff_category",
    "position",
    "level",
    "hired_on",
    "probation_until",
    "contract_from",
    "contract_until",
    "education",
    "school",
    "major",
    "political_status",
    "source",
    "is_veteran",
    "ethnicity",
    "native_place",
)
DATE_FIELDS = ("hired_on", "probation_until", "contract_from", "contract_until")


class MemberForm(forms.ModelForm):  # type: ignore[type-arg]
    """The file without its ID number and unit, which have rules of their own."""

    id_number = forms.CharField(
        label=_("ID number"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "text"}),
        help_text=_("Sex and birth date follow from it."),
    )
    phone = forms.CharField(
        label=_("phone"), max_length=30, required=False, widget=forms.TextInput(attrs={"type": "tel"})
    )

    field_order = ("unit", "name", "id_number")

    class Meta:
        model = Member
        fields = FILE_FIELDS
        labels = {"name": _("full name")}
        widgets = {name: DateInput() for name in DATE_FIELDS}

    def clean_name(self) -> str:
        return str(self._read(values.name, "name"))

    def clean_phone(self) -> str:
        return str(self._read(values.phone, "phone"))

    def _read(self, reader: Any, name: str) -> Any:
        """The same reading as for a workbook's cell, with the same words where it fails."""
        try:
            return reader(self.cleaned_data[name])
        except values.UnreadableError as error:
            raise forms.ValidationError(error.message) from None

    def _post_clean(self) -> None:
        """Leave the instance alone: the service writes, on a row it locked itself."""

    def file_values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in FILE_FIELDS}


class NewMemberForm(MemberForm):
    def __init__(self, *args: Any, units: QuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"] = UnitChoiceField(queryset=units, label=_("Unit"), empty_label=_("Choose a unit"))
        self.order_fields(self.field_order)


class ChangeMemberForm(StampedForm, MemberForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.set_stamp(self.instance)
        field = self.fields["id_number"]
        field.required = False
        field.label = _("Correct the ID number")
        field.help_text = _("Leave it empty to keep the number as it is.")
        self.initial.pop("id_number", None)
        self.order_fields([*FILE_FIELDS, "id_number"])


class TransferForm(forms.Form):
    def __init__(self, *args: Any, units: QuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"] = UnitChoiceField(queryset=units, label=_("New unit"), empty_label=_("Choose a unit"))


class AccountForm(forms.Form):
    username = forms.CharField(
        label=_("User name"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("The account that the system administrator handed out. Leave it empty to untie."),
    )


class PhotoForm(forms.Form):
    photo = forms.FileField(
        label=_("Photo"),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Filled in here: at import time the sentence would take the server's language for good.
        self.fields["photo"].help_text = _(
            "JPEG, PNG or WebP, at most %(limit)d MB; a portrait as on the certificate."
        ) % {"limit": MAX_BYTES // 1024 // 1024}

    def clean_photo(self) -> bytes:
        upload = self.cleaned_data["photo"]
        if upload.size > MAX_BYTES:
            raise forms.ValidationError(TOO_LARGE % {"limit": MAX_BYTES // 1024 // 1024})
        content: bytes = upload.read()
        return content


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=200)
