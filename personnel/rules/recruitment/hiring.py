"""The contract of who is hired: probation within the legal limit (handbook P9, 劳动合同法 art. 19)."""

from __future__ import annotations

import calendar
import datetime as dt

from django.utils.translation import gettext_lazy as _

from lianfang.platform.problems import Problem

# Contracts of at least so many months allow so many months of probation.
PROBATION_LIMITS = ((36, 6), (12, 2), (3, 1), (0, 0))


def months_on(day: dt.date, months: int) -> dt.date:
    """The same day so many months later; the last of the month where it has no such day, and of the calendar."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    if year > dt.MAXYEAR:
        return dt.date.max
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def longest_probation(contract_from: dt.date, contract_until: dt.date | None) -> dt.date | None:
    """The last day that a probation may have; None where the contract allows none. No end: without fixed term."""
    after = contract_until + dt.timedelta(days=1) if contract_until and contract_until < dt.date.max else None
    for least, allowed in PROBATION_LIMITS:
        if after is None or after >= months_on(contract_from, least):
            return months_on(contract_from, allowed) - dt.timedelta(days=1) if allowed else None
    return None


def contract_problems(
    hired_on: dt.date, contract_from: dt.date, contract_until: dt.date | None, probation_until: dt.date | None
) -> list[Problem]:
    """Whether the dates of a new contract are possible and lawful."""
    problems = []
    if contract_until and contract_until <= contract_from:
        problems.append(
            Problem("contract_ends_before_start", _("The contract ends before it begins."), "contract_until")
        )
    if contract_from < hired_on:
        problems.append(Problem("contract_before_hire", _("The contract begins before the hire."), "contract_from"))
    longest = longest_probation(contract_from, contract_until)
    if probation_until and (longest is None or probation_until > longest):
        until = str(_("The law allows a probation until %(day)s for this contract.")) % {"day": longest}
        message = until if longest else str(_("The law allows no probation for a contract this short."))
        problems.append(Problem("probation_too_long", message, "probation_until"))
    if probation_until and probation_until < contract_from:
        problems.append(Problem("probation_before_start", _("The probation ends before it begins."), "probation_until"))
    return problems
