"""What of the people's data is forgotten when its time is over."""

from __future__ import annotations

import datetime as dt

from lianfang.platform.jobs import cleaner
from personnel.services import photos
from personnel.services.imports import forget_expired
from personnel.services.recruitment import documents, uploads
from teams.scope import system_scope


@cleaner
def forget(now: dt.datetime) -> None:
    """Workbooks that nobody confirmed within a day, photos and papers that no row has."""
    with system_scope():
        forget_expired(now)
        uploads.forget_expired(now)
        photos.forget_orphans(now)
        documents.forget_orphans(now)
