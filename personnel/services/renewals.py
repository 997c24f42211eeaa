"""Renewing the duty certificates of several members at once (handbook P10)."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from lianfang.platform.history import service
from lianfang.platform.problems import Problem, Refused
from personnel.models import DutyCertificate, Member
from personnel.rules import renewals as rules
from personnel.rules.members import taken
from personnel.services.members import check_right
from teams.models import User


@dataclass(frozen=True)
class Renewal:
    """Whose certificate, and the number it bears: the old one is made to last longer, a new one is issued."""

    member: Member
    number: str


@service
def renew_certificates(*, by: User | None, renewals: list[Renewal], valid_from: dt.date, valid_until: dt.date) -> int:
    """All or nothing, with the same days for everybody; answers how many. Raises `Refused`."""
    for unit in {renewal.member.unit for renewal in renewals}:
        check_right(by, unit)
    numbers = [renewal.number for renewal in renewals]
    known = {c.number: c for c in DutyCertificate.objects.select_for_update(of=("self",)).filter(number__in=numbers)}
    elsewhere = taken("lf_taken_certificates", numbers) - set(known)  # beyond the row scope
    problems = rules.day_problems(valid_from, valid_until) + rules.taken_problems(
        [renewal.member for renewal in renewals if renewal.number in elsewhere]
    )
    twice = {number for number, count in Counter(numbers).items() if count > 1}
    for renewal in renewals:
        problems += rules.renewal_problems(renewal.member, renewal.number, known.get(renewal.number), valid_from, twice)
    if problems:
        raise Refused(problems)
    try:
        with transaction.atomic():
            for renewal in renewals:
                _renew(renewal, known.get(renewal.number), valid_from, valid_until)
    except IntegrityError:  # somebody gave out the same number at the same moment
        raise Refused([Problem("certificate_number_taken", rules.TAKEN)]) from None
    return len(renewals)


def _renew(renewal: Renewal, known: DutyCertificate | None, valid_from: dt.date, valid_until: dt.date) -> None:
    if known is None:
        DutyCertificate.objects.create(
            member=renewal.member, number=renewal.number, valid_from=valid_from, valid_until=valid_until
        )
    elif valid_until != known.valid_until:
        known.valid_until = valid_until
        known.save(update_fields=["valid_until"])
