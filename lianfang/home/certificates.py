"""Whose certificate ends soon, and who has none."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, Q

from lianfang.home.addresses import address
from personnel.models import Member
from personnel.rules.certificates import ENDING_DAYS
from teams.models import User

SHOWN = 30  # on a landing page; the list of members goes further


@dataclass(frozen=True)
class Ending:
    """A member whose certificate ends soon, ended, or was never issued (`until` is None)."""

    name: str
    unit: str
    until: dt.date | None
    is_over: bool
    url: str


@dataclass(frozen=True)
class Endings:
    """How many serving members have no valid certificate, how many one that ends soon, and who comes first."""

    over: int
    soon: int
    first: list[Ending]

    @property
    def over_url(self) -> str:
        return f"{address('member-list')}?certificate=invalid&status=active"

    @property
    def soon_url(self) -> str:
        return f"{address('member-list')}?certificate=ending&status=active"


def endings(user: User, today: dt.date) -> Endings:
    """Who needs a new certificate among the members that `user` may see, in one query."""
    rows = list(_rows(user, today))
    found = [_ending(row, today) for row in rows]
    over = sum(ending.is_over for ending in found)
    return Endings(over=over, soon=len(found) - over, first=found[:SHOWN])


def _rows(user: User, today: dt.date) -> Any:
    in_force = Q(certificates__withdrawn_on=None) | Q(certificates__withdrawn_on__gt=today)
    rows = Member.objects.visible_to(user).serving(today)
    rows = rows.annotate(certified_until=Max("certificates__valid_until", filter=in_force))
    end = today + dt.timedelta(days=ENDING_DAYS)
    due = rows.filter(Q(certified_until=None) | Q(certified_until__lt=end))
    return due.order_by("certified_until", "name_pinyin").values("pk", "name", "unit__name", "certified_until")


def _ending(row: dict[str, Any], today: dt.date) -> Ending:
    until = row["certified_until"]
    is_over = until is None or until < today
    return Ending(row["name"], row["unit__name"], until, is_over, address("member-detail", row["pk"]))
