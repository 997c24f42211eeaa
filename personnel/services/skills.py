"""Skills with their proof, and protected times, written into a member's file (handbook P8, D7)."""

from __future__ import annotations

import datetime as dt

from lianfang.platform.history import service
from lianfang.platform.problems import Refused
from personnel.models import Member, MemberSkill, Protection
from personnel.rules.skills import protection_problems, skill_problems
from teams.models import User


@service
def add_skill(
    *, by: User | None, member: Member, skill: str, proof: str, valid_until: dt.date | None = None
) -> MemberSkill:
    """A skill with its proof; one that the member has already is renewed. Raises `Refused`."""
    if problems := skill_problems(skill, proof):
        raise Refused(problems)
    values = {"proof": proof.strip(), "valid_until": valid_until}
    row, _created = MemberSkill.objects.update_or_create(member=member, skill=skill, defaults=values)
    return row


@service
def remove_skill(*, by: User | None, skill: MemberSkill) -> None:
    skill.delete()


@service
def add_protection(*, by: User | None, member: Member, kind: str, first_day: dt.date, last_day: dt.date) -> Protection:
    """Pregnancy or nursing from day to day: no nights, at most 8 hours a duty. Raises `Refused`."""
    if problems := protection_problems(member, first_day, last_day):
        raise Refused(problems)
    return Protection.objects.create(member=member, kind=kind, first_day=first_day, last_day=last_day)


@service
def remove_protection(*, by: User | None, protection: Protection) -> None:
    protection.delete()
