"""Django admin of a squadron's own rules and of wishes: the same rights, rows and services as the pages."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from patrols.models import RosterRule, ShiftType, Wish
from patrols.rule_wording import rule_sentence
from patrols.services import roster_rules, wishes
from personnel.models import Member, MemberStatus
from teams.admin_site import PolicyAdmin, PolicyForm
from teams.models import Unit
from teams.policy import Action
from teams.scope import scope_of


class RuleForm(PolicyForm):
    """People by name; which columns a kind uses, the service says."""

    people_rows: ClassVar[QuerySet[Member]] = Member.objects.none()
    people = forms.ModelMultipleChoiceField(label=_("People"), queryset=Member.objects.none(), required=False)

    class Meta:
        model = RosterRule
        fields = [
            "unit", "kind", "group", "people", "shift_type", "next_shift_type", "least", "most", "percent", "is_hard",
            "grounds", "reason", "binds_from",
        ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "binds_from" in self.fields:
            self.fields["binds_from"].required = False
            self.fields["binds_from"].help_text = _("Empty: from the first day that is not published.")
            self.fields["people"].queryset = self.people_rows  # type: ignore[attr-defined]
        for name in ("group", "shift_type", "next_shift_type"):
            self._keep_offering(name)

    def _keep_offering(self, name: str) -> None:
        """What the rule names, though it is closed by now: saving must not turn it into a rule for everybody."""
        field, now = self.fields.get(name), getattr(self.instance, f"{name}_id")
        if now and isinstance(field, forms.ModelChoiceField) and field.queryset is not None:
            model = field.queryset.model
            field.queryset = model._default_manager.filter(Q(pk__in=field.queryset.values("pk")) | Q(pk=now))

    def clean_people(self) -> list[int]:
        return [member.pk for member in self.cleaned_data["people"]]

    def _get_validation_exclusions(self) -> set[str]:
        """The service says in words what the constraints would."""
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return excluded | set(self.Meta.fields)


@admin.register(RosterRule)
class RosterRuleAdmin(PolicyAdmin):
    """A rule in its words; a rule that has an end already is read and no longer changed."""

    view_action = manage_action = Action.ROSTER_RULE_MANAGE
    staff_only = False
    form = RuleForm
    list_display = ["sentence", "unit", "kind", "group", "must", "binds_from", "binds_until"]
    list_filter = ["kind", "is_hard"]
    list_select_related = ["unit", "group", "shift_type", "next_shift_type"]
    ordering = ["unit__path", "kind", "binds_from", "pk"]
    sortable_by = ()
    fields = [*RuleForm.Meta.fields, "binds_until"]

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """By its filters and nothing else: an address could ask for people whom the list does not name."""
        return lookup.split("__", maxsplit=1)[0] in self.list_filter

    @admin.display(description=_("Rule"))
    def sentence(self, rule: RosterRule) -> str:
        return rule_sentence(rule, roster_rules.spoken_of([rule])[rule.pk].names)

    @admin.display(description=_("How strictly"))
    def must(self, rule: RosterRule) -> str:
        return str(_("must be kept") if rule.is_hard else _("where it can be"))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is None:
            return super().has_change_permission(request)
        mine = scope_of(request.user, Action.ROSTER_RULE_MANAGE).covers(obj.unit.path)
        return mine and obj.binds_until is None

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_change_permission(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ["unit", "kind", "binds_until"] if obj else ["binds_until"]

    def get_form(self, request: HttpRequest, obj: Any = None, *args: Any, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, *args, **kwargs)
        people = Member.objects.manageable_by(request.user, Action.MEMBER_MANAGE).exclude(status=MemberStatus.LEFT)
        return type(form.__name__, (form,), {"people_rows": people.order_by("unit__path", "name_pinyin", "pk")})

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        units = Unit.objects.manageable_by(request.user, Action.ROSTER_RULE_MANAGE).open(timezone.localdate())
        rows = {
            "unit": units.squadrons(),
            "group": units.exclude(pk__in=units.squadrons()),
            "shift_type": ShiftType.objects.filter(unit__in=units, is_active=True),
            "next_shift_type": ShiftType.objects.filter(unit__in=units, is_active=True),
        }
        return super().formfield_for_foreignkey(db_field, request, queryset=rows[db_field.name], **kwargs)

    def write(self, request: HttpRequest, form: Any, *, change: bool) -> RosterRule:
        by: Any = request.user
        rule: RosterRule = form.save(commit=False)
        return roster_rules.save_rule(by=by, rule=rule, today=timezone.localdate())

    def remove(self, request: HttpRequest, row: RosterRule) -> None:
        """A rule that bound before ends; one that never did goes."""
        by: Any = request.user
        roster_rules.end_rule(by=by, rule=row, today=timezone.localdate())


class WishAnswerForm(PolicyForm):
    """The one thing to write: why a wish is declined, or nothing where it is heeded."""

    class Meta:
        model = Wish
        fields = ["answer"]

    def _get_validation_exclusions(self) -> set[str]:
        """Who declined and when comes with the answer, from the service."""
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return excluded | {"answer"}


@admin.register(Wish)
class WishAdmin(PolicyAdmin):
    """Asked for and entered on the pages; declined here too, by emptying the answer heeded again."""

    view_action = manage_action = Action.ROSTER_EDIT
    staff_only = False
    form = WishAnswerForm
    list_display = ["member", "unit", "day", "wish", "weight", "entered_by", "late", "declined_by"]
    list_filter = ["weight", "wants"]
    list_select_related = ["member", "unit", "shift_type", "entered_by", "declined_by"]
    search_fields = ["member__name__startswith", "member__name_pinyin__startswith"]
    date_hierarchy = "day"
    ordering = ["-day", "member_id"]
    sortable_by = ()
    fields = [
        "member", "unit", "day", "wish", "weight", "note", "asked_at", "entered_by", "late", "answer", "declined_by",
        "declined_at",
    ]  # fmt: skip

    @admin.display(description=_("wish"))
    def wish(self, row: Wish) -> str:
        return row.what

    @admin.display(description=_("entered after the deadline"))
    def late(self, row: Wish) -> str:
        return str(_("yes") if row.is_late else _("no"))

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [name for name in self.fields or () if name != "answer"]

    def write(self, request: HttpRequest, form: Any, *, change: bool) -> Wish:
        by: Any = request.user
        answer = form.cleaned_data["answer"]
        row = Wish.objects.select_related("unit").get(pk=form.instance.pk)
        return wishes.decline_wish(by=by, wish=row, answer=answer) if answer else wishes.restore_wish(by=by, wish=row)
