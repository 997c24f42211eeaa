"""Forms of recruitment."""

from __future__ import annotations

import datetime as dt
import secrets
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from personnel.filters import UnitChoiceField
from personnel.forms.members import DateInput, MemberForm
from personnel.models import (
    Application,
    ApplicationState,
    Campaign,
    Channel,
    DisqualifierKind,
    DocumentKind,
    Education,
    FitnessItem,
    FitnessStandard,
    Notice,
    NoticeEntry,
    Panel,
    Priority,
    PriorityGroup,
    Sex,
    Step,
    StepKind,
    Vacancy,
    Vetting,
)
from personnel.rules.recruitment.campaigns import tie_breaks
from personnel.rules.recruitment.candidates import parsed_score
from personnel.rules.recruitment.documents import PUBLIC_KINDS
from personnel.rules.recruitment.ranking import EDUCATION, OLDER, PRIORITY, YOUNGER
from personnel.rules.recruitment.readiness import Readiness
from personnel.rules.recruitment.terms import labels
from personnel.services.recruitment.campaigns import FEWEST
from personnel.services.recruitment.documents import MAX_BYTES
from teams.models import StaffingStandard, Unit, User

TIE_LABELS = {
    PRIORITY: _("priority group first"),
    EDUCATION: _("higher education first"),
    OLDER: _("the older one"),
    YOUNGER: _("the younger one"),
}
RELATIVES = 2
MOST = Decimal("999.99")  # the service knows the full mark of the step


class StandardForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = StaffingStandard
        fields = ("kind", "per_10000", "per_registered", "per_floating", "per_cases", "floor")

    def _post_clean(self) -> None:
        """The service writes, on a row it locked itself."""


class CampaignForm(forms.ModelForm):  # type: ignore[type-arg]
    tie_1 = forms.ChoiceField(label=_("Among equals, first"), required=False)
    tie_2 = forms.ChoiceField(label=_("then"), required=False)
    tie_3 = forms.ChoiceField(label=_("then"), required=False)

    class Meta:
        model = Campaign
        fields = (
            "title",
            "year",
            "apply_from",
            "apply_until",
            "born_from",
            "born_until",
            "education",
            "staff_category",
            "bonus_rule",
            "notice_days",
            "contact",
            "formula",
            "more_conditions",
        )
        widgets = {
            **{name: DateInput() for name in ("apply_from", "apply_until", "born_from", "born_until")},
            "more_conditions": forms.Textarea(attrs={"rows": 2}),
            "formula": forms.Textarea(attrs={"rows": 2}),
        }
        help_texts = {
            "formula": _(
                "Empty: the weights of the steps, and the bonus. Or for instance: written * 40% + fitness * 20% + "
                "interview * 40% + bonus. Also max, min, average, trimmed, sum, cap and round, with brackets; names of "
                "steps, of fitness items with points, and priority groups, in either language."
            )
        }

    def __init__(self, *args: Any, units: QuerySet[Unit] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = list(self.instance.tie_breaks) if self.instance.pk else ["priority", "written"]
        choices = [("", "—"), *tie_choices(self.instance)]
        for number in (1, 2, 3):
            field: Any = self.fields[f"tie_{number}"]
            field.choices = choices
            field.initial = chosen[number - 1] if number <= len(chosen) else ""
        if units is not None:
            self.fields["unit"] = UnitChoiceField(queryset=units, label=_("Unit"), empty_label=_("Choose a unit"))
            self.order_fields(["title", "unit"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        pairs = (("apply_from", "apply_until"), ("born_from", "born_until"))
        for first, last in pairs:
            if data.get(first) and data.get(last) and data[last] < data[first]:
                self.add_error(last, _("The last day is before the first."))
        return data

    def _post_clean(self) -> None:
        """The service writes, on a row it locked itself."""

    def campaign_values(self) -> dict[str, Any]:
        data = {name: self.cleaned_data[name] for name in self.Meta.fields}
        ties = [self.cleaned_data[f"tie_{n}"] for n in (1, 2, 3)]
        return data | {"tie_breaks": list(dict.fromkeys(key for key in ties if key))}


def tie_choices(campaign: Campaign) -> list[tuple[str, Any]]:
    """What may decide among equals; a campaign that is not kept yet has the usual steps."""
    if not campaign.pk:
        usual = [(kind.value, kind.label) for kind in (StepKind.WRITTEN, StepKind.INTERVIEW)]
        names: dict[str, Any] = dict(usual)
        keys = [PRIORITY, *names, EDUCATION, OLDER, YOUNGER]
    else:
        names, keys = dict(labels(campaign)), tie_breaks(campaign)
    higher = str(_("higher score: %(step)s"))
    return [(key, TIE_LABELS.get(key) or higher % {"step": names[key]}) for key in keys]


class VacancyForm(forms.ModelForm):  # type: ignore[type-arg]
    groups = forms.MultipleChoiceField(
        label=_("only for"), choices=PriorityGroup.choices, required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Vacancy
        fields = ("unit", "title", "places", "born_from", "born_until", "education", "sex", "sex_reason", "groups")
        widgets = {"born_from": DateInput(), "born_until": DateInput()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sex"].choices = [("", _("any")), *Sex.choices]  # type: ignore[attr-defined]


class StepForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Step
        fields = (
            "kind",
            "name",
            "starts_on",
            "is_scored",
            "full_mark",
            "weight",
            "pass_mark",
            "ratio",
            "panel",
            "panel_size",
        )
        widgets = {"starts_on": DateInput()}

    def clean(self) -> dict[str, Any]:
        """A weight, or marks of assessors, make a score; each way of reckoning needs its assessors."""
        data = super().clean() or self.cleaned_data
        if data.get("weight") or data.get("panel") != Panel.NONE:
            data["is_scored"] = True
        if data.get("panel") in FEWEST:
            data["panel_size"] = max(data.get("panel_size") or 1, FEWEST[data["panel"]])
        return data


class PriorityForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Priority
        fields = ("group", "bonus")


class FitnessItemForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = FitnessItem
        fields = ("name", "sex", "age_from", "age_until", "less_is_better", "limit", "measure", "full_at")


class FitnessStandardForm(FitnessItemForm):
    class Meta(FitnessItemForm.Meta):
        model = FitnessStandard  # type: ignore[assignment]


class SeatForm(forms.Form):
    """An assessor: one with an account, or a name where the marks come on paper."""

    user = forms.ModelChoiceField(
        queryset=User.objects.none(), label=_("Account"), required=False, empty_label=_("without: marks come on paper")
    )
    name = forms.CharField(label=_("full name"), max_length=40, required=False)

    def __init__(self, *args: Any, users: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = users  # type: ignore[attr-defined]


class RelativeForm(forms.Form):
    candidate_name = forms.CharField(label=_("Name of your relative"), max_length=40)
    relation = forms.CharField(label=_("How you are related"), max_length=60)


class ApplicationForm(forms.Form):
    """What a candidate says; sex and birth date follow from the ID number."""

    name = forms.CharField(label=_("full name"), max_length=40)
    id_number = forms.CharField(
        label=_("ID number"), max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    phone = forms.CharField(label=_("phone"), max_length=30, widget=forms.TextInput(attrs={"type": "tel"}))
    education = forms.ChoiceField(label=_("education"), choices=[("", "—"), *Education.choices])
    school = forms.CharField(label=_("school"), max_length=60, required=False)
    major = forms.CharField(label=_("major"), max_length=60, required=False)
    political_status = forms.ChoiceField(
        label=_("political status"),
        choices=[("", "—"), *(Application._meta.get_field("political_status").choices or [])],
        required=False,
    )
    claims = forms.MultipleChoiceField(
        label=_("Priority groups you belong to"),
        choices=PriorityGroup.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        vacancies = campaign.vacancies.select_related("unit")
        field: Any = forms.ModelChoiceField(queryset=vacancies, label=_("Vacancy"), empty_label=None)
        field.label_from_instance = lambda v: f"{v.unit.name} {v.title}"
        groups = [(p.group, p.get_group_display()) for p in campaign.priorities.all()]
        self.fields["vacancy"] = field
        self.fields["claims"].choices = groups  # type: ignore[attr-defined]
        if not groups:
            del self.fields["claims"]
        for number in range(1, RELATIVES + 1):
            name = forms.CharField(label=_("Relative in the force: name"), max_length=40, required=False)
            relation = forms.CharField(label=_("relation to you"), max_length=60, required=False)
            self.fields[f"relative_{number}"], self.fields[f"relation_{number}"] = name, relation
        self.order_fields(["vacancy", "name", "id_number", "phone"])

    clean_name, clean_phone, _read = MemberForm.clean_name, MemberForm.clean_phone, MemberForm._read

    def application_values(self) -> dict[str, Any]:
        kept = ("vacancy", "name", "id_number", "phone", "education", "school", "major", "political_status", "claims")
        return {name: self.cleaned_data[name] for name in kept if name in self.cleaned_data}

    def relatives(self) -> list[tuple[str, str]]:
        numbers = range(1, RELATIVES + 1)
        found = [(self.cleaned_data[f"relative_{n}"].strip(), self.cleaned_data[f"relation_{n}"]) for n in numbers]
        return [pair for pair in found if pair[0]]


class DocumentField(forms.FileField):
    """A picture or a PDF within the size that is taken; what it really is, the service looks at."""

    def __init__(self, **options: Any) -> None:
        accept = {"accept": "image/jpeg,image/png,image/webp,application/pdf"}
        super().__init__(widget=forms.ClearableFileInput(attrs=accept), max_length=200, **options)

    def clean(self, data: Any, initial: Any = None) -> Any:
        file = super().clean(data, initial)
        if file and file.size > MAX_BYTES:
            limit = MAX_BYTES // 1024 // 1024
            raise forms.ValidationError(_("The file is larger than %(limit)d MB.") % {"limit": limit})
        return file


def new_form_key() -> str:
    return secrets.token_hex(16)


class PublicApplicationForm(ApplicationForm):
    file_id_card = DocumentField(label=_("ID card"), required=False)
    file_diploma = DocumentField(label=_("diploma"), required=False)
    file_priority = DocumentField(label=_("proof of a priority"), required=False)
    file_photo = DocumentField(label=_("photo"), required=False)
    truthful = forms.BooleanField(label=_("What I enter is true, and I agree that it is used for this recruitment."))
    # Nobody sees this field; what fills it in is no person.
    website = forms.CharField(required=False, widget=forms.HiddenInput)
    form_key = forms.RegexField(r"[0-9a-f]{32}", required=False, widget=forms.HiddenInput, initial=new_form_key)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "claims" not in self.fields:
            del self.fields["file_priority"]
        papers = [key for key in self.fields if key.startswith("file_")]
        self.order_fields([key for key in self.fields if key not in (*papers, "truthful")] + papers)

    def files_sent(self) -> list[tuple[str, str, Any]]:
        """Kind, name and content of each paper."""
        sent = [(key.removeprefix("file_"), self.cleaned_data[key]) for key in self.fields if key.startswith("file_")]
        return [(kind, file.name, file) for kind, file in sent if file]


class OwnDocumentForm(forms.Form):
    """One more paper of the candidate's own."""

    kind = forms.ChoiceField(label=_("Kind"), choices=[(kind.value, kind.label) for kind in PUBLIC_KINDS])
    file = DocumentField(label=_("File (JPEG, PNG or PDF)"))


class StatusForm(forms.Form):
    number = forms.CharField(label=_("Receipt number"), max_length=20)
    last_six = forms.CharField(
        label=_("Last six characters of the ID number"),
        min_length=6,
        max_length=6,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class ObjectionForm(forms.Form):
    entry = forms.ModelChoiceField(
        queryset=NoticeEntry.objects.none(),
        label=_("About"),
        required=False,
        empty_label=_("the notice as a whole"),
    )
    text = forms.CharField(label=_("What you object to"), max_length=2000, widget=forms.Textarea(attrs={"rows": 5}))
    contact = forms.CharField(
        label=_("How to reach you"), max_length=80, help_text=_("Only those who look into it see it.")
    )
    website = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, notice: Notice, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        entries: Any = self.fields["entry"]
        entries.queryset = notice.entries.select_related("application").order_by("row__vacancy", "row__rank", "pk")
        entries.label_from_instance = entry_label

    def objection(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("entry", "text", "contact")}


def entry_label(entry: NoticeEntry) -> str:
    """A candidate as the notice shows them."""
    return f"{entry.application.masked_name} …{entry.application.number[-4:]}"


class ObjectionStatusForm(forms.Form):
    number = forms.CharField(
        label=_("Receipt number"), max_length=20, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


class AnswerForm(forms.Form):
    answer = forms.CharField(label=_("Answer"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4}))
    is_upheld = forms.BooleanField(label=_("The objection is justified"), required=False)


class BoardFilterForm(forms.Form):
    q = forms.CharField(label=_("Name or pinyin"), max_length=40, required=False)
    vacancy = forms.ModelChoiceField(
        queryset=Vacancy.objects.none(), label=_("Vacancy"), required=False, empty_label=_("All posts")
    )
    channel = forms.ChoiceField(
        label=_("Way of application"), choices=[("", _("All ways")), *Channel.choices], required=False
    )
    state = forms.ChoiceField(
        label=_("State"),
        choices=[("", _("in the running")), *ApplicationState.choices[1:]],
        required=False,
    )
    readiness = forms.ChoiceField(
        label=_("Next step"), choices=[("", _("everybody")), *Readiness.choices], required=False
    )
    step = forms.ModelChoiceField(
        queryset=Step.objects.none(), label=_("Step"), required=False, empty_label=_("All steps")
    )

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["vacancy"].queryset = campaign.vacancies.all()  # type: ignore[attr-defined]
        self.fields["step"].queryset = campaign.steps.all()  # type: ignore[attr-defined]
        if campaign.vacancies.count() < 2:
            self.fields["vacancy"].widget = forms.HiddenInput()


class DocumentForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), choices=DocumentKind.choices)
    file = DocumentField(label=_("File (JPEG, PNG or PDF)"))


class VettingForm(forms.ModelForm):  # type: ignore[type-arg]
    SOUND = [("", _("not decided yet")), ("true", _("yes")), ("false", _("no"))]
    is_sound = forms.TypedChoiceField(
        label=_("Fit for the service"),
        choices=SOUND,
        required=False,
        coerce={"true": True, "false": False}.get,
        empty_value=None,
    )

    class Meta:
        model = Vetting
        fields = ("assessors", "visited_on", "findings", "look_again_on", "is_sound")
        widgets = {
            "visited_on": DateInput(),
            "look_again_on": DateInput(),
            "findings": forms.Textarea(attrs={"rows": 4}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and self.instance.is_sound is not None:
            self.initial["is_sound"] = str(self.instance.is_sound).lower()


class ChecklistForm(forms.Form):
    """Two fields a point: found, and the evidence."""

    checked_on = forms.DateField(label=_("Checked on"), widget=DateInput())

    def __init__(self, *args: Any, application: Application, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        done = {check.kind: check for check in application.disqualifiers.all()}
        for kind, label in DisqualifierKind.choices:
            check = done.get(kind)
            state = {True: "hit", False: "clear"}[check.is_hit] if check else ""
            self.fields[kind] = forms.ChoiceField(
                label=label,
                choices=[("", _("not checked")), ("clear", _("nothing found")), ("hit", _("found"))],
                required=False,
                initial=state,
            )
            self.fields[f"{kind}_evidence"] = forms.CharField(
                label=_("evidence"), max_length=200, required=False, initial=check.evidence if check else ""
            )

    def points(self) -> dict[str, tuple[bool, str]]:
        data = self.cleaned_data
        return {
            kind: (data[kind] == "hit", data[f"{kind}_evidence"].strip())
            for kind in DisqualifierKind.values
            if data[kind]
        }


class HireForm(forms.Form):
    hired_on = forms.DateField(label=_("hire date"), widget=DateInput())
    contract_from = forms.DateField(label=_("contract from"), widget=DateInput())
    contract_until = forms.DateField(
        label=_("contract until"), widget=DateInput(), required=False, help_text=_("Empty: without a fixed term.")
    )
    probation_until = forms.DateField(label=_("probation until"), widget=DateInput(), required=False)
    training_due_on = forms.DateField(
        label=_("Pre-job training until"),
        widget=DateInput(),
        help_text=_("After it the duty certificate is issued; before that no duty can be given."),
    )


class CorrectionForm(forms.Form):
    step = forms.ChoiceField(label=_("Score"))
    after = forms.CharField(label=_("corrected to"), max_length=6)
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, *args: Any, scores: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["step"].choices = scores  # type: ignore[attr-defined]

    def clean_after(self) -> Any:
        try:
            return parsed_score(self.cleaned_data["after"], MOST)
        except ValueError:
            raise forms.ValidationError(_("A score is a number from 0 to the full mark of the step.")) from None


class KinshipForm(forms.Form):
    relation = forms.CharField(label=_("How you are related"), max_length=60)


class WorkbookForm(forms.Form):
    workbook = forms.FileField(label=_("Workbook (.xlsx)"), widget=forms.ClearableFileInput(attrs={"accept": ".xlsx"}))


class NoticeForm(forms.Form):
    first_day = forms.DateField(label=_("First day"), widget=DateInput(), initial=dt.date.today)
