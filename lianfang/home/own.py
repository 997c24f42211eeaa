"""A member's own page: the next shifts, the certificate, the absences."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

from lianfang.home.away import Away
from patrols.models import Duty
from personnel.models import Absence, DutyCertificate
from teams.models import User

DAYS_AHEAD = dt.timedelta(days=35)
NOTICE = dt.timedelta(days=60)


@dataclass(frozen=True)
class OwnToday:
    duties: list[Duty]
    certified_until: dt.date | None
    absences: list[Away]
    today: dt.date

    @property
    def certificate_tone(self) -> str:
        if self.certified_until is None or self.certified_until < self.today:
            return "bad"
        return "warn" if self.certified_until <= self.today + NOTICE else ""

    @property
    def current(self) -> Duty | None:
        """The duty that runs now, else the next one."""
        return self.duties[0] if self.duties else None


def own_today(user: User, now: dt.datetime) -> OwnToday:
    """The signed-in member's own rows; other posts of the same account show nothing here."""
    today = timezone.localdate(now)
    duties = Duty.objects.visible_to(user).published().filter(member__user=user, ends__gt=now)
    certificates = DutyCertificate.objects.visible_to(user).filter(member__user=user).valid_on(today)
    absences = Absence.objects.visible_to(user).filter(engagement__member__user=user, engagement__ends__gt=now)
    return OwnToday(
        duties=list(duties.filter(starts__lt=now + DAYS_AHEAD).select_related("shift_type", "beat").order_by("starts")),
        certified_until=certificates.order_by("-valid_until").values_list("valid_until", flat=True).first(),
        absences=[Away.of(row) for row in absences.select_related("engagement").order_by("engagement__starts")[:10]],
        today=today,
    )
