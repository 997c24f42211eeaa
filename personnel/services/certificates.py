"""Issuing and withdrawing duty certificates (handbook P10)."""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, transaction

from lianfang.platform.history import service
from lianfang.platform.problems import Problem, Refused
from personnel.models import DutyCertificate, Member
from personnel.rules import certificates as rules
from teams.models import User


@service
def issue_certificate(
    *, by: User | None, member: Member, number: str, valid_from: dt.date, valid_until: dt.date
) -> DutyCertificate:
    """A new certificate, both days included. Raises `Refused`."""
    problems = rules.issue_problems(number, valid_from, valid_until)
    if problems:
        raise Refused(problems)
    try:
        with transaction.atomic():
            return DutyCertificate.objects.create(
                member=member, number=number, valid_from=valid_from, valid_until=valid_until
            )
    except IntegrityError:  # the number belongs to a member of a unit that the user doesn't see
        raise Refused([rules.NUMBER_TAKEN]) from None


@service
def withdraw_certificate(*, by: User | None, certificate: DutyCertificate, on: dt.date, reason: str) -> list[Problem]:
    """Void from `on`. Raises `Refused`; answers what is left to see to, such as duties after that day."""
    row = DutyCertificate.objects.select_for_update(of=("self",)).select_related("member").get(pk=certificate.pk)
    problems = rules.withdrawal_problems(row, on)
    if not reason.strip():
        problems.append(rules.REASON_MISSING)
    if problems:
        raise Refused(problems)
    row.withdrawn_on, row.withdrawal_reason = on, reason.strip()[:200]
    row.save(update_fields=["withdrawn_on", "withdrawal_reason"])
    return rules.consequences(row.member, on)
