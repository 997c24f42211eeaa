"""Suspending members, taking them back, letting them go (handbook P11)."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from lianfang.platform.history import service
from lianfang.platform.problems import Problem, Refused
from personnel.models import DutyCertificate, Member, MemberStatus, StatusChange, StatusChangeKind
from personnel.models.status import STATUS_AFTER
from personnel.rules import status as rules
from personnel.services.members import check_right
from teams.models import User


@service
def change_status(
    *, by: User | None, member: Member, kind: str, on: dt.date, reason: str, document: str = ""
) -> list[Problem]:
    """Enter the change, from `on`. Raises `Refused`; answers what is left to see to after a suspension.

    A dismissal withdraws the duty certificate on the same day (handbook P10).
    """
    row: Member = Member.objects.select_for_update(of=("self",)).select_related("unit").get(pk=member.pk)
    check_right(by, row.unit)
    problems = rules.change_problems(row, kind, on, reason, timezone.localdate())
    if problems:
        raise Refused(problems)
    StatusChange.objects.create(member=row, kind=kind, on=on, reason=reason.strip(), document=document.strip())
    row.status = STATUS_AFTER[StatusChangeKind(kind)]
    row.left_on = on if row.status == MemberStatus.LEFT else None
    row.save(update_fields=["status", "left_on"])
    if kind == StatusChangeKind.DISMISS:
        _withdraw_certificates(row, on, reason)
    return rules.unsettled(row, on) if kind == StatusChangeKind.SUSPEND else []


def _withdraw_certificates(member: Member, on: dt.date, reason: str) -> None:
    for certificate in DutyCertificate.objects.filter(member=member).valid_on(on):
        certificate.withdrawn_on, certificate.withdrawal_reason = on, reason.strip()[:200]
        certificate.save(update_fields=["withdrawn_on", "withdrawal_reason"])
