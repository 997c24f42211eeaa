"""What a squadron may ask of its rosters (handbook D6, D7): each kind of rule needs its own figures."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from lianfang.platform.problems import Problem
from patrols.models import RosterRule, RuleKind
from patrols.models.roster_rule import ABOUT_PEOPLE, FEWEST_PEOPLE, ONCE
from personnel.models import Member

DAYS = 31


@dataclass(frozen=True)
class Figures:
    """The columns that a kind uses, and from what to what its numbers go."""

    least: tuple[int, int] | None = None
    most: tuple[int, int] | None = None
    percent: tuple[int, int] | None = None
    shift: bool = False
    next_shift: bool = False
    either: bool = False  # one of least and most is enough
    group: bool = True  # can be for one group alone
    strict: bool | None = None  # always, or never, to be kept; None: as the leader says


FIGURES: dict[str, Figures] = {
    RuleKind.SUCCESSION: Figures(shift=True, next_shift=True, strict=True),
    RuleKind.WEEKENDS: Figures(most=(0, 10)),
    RuleKind.SHIFT_COUNT: Figures(most=(0, 62), shift=True),
    RuleKind.DAYS_OFF: Figures(least=(2, 7)),
    RuleKind.DAYS_RUN: Figures(least=(1, DAYS), most=(1, DAYS), either=True),
    RuleKind.NIGHTS_RUN: Figures(least=(1, DAYS), most=(1, DAYS), either=True),
    RuleKind.TRAINING: Figures(percent=(1, 99), strict=False),
    RuleKind.APART: Figures(group=False),
    RuleKind.TOGETHER: Figures(),
    RuleKind.WISHES: Figures(least=(0, DAYS), most=(0, DAYS), group=False, strict=True),
}


# What a rule says, besides how long it binds.
WORDS = (
    "unit_id", "kind", "group_id", "people", "shift_type_id", "next_shift_type_id", "least", "most", "percent",
    "is_hard", "grounds", "reason",
)  # fmt: skip


def same_words(one: RosterRule, other: RosterRule) -> bool:
    """Whether the two say the same, however long they bind."""
    return all(getattr(one, name) == getattr(other, name) for name in WORDS)


def stand_of(row: RosterRule) -> str:
    """A short text that changes with whatever the rule says: who saves it shows what they read."""
    said = [getattr(row, name) for name in (*WORDS, "binds_from", "binds_until")]
    return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


def resting(row: RosterRule, serving: int, today: dt.date) -> str:
    """Why a rule asks nothing of anybody at present, empty where it does; `serving` of its people are still there."""
    if row.group and not row.group.path.startswith(row.unit.path):
        return _("%(group)s is no longer one of the squadron's groups.") % {"group": row.group.label}
    if row.group and row.group.closed_on and row.group.closed_on <= today:
        return _("%(group)s is closed.") % {"group": row.group.label}
    for shift in (row.shift_type, row.next_shift_type):
        if shift and not shift.is_active:
            return _("%(shift)s is out of use.") % {"shift": shift.name}
    if row.people and serving < FEWEST_PEOPLE:
        return _("Fewer than two of them still serve here.")
    return ""


def rule_problems(row: RosterRule) -> list[Problem]:
    """Why the rule cannot stand as it is; its day is another rule's matter."""
    figures = FIGURES[row.kind]
    found = [*_number_problems(row, figures), *_shift_problems(row, figures), *_repeated(row)]
    if row.group and not row.group.path.startswith(row.unit.path):
        found.append(Problem("rule_group", _("Choose one of the squadron's groups."), field="group"))
    return found + (_people_problems(row) if row.kind in ABOUT_PEOPLE else [])


def _number_problems(row: RosterRule, figures: Figures) -> list[Problem]:
    found = []
    for name in ("least", "most", "percent"):
        span, value = getattr(figures, name), getattr(row, name)
        missing = value is None and span is not None and not figures.either
        if missing or (value is not None and span is not None and not span[0] <= value <= span[1]):
            text = _("A number from %(first)s to %(last)s.") % {"first": span[0], "last": span[1]}
            found.append(Problem("rule_number", text, field=name))
    if figures.either and row.least is None and row.most is None:
        found.append(Problem("rule_empty", _("Say a least or a most number of days."), field="most"))
    if figures.either and row.least and row.most and row.least > row.most:
        found.append(Problem("rule_turned", _("The least is more than the most."), field="least"))
    return found


def _shift_problems(row: RosterRule, figures: Figures) -> list[Problem]:
    found = []
    for name, asked in (("shift_type", figures.shift), ("next_shift_type", figures.next_shift)):
        shift = getattr(row, name)
        if asked and (shift is None or shift.unit_id != row.unit_id):
            found.append(Problem("rule_shift", _("Choose one of the squadron's shift types."), field=name))
    return found


def _repeated(row: RosterRule) -> list[Problem]:
    same = RosterRule.objects.filter(
        unit=row.unit_id,
        kind=row.kind,
        group=row.group_id,
        shift_type=row.shift_type_id,
        next_shift_type=row.next_shift_type_id,
    ).exclude(pk=row.pk)
    if row.binds_from is not None:
        same = same.not_over(row.binds_from)
    other = same.first() if row.kind in ONCE else None
    if other is None:
        return []
    if other.binds_until:
        text = _("Until %(day)s such a rule binds still: begin on the day after.")
        return [_once(text % {"day": date_format(other.binds_until, "DATE_FORMAT")}, "binds_from")]
    return [_once(_("There is such a rule already: change that one."))]


def _once(text: str, field: str | None = None) -> Problem:
    return Problem("rule_said_once", text, field=field)


def _people_problems(row: RosterRule) -> list[Problem]:
    found = _crew_problems(row)
    if row.kind == RuleKind.APART and not row.grounds:
        found.append(Problem("rule_grounds", _("Say why they are kept apart."), field="grounds"))
    return found


def _crew_problems(row: RosterRule) -> list[Problem]:
    if row.kind == RuleKind.TOGETHER and row.group_id:
        if not row.people:
            return []
        return [Problem("rule_people", _("Choose a group or people, not both."), field="people")]
    own = Member.objects.filter(pk__in=row.people, unit__path__startswith=row.unit.path).count()
    if len(set(row.people)) >= FEWEST_PEOPLE and own == len(set(row.people)):
        return []
    return [Problem("rule_people", _("Choose two people of the squadron or more."), field="people")]
