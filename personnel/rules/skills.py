"""What a skill and a protected time must hold (handbook P8, D7)."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_lazy as _

from lianfang.platform.problems import Problem
from personnel.models import Member, Protection, SkillKind

PROOF_MISSING = Problem("skill_proof", _("Name the licence or certificate that proves it."), field="proof")
SKILL_UNKNOWN = Problem("skill_unknown", _("This skill is not in the list."), field="skill")
TURNED = Problem("protection_span", _("The last day lies before the first."), field="last_day")
OVERLAPPING = Problem("protection_overlap", _("Another protected time holds in these days."), field="first_day")


def skill_problems(skill: str, proof: str) -> list[Problem]:
    """Why the skill cannot be noted so."""
    found = [] if skill in SkillKind.values else [SKILL_UNKNOWN]
    return found if proof.strip() else [*found, PROOF_MISSING]


def protection_problems(member: Member, first_day: dt.date, last_day: dt.date) -> list[Problem]:
    """Why the protected time cannot be noted so."""
    if last_day < first_day:
        return [TURNED]
    taken = Protection.objects.filter(member=member).overlapping(first_day, last_day)
    return [OVERLAPPING] if taken.exists() else []
