"""What members mean for their unit."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import ngettext

from lianfang.platform.problems import Problem
from personnel.models import Member
from teams.models import Unit


def closing_problems(unit: Unit, on: dt.date) -> list[Problem]:
    """A unit closes empty: whoever serves in it or below has to be transferred first."""
    count = Member.objects.below(unit).serving(on).count()
    if not count:
        return []
    message = ngettext(
        "%(count)d member still serves here; transfer the member first.",
        "%(count)d members still serve here; transfer them first.",
        count,
    )
    return [Problem("members_remain", message % {"count": count})]
