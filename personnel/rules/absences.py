"""A person's time can be taken once (design: one table that duty, standby, leave and training all use)."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_lazy as _

from lianfang.platform.problems import Problem
from personnel.models import Engagement, Member

LONGEST = dt.timedelta(days=366)


def absence_problems(member: Member, starts: dt.datetime, ends: dt.datetime) -> list[Problem]:
    """Whether `member` may be absent then."""
    if ends <= starts:
        return [Problem("absence_ends_before_start", _("The last day is before the first."), field="last_day")]
    if ends - starts > LONGEST:
        message = _("An absence lasts at most a year; enter a longer one in parts.")
        return [Problem("absence_too_long", message, field="last_day")]
    return [_clash(row) for row in Engagement.objects.filter(member=member).overlapping(starts, ends)]


def _clash(row: Engagement) -> Problem:
    message = _("The member's time is taken (%(kind)s): %(span)s.") % {
        "kind": row.get_kind_display(),
        "span": row.span_text,
    }
    hint = _("Take the duty out of the roster, or end the other absence, first.")
    return Problem("time_taken", message, field="first_day", hint=hint)


TIME_TAKEN = Problem(
    "time_taken", _("The member's time is already taken then."), field="first_day"
)  # what the database's own constraint means, where two people write at the same moment
