"""Published duties that stand when a member goes, is suspended or loses the certificate (handbook P10, P11)."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from lianfang.platform.problems import Problem
from patrols.models import Duty, RosterStatus
from personnel.models import Member

SHOWN = 6


def future_duties(member: Member, on: dt.date) -> list[Problem]:
    """One problem that names the days, where duties of published rosters stand on `on` or later."""
    rows = Duty.objects.filter(member=member, day__gte=on, roster__status=RosterStatus.PUBLISHED)
    duties = list(rows.select_related("shift_type").order_by("day", "starts"))
    if not duties:
        return []
    days = "、".join(f"{duty.day:%m-%d} {duty.shift_type.code}" for duty in duties[:SHOWN])
    message = ngettext(
        "%(count)d published duty stands on or after %(day)s: %(days)s.",
        "%(count)d published duties stand on or after %(day)s: %(days)s.",
        len(duties),
    ) % {"count": len(duties), "day": on, "days": days + ("…" if len(duties) > SHOWN else "")}
    hint = _("Give them to somebody else in the roster first.")
    return [Problem("future_duties", message, field="on", hint=hint)]
