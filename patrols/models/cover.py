"""Cover: how many people a beat needs, by shift and day (handbook D3)."""

from __future__ import annotations

import datetime as dt

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from patrols.models.beat import Beat
from patrols.models.shift import ShiftType
from patrols.models.task import ALLOWED, IN_PAIRS, LEAST_TOGETHER, NEEDS_OFFICER, TaskKind
from personnel.models import SkillKind
from teams.models.calendar import Day
from teams.policy import Action
from teams.scope import ScopedQuerySet

WEEKDAYS = (_("Mo"), _("Tu"), _("We"), _("Th"), _("Fr"), _("Sa"), _("Su"))  # as people write them, 0 is Monday


class HolidayRule(models.TextChoices):
    AS_WEEKDAY = "as_weekday", _("by the weekday")
    ALWAYS = "always", _("on every statutory holiday and day off too")
    NEVER = "never", _("not on statutory holidays and days off")
    ONLY = "only", _("only on statutory holidays and days off")


class CoverRequirementQuerySet(ScopedQuerySet):
    view_action = Action.COVER_VIEW
    unit_lookup = "beat__unit"


def every_weekday() -> list[int]:
    return list(range(7))


@pghistory.track()
class CoverRequirement(models.Model):
    """A beat's need in one shift: a minimum, an ideal, on which days."""

    beat = models.ForeignKey(Beat, on_delete=models.CASCADE, related_name="cover", verbose_name=_("beat"))
    shift_type = models.ForeignKey(
        ShiftType, on_delete=models.PROTECT, related_name="cover", verbose_name=_("shift type")
    )
    task_kind = models.CharField(_("task"), max_length=13, choices=TaskKind.choices, default=TaskKind.GUARD)
    officer_led = models.BooleanField(_("led by a sworn officer"), default=False)
    weekdays = ArrayField(
        models.PositiveSmallIntegerField(validators=[MaxValueValidator(6)]),
        verbose_name=_("weekdays"),
        default=every_weekday,
        help_text=_("0 is Monday."),
    )
    on_holidays = models.CharField(
        _("on holidays"), max_length=10, choices=HolidayRule.choices, default=HolidayRule.AS_WEEKDAY
    )
    first_day = models.DateField(_("from"), null=True, blank=True)
    last_day = models.DateField(_("until"), null=True, blank=True)
    minimum = models.PositiveSmallIntegerField(
        _("minimum"), default=1, validators=[MinValueValidator(0), MaxValueValidator(50)]
    )
    ideal = models.PositiveSmallIntegerField(
        _("ideal"), default=1, validators=[MinValueValidator(1), MaxValueValidator(50)]
    )

    objects = CoverRequirementQuerySet.as_manager()

    # What its service is to write beside the row: people by skill. None leaves the skills as they are.
    wanted_skills: dict[str, int] | None = None

    class Meta:
        verbose_name = _("cover requirement")
        verbose_name_plural = _("cover requirements")
        ordering = ["beat__position", "beat_id", "shift_type__position", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ideal__gte=F("minimum")), name="cover_ideal_at_least_minimum"),
            models.CheckConstraint(condition=Q(ideal__gte=1), name="cover_asks_for_somebody"),
            models.CheckConstraint(
                condition=Q(task_kind__in=[str(kind) for kind in ALLOWED]), name="cover_task_allowed"
            ),
            models.CheckConstraint(
                condition=~Q(task_kind__in=[str(kind) for kind in NEEDS_OFFICER]) | Q(officer_led=True),
                name="cover_task_led_by_officer",
            ),
            models.CheckConstraint(
                condition=~Q(task_kind__in=[str(kind) for kind in IN_PAIRS])
                | Q(officer_led=True)
                | (Q(ideal__gte=LEAST_TOGETHER) & (Q(minimum=0) | Q(minimum__gte=LEAST_TOGETHER))),
                name="cover_patrol_in_pairs",
            ),
            models.CheckConstraint(condition=Q(on_holidays__in=HolidayRule.values), name="cover_holiday_rule_known"),
            models.CheckConstraint(
                condition=Q(last_day=None) | Q(first_day=None) | Q(last_day__gte=F("first_day")),
                name="cover_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.beat} {self.shift_type.code} {self.minimum}/{self.ideal}"

    @property
    def goes_in_pairs(self) -> bool:
        """A patrol without an officer: two or more, or nobody (handbook D4)."""
        return self.task_kind in IN_PAIRS and not self.officer_led

    @property
    def skills_text(self) -> str:
        """“first aid 1, driving 2”."""
        return ", ".join(f"{row.get_skill_display()} {row.count}" for row in self.skills.all())

    @property
    def weekdays_text(self) -> str:
        """“Mo Tu We”, or “daily”."""
        if len(self.weekdays) == 7:
            return gettext("daily")
        return " ".join(str(WEEKDAYS[number]) for number in sorted(self.weekdays))

    def applies_on(self, day: Day) -> bool:
        """Whether the need stands on that day of the work calendar."""
        if not self._within(day.date):
            return False
        free = bool(day.kind) and not day.is_workday
        if free and self.on_holidays == HolidayRule.ALWAYS:
            return True
        if free and self.on_holidays == HolidayRule.NEVER:
            return False
        if self.on_holidays == HolidayRule.ONLY:
            return free
        return day.date.weekday() in self.weekdays

    def _within(self, date: dt.date) -> bool:
        return (self.first_day is None or self.first_day <= date) and (self.last_day is None or date <= self.last_day)


@pghistory.track()
class CoverSkill(models.Model):
    """Of the people on a need, at least `count` hold the skill."""

    requirement = models.ForeignKey(CoverRequirement, on_delete=models.CASCADE, related_name="skills")
    skill = models.CharField(_("skill"), max_length=12, choices=SkillKind.choices)
    count = models.PositiveSmallIntegerField(_("people"), default=1)

    class Meta:
        verbose_name = _("required skill")
        verbose_name_plural = _("required skills")
        ordering = ["skill"]
        constraints = [
            models.UniqueConstraint(fields=["requirement", "skill"], name="cover_skill_once"),
            models.CheckConstraint(condition=Q(skill__in=SkillKind.values), name="cover_skill_known"),
            models.CheckConstraint(condition=Q(count__range=(1, 50)), name="cover_skill_count_sensible"),
        ]
