"""Absences: why a member is not to be rostered (handbook P17, as blocks of time)."""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils import timezone

from lianfang.platform.history import service
from lianfang.platform.problems import Refused
from personnel.models import Absence, AbsenceKind, Engagement, EngagementKind, Member
from personnel.rules import absences as rules
from teams.models import User


def whole_days(first: dt.date, last: dt.date) -> tuple[dt.datetime, dt.datetime]:
    """From the start of the first day to the end of the last."""
    midnight = dt.time()
    return (
        timezone.make_aware(dt.datetime.combine(first, midnight)),
        timezone.make_aware(dt.datetime.combine(last + dt.timedelta(days=1), midnight)),
    )


@service
def add_absence(
    *, by: User | None, member: Member, kind: str, starts: dt.datetime, ends: dt.datetime, note: str = ""
) -> Absence:
    """Take the member's time. Raises `Refused` while a published duty or another absence has it."""
    problems = rules.absence_problems(member, starts, ends)
    if problems:
        raise Refused(problems)
    taken_as = EngagementKind.TRAINING if kind == AbsenceKind.TRAINING else EngagementKind.LEAVE
    try:
        with transaction.atomic():
            engagement = Engagement.objects.create(member=member, kind=taken_as, starts=starts, ends=ends)
            return Absence.objects.create(engagement=engagement, kind=kind, note=note)
    except IntegrityError as error:
        if "one_engagement_at_a_time" in str(error):
            raise Refused([rules.TIME_TAKEN]) from None
        raise


@service
def cancel_absence(*, by: User | None, absence: Absence) -> None:
    """Give the time back; the history keeps that it was taken."""
    absence.engagement.delete()
