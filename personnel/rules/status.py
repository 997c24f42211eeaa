"""Status changes (handbook P11): which follow on which, and what must be settled before somebody goes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.utils.translation import gettext_lazy as _

from lianfang.platform.problems import Problem
from personnel.models import Member, MemberStatus, StatusChange, StatusChangeKind
from personnel.models.status import EXITS

# Apps above, and other parts of this one, say here what keeps a member from going (future duties, equipment out).
EXIT_CHECKS: list[Callable[[Member, dt.date], list[Problem]]] = []

FOLLOWING = {
    MemberStatus.ACTIVE: (StatusChangeKind.SUSPEND, *EXITS),
    MemberStatus.SUSPENDED: (StatusChangeKind.RESUME, *EXITS),
    MemberStatus.LEFT: (StatusChangeKind.REHIRE,),
}


def kinds_after(status: str) -> tuple[StatusChangeKind, ...]:
    """The changes that may follow on `status`."""
    return FOLLOWING[MemberStatus(status)]


def change_problems(member: Member, kind: str, on: dt.date, reason: str, today: dt.date) -> list[Problem]:
    """Whether the change may be entered so. `on` is the first day on which it counts."""
    if kind not in kinds_after(member.status):
        message = _("The member is “%(status)s”: this change cannot follow.")
        return [Problem("status_order", message % {"status": member.get_status_display()}, field="kind")]
    problems = _day_problems(member, on, today)
    if not reason.strip():
        problems.append(Problem("reason_missing", _("A reason is needed."), field="reason"))
    if kind in EXITS:
        problems += unsettled(member, on)
    return problems + (rehire_problems(member) if kind == StatusChangeKind.REHIRE else [])


def rehire_problems(member: Member) -> list[Problem]:
    """Nobody dismissed for a breach of discipline comes back (工作规范: such people may not be recruited)."""
    last = StatusChange.objects.filter(member=member, kind__in=EXITS).values_list("kind", flat=True).first()
    if last != StatusChangeKind.DISMISS:
        return []
    return [Problem("dismissed", _("The member was dismissed and cannot be taken on again."), field="kind")]


def _day_problems(member: Member, on: dt.date, today: dt.date) -> list[Problem]:
    if on > today:
        return [Problem("status_future", _("The day lies ahead; enter the change when it has come."), field="on")]
    if member.left_on and on < member.left_on:
        message = _("The member served until then: taking on again begins on %(day)s at the earliest.")
        return [Problem("status_before_exit", message % {"day": member.left_on}, field="on")]
    if member.hired_on and on < member.hired_on:
        return [Problem("status_before_hire", _("The day is before the member was hired."), field="on")]
    last = StatusChange.objects.filter(member=member).values_list("on", flat=True).first()
    if last and on < last:
        message = _("The last change was on %(day)s; a later one cannot come before it.")
        return [Problem("status_before_last", message % {"day": last}, field="on")]
    return []


def unsettled(member: Member, on: dt.date) -> list[Problem]:
    """What still hangs on the member from that day on."""
    return [problem for check in EXIT_CHECKS for problem in check(member, on)]
