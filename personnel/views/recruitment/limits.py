"""How often the public pages may be tried: from one address, at one receipt number, at one notice."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from lianfang.platform.problems import Problem, Refused
from lianfang.platform.throttle import Limit, visitor, wait_for

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
# Behind one address sits a whole internet café or school; a receipt number belongs to one person.
APPLY = Limit("apply", 30, HOUR)
STATUS = Limit("status", 60, HOUR)
# The last six of an ID number are some 300,000 likely ones: twenty guesses a day get nowhere.
NUMBER = Limit("number", 6, HOUR)
NUMBER_A_DAY = Limit("number-a-day", 20, DAY)
UPLOAD = Limit("upload", 60, HOUR)
OBJECTION = Limit("objection", 10, HOUR)
NOTICE = Limit("notice", 200, DAY)


def check(request: HttpRequest, *limits: tuple[Limit, str | None]) -> None:
    """Count a try at each limit, by its subject (None: by visitor). Raises `Refused` where one is used up."""
    for limit, subject in limits:
        seconds = wait_for(limit, visitor(request) if subject is None else subject)
        if seconds:
            minutes = -(-seconds // 60)
            message = _("Too many tries; try again in %(minutes)d minutes.") % {"minutes": minutes}
            raise Refused([Problem("too_many_tries", message)])
