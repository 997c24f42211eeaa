"""A squadron's own roster rules, beside the legal working-time limits: one row, one sentence (handbook D6, D7, P13)."""

from __future__ import annotations

import datetime as dt
from typing import Self

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from lianfang.platform.security import RowScope
from patrols.models.roster import DaySpan
from patrols.models.shift import ShiftType
from teams.models import Unit
from teams.policy import Action
from teams.scope import ScopedQuerySet


class RuleKind(models.TextChoices):
    SUCCESSION = "succession", _("shift that may not follow another")
    WEEKENDS = "weekends", _("weekends on duty")
    SHIFT_COUNT = "shift_count", _("duties of a shift type")
    DAYS_OFF = "days_off", _("days off in a row")
    DAYS_RUN = "days_run", _("working days in a row")
    NIGHTS_RUN = "nights_run", _("nights in a row")
    TRAINING = "training", _("share of training")
    APART = "apart", _("not on one post together")
    TOGETHER = "together", _("crew that stays together")
    WISHES = "wishes", _("wishes of members")


class Grounds(models.TextChoices):
    KIN = "kin", _("relatives")
    CONFLICT = "conflict", _("conflict")
    OTHER = "other", _("other")


# Of whom they speak is a matter of the squadron's leader alone.
ABOUT_PEOPLE = (RuleKind.APART, RuleKind.TOGETHER)
# They speak of single days. The others count over a roster's days, so that part of a roster cannot be held to them.
DAY_BY_DAY = (RuleKind.SUCCESSION, *ABOUT_PEOPLE)
# One of a kind for the same people and shifts: a second row would say something else about the same thing.
ONCE = tuple(kind for kind in RuleKind if kind not in ABOUT_PEOPLE)
# The terms of wishes judge no roster: they hold at once, for whoever asks.
JUDGING = tuple(kind for kind in RuleKind if kind != RuleKind.WISHES)
FEWEST_PEOPLE = 2


class RosterRuleQuerySet(ScopedQuerySet):
    view_action = Action.COVER_VIEW

    def binding(self, first: dt.date, last: dt.date) -> Self:
        """Those that a roster of these days is held to, on all of its days or on some."""
        from_start = Q(binds_from__lte=first) & (Q(binds_until=None) | Q(binds_until__gte=first))
        some_day = Q(binds_from__lte=last) & (Q(binds_until=None) | Q(binds_until__gte=first))
        return self.filter(from_start | some_day & Q(kind__in=DAY_BY_DAY))

    def not_over(self, today: dt.date) -> Self:
        """Those that bind today or will."""
        return self.filter(Q(binds_until=None) | Q(binds_until__gte=today))


def _only(*filled: str) -> Q:
    """The named columns are filled and the other ones, which the kind does not speak of, are empty."""
    columns = ("shift_type", "next_shift_type", "least", "most", "percent")
    return Q(**{f"{name}__isnull": name not in filled for name in columns})


def _nobody() -> Q:
    return Q(people__len=0, grounds="", reason="")


def _crew() -> Q:
    return Q(people__len__gte=FEWEST_PEOPLE, group=None) | Q(people__len=0, group__isnull=False)


def _run(kind: RuleKind) -> Q:
    either = Q(least__isnull=False) | Q(most__isnull=False)
    empty = Q(shift_type=None, next_shift_type=None, percent=None)
    in_order = Q(least=None) | Q(most=None) | Q(least__lte=F("most"))
    sensible = (Q(least=None) | Q(least__range=(1, 31))) & (Q(most=None) | Q(most__range=(1, 31)))
    return Q(kind=kind) & either & empty & in_order & sensible & _nobody()


SOUND = (
    Q(kind=RuleKind.SUCCESSION, is_hard=True) & _only("shift_type", "next_shift_type") & _nobody()
    | Q(kind=RuleKind.WEEKENDS, most__range=(0, 10)) & _only("most") & _nobody()
    | Q(kind=RuleKind.SHIFT_COUNT, most__range=(0, 62)) & _only("shift_type", "most") & _nobody()
    | Q(kind=RuleKind.DAYS_OFF, least__range=(2, 7)) & _only("least") & _nobody()
    | _run(RuleKind.DAYS_RUN)
    | _run(RuleKind.NIGHTS_RUN)
    | Q(kind=RuleKind.TRAINING, percent__range=(1, 99), is_hard=False) & _only("percent") & _nobody()
    | Q(kind=RuleKind.APART, people__len__gte=FEWEST_PEOPLE, group=None) & ~Q(grounds="") & _only()
    | Q(kind=RuleKind.TOGETHER, grounds="", reason="") & _crew() & _only()
    | Q(kind=RuleKind.WISHES, most__range=(0, 31), least__range=(0, 31), group=None) & _only("most", "least")
    & _nobody()
)  # fmt: skip


@pghistory.track()
class RosterRule(models.Model):
    """What a squadron asks of its rosters beyond the law. Hard: a roster that breaks it is not published.

    The legal limits hold beside it, whatever it says. Which columns a kind uses, `SOUND` says. A changed rule is a new
    row: the days before keep what it said, so that a roster is judged by what bound when it was made.
    """

    # A group leader reads the group's rows of the roster, and the rules that judge them; whoever asks for a day off,
    # how many days that may be.
    row_scope = RowScope(
        ("roster",),
        own="kind = 'wishes' OR (kind NOT IN ('apart', 'together') AND unit_id = ANY"
        " (coalesce((SELECT lf_units_above(current_setting('lf.scope_roster', true))), '{}')::bigint[]))",
    )

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="roster_rules", verbose_name=_("squadron"))
    kind = models.CharField(_("kind"), max_length=11, choices=RuleKind.choices)
    group = models.ForeignKey(
        Unit,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("group"),
        null=True,
        blank=True,
        help_text=_("Empty: for the whole squadron."),
    )
    # Member ids and no link, as in an emergency exception: the history keeps them with the row.
    people = ArrayField(models.BigIntegerField(), verbose_name=_("people"), default=list, blank=True)
    shift_type = models.ForeignKey(
        ShiftType, on_delete=models.PROTECT, related_name="+", verbose_name=_("shift type"), null=True, blank=True
    )
    next_shift_type = models.ForeignKey(
        ShiftType, on_delete=models.PROTECT, related_name="+", verbose_name=_("next shift type"), null=True, blank=True
    )
    least = models.PositiveSmallIntegerField(_("at least"), null=True, blank=True)
    most = models.PositiveSmallIntegerField(_("at most"), null=True, blank=True)
    percent = models.PositiveSmallIntegerField(_("percent"), null=True, blank=True)
    is_hard = models.BooleanField(
        _("must be kept"),
        default=True,
        help_text=_("Otherwise it is kept where it can be: a roster that does not is still published."),
    )
    grounds = models.CharField(_("grounds"), max_length=8, choices=Grounds.choices, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    binds_from = models.DateField(_("binds from"))
    binds_until = models.DateField(_("binds until"), null=True, blank=True, editable=False)

    objects = RosterRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("roster rule")
        verbose_name_plural = _("roster rules")
        ordering = ["unit_id", "kind", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=RuleKind.values), name="rule_kind_known"),
            models.CheckConstraint(condition=SOUND, name="rule_says_what_its_kind_needs"),
            models.CheckConstraint(condition=Q(grounds="") | Q(grounds__in=Grounds.values), name="rule_grounds_known"),
            models.CheckConstraint(
                condition=Q(binds_until=None) | Q(binds_until__gte=F("binds_from")), name="rule_ends_after_start"
            ),
            ExclusionConstraint(
                name="rule_said_once",
                expressions=[
                    ("unit", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    (Coalesce("group", 0), RangeOperators.EQUAL),
                    (Coalesce("shift_type", 0), RangeOperators.EQUAL),
                    (Coalesce("next_shift_type", 0), RangeOperators.EQUAL),
                    (DaySpan("binds_from", "binds_until"), RangeOperators.OVERLAPS),
                ],
                condition=Q(kind__in=[str(kind) for kind in ONCE]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.kind}"

    def is_over(self, today: dt.date) -> bool:
        return self.binds_until is not None and self.binds_until < today

    def binds_all(self, first: dt.date, last: dt.date) -> bool:
        """Whether it binds on all these days and on the day after, whose duty may be judged with the last one's."""
        return self.binds_from <= first and (self.binds_until is None or self.binds_until > last)
