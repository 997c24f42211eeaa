"""Slowing down: so many tries within a window, counted in the database, so for every process and machine alike.

The count is taken in one statement and holds whatever the request does afterwards, short of an answer of 500.
Two requests of one key take it one after the other. Kept is a keyed hash of who it was, until its window ends.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import math
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.http import HttpRequest

from lianfang.platform.fields import lookup_hash
from lianfang.platform.models import Tries

IPV6_HOME = 64  # bits: a household or an office is given that much, and may change the rest at will

# The database's clock: several machines have several. A count just above the limit is enough to refuse.
TAKE = """
INSERT INTO platform_tries AS t (key, count, ends) VALUES (%(key)s, 1, clock_timestamp() + %(window)s)
ON CONFLICT (key) DO UPDATE SET
  count = CASE WHEN t.ends <= clock_timestamp() THEN 1 ELSE least(t.count, %(most)s) + 1 END,
  ends = CASE WHEN t.ends <= clock_timestamp() THEN excluded.ends ELSE t.ends END
RETURNING count, extract(epoch FROM ends - clock_timestamp())
"""


@dataclass(frozen=True)
class Limit:
    """At most `most` tries of one subject within `window`, which begins with the first of them."""

    purpose: str
    most: int
    window: dt.timedelta


def wait_for(limit: Limit, subject: str) -> int:
    """Count one try of `subject`; 0 where it is free, otherwise the seconds until the next one is."""
    key = lookup_hash(f"{limit.purpose}:{subject}")
    values: dict[str, Any] = {"key": key, "most": limit.most, "window": limit.window}
    with connection.cursor() as cursor:
        cursor.execute(TAKE, values)
        count, seconds = cursor.fetchone()
    return max(1, math.ceil(seconds)) if count > limit.most else 0


def visitor(request: HttpRequest) -> str:
    """Who asks, for counting: the address, of IPv6 the network that one visitor has to themselves."""
    text = str(request.META.get("REMOTE_ADDR", ""))
    try:
        address = ipaddress.ip_address(text)
    except ValueError:  # a Unix socket's peer has none
        return text
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    return str(address.ipv4_mapped or ipaddress.ip_network((int(address), IPV6_HOME), strict=False))


def prune(now: dt.datetime) -> None:
    """Forget the windows that have ended."""
    Tries.objects.filter(ends__lt=now).delete()
