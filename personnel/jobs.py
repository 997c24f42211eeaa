"""What of the people's data is forgotten when its time is over."""

from __future__ import annotations

import datetime as dt

from lianfang.platform.jobs import cleaner
from personnel.services.imports import forget_expired
from personnel.services.photos import forget_orphans
from teams.scope import system_scope


@cleaner
def forget(now: dt.datetime) -> None:
    """Roster workbooks that nobody confirmed within a day, photos that no file has."""
    with system_scope():
        forget_expired(now)
        forget_orphans(now)
