"""What a renewal of a duty certificate must be (handbook P10)."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_lazy as _

from lianfang.platform.problems import Problem
from personnel.models import DutyCertificate, Member

TAKEN = _("A certificate with this number exists already.")


def field_of(member: Member) -> str:
    """The form's field with the number of this member's certificate."""
    return f"number_{member.pk}"


def day_problems(valid_from: dt.date, valid_until: dt.date) -> list[Problem]:
    if valid_until >= valid_from:
        return []
    return [Problem("certificate_ends_before_start", _("The last day is before the first."), field="valid_until")]


def taken_problems(members: list[Member]) -> list[Problem]:
    """For members whose number somebody in a unit bears that the user doesn't see."""
    return [Problem("certificate_number_taken", TAKEN, field=field_of(member)) for member in members]


def renewal_problems(
    member: Member, number: str, known: DutyCertificate | None, valid_from: dt.date, twice: set[str]
) -> list[Problem]:
    """`known` is the certificate that bears this number already; `twice` the numbers given to several members."""
    field = field_of(member)
    if number in twice:
        return [Problem("certificate_number_twice", _("This number is given twice."), field=field)]
    if known is None:
        return []
    if known.member_id != member.pk:
        return [Problem("certificate_number_taken", TAKEN, field=field)]
    if known.withdrawn_on:
        message = _("This certificate was withdrawn; a new one needs another number.")
        return [Problem("certificate_withdrawn", message, field=field)]
    if known.valid_until + dt.timedelta(days=1) < valid_from:
        message = _("This certificate ended on %(day)s, so days would be missing; give the number of the new one.")
        return [Problem("certificate_gap", message % {"day": known.valid_until}, field=field)]
    return []
