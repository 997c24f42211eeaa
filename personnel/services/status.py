"""Suspending members, taking them back, letting them go, taking them on again (handbook P11)."""

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
from teams.policy import Action


@service
def change_status(
    *,
    by: User | None,
    member: Member,
    kind: str,
    on: dt.date,
    reason: str,
    document: str = "",
    right: Action = Action.MEMBER_MANAGE,
) -> list[Problem]:
    """Enter the change, from `on`. Raises `Refused`; answers what is left to see to after a suspension.

    A dismissal withdraws the duty certificate on the same day (handbook P10). Who is taken on again begins a new
    engagement with a new contract; the change keeps the days of the old one.
    """
    row: Member = Member.objects.select_for_update(of=("self",)).select_related("unit").get(pk=member.pk)
    check_right(by, row.unit, right)
    problems = rules.change_problems(row, kind, on, reason, timezone.localdate())
    if problems:
        raise Refused(problems)
    change = StatusChange(member=row, kind=kind, on=on, reason=reason.strip(), document=document.strip())
    if kind == StatusChangeKind.REHIRE:
        change.served_from, change.served_until = row.hired_on, row.left_on
        row.hired_on = on
        row.contract_from = row.contract_until = row.probation_until = None
    row.status = STATUS_AFTER[StatusChangeKind(kind)]
    row.left_on = on if row.status == MemberStatus.LEFT else None
    change.save()
    row.save(update_fields=["status", "left_on", "hired_on", "contract_from", "contract_until", "probation_until"])
    if kind == StatusChangeKind.DISMISS:
        _withdraw_certificates(row, on, reason)
    return rules.unsettled(row, on) if kind == StatusChangeKind.SUSPEND else []


def _withdraw_certificates(member: Member, on: dt.date, reason: str) -> None:
    for certificate in DutyCertificate.objects.filter(member=member).valid_on(on):
        certificate.withdrawn_on, certificate.withdrawal_reason = on, reason.strip()[:200]
        certificate.save(update_fields=["withdrawn_on", "withdrawal_reason"])
