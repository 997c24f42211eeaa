"""Who may hold which post (handbook, "Who uses it")."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lianfang.platform.problems import Problem
from teams.models import Post, Unit, UnitKind, User
from teams.policy import ADMIN_ROLES, Action, Role
from teams.scope import scope_of

_STATION = frozenset({UnitKind.SQUADRON, UnitKind.GROUP, UnitKind.SUB_TEAM})

# Where a role sits: a post of it elsewhere would reach further than the handbook says.
UNIT_KINDS: dict[str, frozenset[UnitKind]] = {
    Role.LEADER: frozenset({UnitKind.SQUADRON}),
    Role.GROUP_LEADER: frozenset({UnitKind.GROUP, UnitKind.SUB_TEAM}),
    Role.BRIGADE: frozenset({UnitKind.BRIGADE, UnitKind.SUB_BUREAU}),
    Role.REVIEWER: frozenset({UnitKind.DISTRICT}),
    Role.INSPECTOR: frozenset({UnitKind.DISTRICT, UnitKind.SUB_BUREAU, UnitKind.BRIGADE}),
    Role.OFFICER: _STATION,
    Role.MEMBER: _STATION,
}


def right_problems(by: User | None, unit: Unit | None) -> list[Problem]:
    """Whether `by` hands out posts for `unit`; None is the system itself at the console."""
    if by is None:
        return []
    scope = scope_of(by, Action.ACCOUNT_MANAGE)
    if scope.everywhere or (unit and scope.covers(unit.path)):
        return []
    return [Problem("no_right", _("You may not hand out accounts and posts."))]


def account_right_problems(by: User | None, user: User) -> list[Problem]:
    """Whether `by` may reset or close this account: only for whoever hands out accounts, and never one's own."""
    if by is not None and by.pk == user.pk:
        return [Problem("own_account", _("Somebody else must do this for your account."))]
    return right_problems(by, None)


def post_problems(  # the parts of one post
    user: User, role: str, unit: Unit | None, starts: dt.date, ends: dt.date | None, *, by: User | None
) -> list[Problem]:
    """Whether `by` may give `user` this post."""
    problems = right_problems(by, unit)
    if by is not None and by.pk == user.pk:
        problems.append(Problem("own_post", _("Nobody gives themself a post."), "user"))
    problems += place_problems(role, unit, starts)
    if ends and ends < starts:
        problems.append(Problem("ends_before_start", _("The post ends before it starts."), "ends"))
    elif role in ADMIN_ROLES and user.pk:
        problems += separation_problems(user, starts, ends)
    return problems


def place_problems(role: str, unit: Unit | None, starts: dt.date) -> list[Problem]:
    """Whether the role sits in such a unit."""
    if role in ADMIN_ROLES:
        message = _("An administrator's post belongs to no unit.")
        return [Problem("admin_without_unit", message, "unit", hint=_("Leave the unit empty."))] if unit else []
    if unit is None:
        return [Problem("unit_missing", _("Choose the unit of this post."), "unit")]
    if unit.kind not in UNIT_KINDS[role]:
        message = _("The post “%(role)s” does not exist in a %(kind)s.")
        values = {"role": Role(role).label, "kind": unit.get_kind_display()}
        return [Problem("role_not_in_unit", message % values, "unit")]
    if unit.closed_on and unit.closed_on <= starts:
        return [Problem("unit_closed", _("%(unit)s is closed.") % {"unit": unit.name}, "unit")]
    return []


def separation_problems(user: User, starts: dt.date, ends: dt.date | None) -> list[Problem]:
    """三员分立: one account holds one administrator's post at a time."""
    held = user.posts.filter(role__in=ADMIN_ROLES).filter(Q(ends=None) | Q(ends__gte=starts))
    if ends:
        held = held.filter(starts__lte=ends)
    return [
        Problem(
            "admin_posts_apart",
            _("This account is already %(role)s in that time.") % {"role": post.get_role_display()},
            "role",
            hint=_("System, security and audit administrators are three different people."),
        )
        for post in held[:1]
    ]


def last_admin_problems(user: User, after: dt.date | None = None) -> list[Problem]:
    """Whether the installation would be left without a system administrator if `user` stopped being one."""
    day = after or timezone.localdate()
    holders = Post.objects.filter(role=Role.SYSTEM_ADMIN, user__is_active=True).on(day)
    if not holders.filter(user=user).exists() or holders.exclude(user=user).exists():
        return []
    return [
        Problem(
            "last_system_admin",
            _("This is the last system administrator."),
            hint=_("Give somebody else this post first."),
        )
    ]
