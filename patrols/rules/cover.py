"""What a need may ask of members (handbook D3, D4)."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lianfang.platform.problems import Problem
from patrols.models import BeatKind, CoverRequirement, TaskKind
from patrols.models.task import FORBIDDEN_BY, IN_PAIRS, LEAST_TOGETHER, LED_BY_LAW, NEEDS_OFFICER
from personnel.models import SkillKind

# What a beat of each kind is usually for.
USUAL_TASK = {BeatKind.POINT: TaskKind.GUARD, BeatKind.LINE: TaskKind.PATROL, BeatKind.AREA: TaskKind.PATROL}
IDEAL_BELOW = Problem("cover_ideal", gettext_lazy("The ideal is at least the minimum."), field="ideal")
DAYS_TURNED = Problem("cover_days", gettext_lazy("The last day lies before the first."), field="last_day")


def task_problems(kind: str) -> list[Problem]:
    """A task that may never be a member's, with the law's reason."""
    if kind not in FORBIDDEN_BY:
        return []
    facts = {"task": TaskKind(kind).label, "law": FORBIDDEN_BY[kind]}
    return [Problem("task_forbidden", _("“%(task)s” is no task for members: %(law)s.") % facts, field="task_kind")]


def cover_problems(row: CoverRequirement, skills: Mapping[str, int] | None = None) -> list[Problem]:
    """Why a need cannot stand as it is; `skills` are the people asked for by skill."""
    found = task_problems(row.task_kind)
    if row.task_kind in NEEDS_OFFICER and not row.officer_led:
        facts = {"task": TaskKind(row.task_kind).label, "law": LED_BY_LAW}
        text = _("“%(task)s” is led by a sworn officer: %(law)s.") % facts
        found.append(Problem("task_needs_officer", text, field="officer_led"))
    if row.ideal < row.minimum:
        found.append(IDEAL_BELOW)
    if row.first_day and row.last_day and row.last_day < row.first_day:
        found.append(DAYS_TURNED)
    return found + _pair_problems(row) + _skill_problems(row, skills or {})


def _pair_problems(row: CoverRequirement) -> list[Problem]:
    if row.task_kind not in IN_PAIRS or row.officer_led:
        return []
    text = _("A patrol without a sworn officer goes in pairs or more: %(least)d, or have an officer lead it.")
    message = text % {"least": LEAST_TOGETHER}
    found = []
    if 0 < row.minimum < LEAST_TOGETHER:
        found.append(Problem("patrol_in_pairs", message, field="minimum"))
    if row.minimum <= row.ideal < LEAST_TOGETHER:
        found.append(Problem("patrol_in_pairs", message, field="ideal"))
    return found


def _skill_problems(row: CoverRequirement, skills: Mapping[str, int]) -> list[Problem]:
    text = _("%(count)d with “%(skill)s” are more than the %(ideal)d people of the need.")
    return [
        Problem(
            "cover_skill",
            text % {"count": count, "skill": SkillKind(kind).label, "ideal": row.ideal},
            field=f"skill_{kind}",
        )
        for kind, count in skills.items()
        if count > row.ideal
    ]
