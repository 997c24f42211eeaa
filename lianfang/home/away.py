"""Absences as the landing pages show them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

from personnel.models import Absence


@dataclass(frozen=True)
class Away:
    """Who is away, why, and from which day to which, both included."""

    name: str
    reason: str
    first: dt.date
    last: dt.date

    @classmethod
    def of(cls, absence: Absence, name: str = "") -> Away:
        span = absence.engagement
        # An absence of whole days ends at the midnight after its last day.
        last = timezone.localdate(span.ends - dt.timedelta(microseconds=1))
        return cls(name, absence.get_kind_display(), timezone.localdate(span.starts), last)

    def covers(self, day: dt.date) -> bool:
        return self.first <= day <= self.last
