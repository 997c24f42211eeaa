"""The units of a new installation from one form, and an account for each squadron's leader."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from lianfang.platform.history import service
from lianfang.platform.problems import Problem, Refused
from teams.models import Unit, UnitKind, User
from teams.policy import Role
from teams.services.accounts import create_account
from teams.services.checks import refuse
from teams.services.units import add_unit

MAX_SQUADRONS, MAX_GROUPS = 99, 20
NUMERALS = "一二三四五六七八九十"


@dataclass(frozen=True)
class Plan:
    """What the form of the first units says. `division`: the six digits that unit codes begin with."""

    division: str
    district: str
    brigade: str
    squadrons: Sequence[str]
    groups: int  # patrol groups in each squadron


@dataclass(frozen=True)
class Slip:
    """A new account with its first password, to be shown once."""

    user: User
    unit: Unit | None
    password: str
    role: str = Role.LEADER

    @property
    def title(self) -> str:
        """The post: unit and role."""
        label = str(Role(self.role).label)
        return f"{self.unit.name} · {label}" if self.unit else label


def plan_problems(plan: Plan) -> list[Problem]:
    """Whether the plan can be set up on the present tree."""
    problems = []
    if Unit.objects.get_queryset().exists():
        problems.append(Problem("units_exist", _("There are units already; add further ones in the unit list.")))
    if not 1 <= len(plan.squadrons) <= MAX_SQUADRONS:
        text = _("Enter between 1 and %(most)d squadrons, one a line.") % {"most": MAX_SQUADRONS}
        problems.append(Problem("squadron_count", text, "squadrons"))
    twice = {name for name in plan.squadrons if plan.squadrons.count(name) > 1}
    if twice:
        text = _("%(names)s: entered twice.") % {"names": "、".join(sorted(twice))}
        problems.append(Problem("squadron_twice", text, "squadrons"))
    return problems


@service
def set_up_units(*, by: User | None, plan: Plan) -> list[Unit]:
    """District → brigade → squadrons → groups, with codes counted on from the division. Returns the squadrons.

    Raises `Refused`.
    """
    refuse(plan_problems(plan))
    code = f"{plan.division}{{:02d}}{{:02d}}{{:02d}}".format
    root = add_unit(by=by, parent=None, code=code(0, 0, 0), name=plan.district, kind=UnitKind.DISTRICT)
    brigade = add_unit(by=by, parent=root, code=code(1, 0, 0), name=plan.brigade, kind=UnitKind.BRIGADE)
    found = []
    for number, name in enumerate(plan.squadrons, start=1):
        squadron = add_unit(by=by, parent=brigade, code=code(1, number, 0), name=name, kind=UnitKind.SQUADRON)
        for group in range(1, plan.groups + 1):
            label = group_name(group)
            add_unit(by=by, parent=squadron, code=code(1, number, group), name=label, kind=UnitKind.GROUP)
        found.append(squadron)
    return found


def group_name(number: int) -> str:
    """一班, 二班 … 十一班: what stations call their patrol groups."""
    tens, ones = divmod(number, 10)
    text = ("" if tens == 0 else ("" if tens == 1 else NUMERALS[tens - 1]) + "十") + (
        NUMERALS[ones - 1] if ones else ""
    )
    return f"{text}班"


@service
def hand_out_leaders(*, by: User | None, leaders: Sequence[tuple[Unit, str, str]], starts: dt.date) -> list[Slip]:
    """An account with the leader's post for each (squadron, full name, user name); all or none.

    Raises `Refused`; a problem's field is `name-<unit>` or `username-<unit>`.
    """
    slips, problems = [], []
    for unit, name, username in leaders:
        try:
            user, password = create_account(
                by=by, username=username, name=name, role=Role.LEADER, unit=unit, starts=starts
            )
        except Refused as refused:
            problems += [_at(problem, unit) for problem in refused.problems]
        else:
            slips.append(Slip(user, unit, password))
    refuse(problems)
    return slips


def _at(problem: Problem, unit: Unit) -> Problem:
    field = problem.field if problem.field in ("name", "username") else "username"
    return Problem(problem.code, problem.message, f"{field}-{unit.pk}", problem.hint)
