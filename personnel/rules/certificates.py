"""Duty certificates (handbook P10): how long they last, when they may be issued and withdrawn."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.utils.translation import gettext_lazy as _

from lianfang.platform.problems import Problem
from personnel.models import DutyCertificate, Member

ENDING_DAYS = 60  # how long before its end a certificate begins to stand out

# Apps above say here what a withdrawal leaves behind (future duties); they register in `AppConfig.ready`.
WITHDRAWAL_CHECKS: list[Callable[[Member, dt.date], list[Problem]]] = []


NUMBER_TAKEN = Problem("certificate_number_taken", _("A certificate with this number exists already."), field="number")
REASON_MISSING = Problem("reason_missing", _("A reason is needed."), field="reason")


def tone(until: dt.date | None, today: dt.date) -> str:
    """How a certificate's last day looks in a list: "" in order, "warn" ending within 60 days, "bad" over or none."""
    if until is None or until < today:
        return "bad"
    return "warn" if until <= today + dt.timedelta(days=ENDING_DAYS) else ""


def issue_problems(number: str, valid_from: dt.date, valid_until: dt.date) -> list[Problem]:
    """Whether a certificate may be issued so."""
    problems = []
    if valid_until < valid_from:
        message = _("The last day is before the first.")
        problems.append(Problem("certificate_ends_before_start", message, field="valid_until"))
    if DutyCertificate.objects.filter(number=number).exists():
        problems.append(NUMBER_TAKEN)
    return problems


def withdrawal_problems(certificate: DutyCertificate, on: dt.date) -> list[Problem]:
    """Whether a certificate may be withdrawn on that day."""
    if certificate.withdrawn_on:
        return [Problem("certificate_withdrawn", _("This certificate is withdrawn already."), field="withdrawn_on")]
    if not certificate.valid_from <= on <= certificate.valid_until:
        message = _("The day lies outside the certificate's own time.")
        return [Problem("withdrawal_outside", message, field="withdrawn_on")]
    return []


def consequences(member: Member, on: dt.date) -> list[Problem]:
    """What somebody must see to when `member` has no certificate from `on`."""
    return [problem for check in WITHDRAWAL_CHECKS for problem in check(member, on)]
