"""Slowing down the public pages: so many tries an hour from one address, or at one receipt number."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from lianfang.platform.fields import lookup_hash
from personnel.models import PublicAttempt

WINDOW = dt.timedelta(hours=1)
KEPT = dt.timedelta(days=1)
# Behind one address sits a whole internet café or school; a receipt number belongs to one person.
LIMITS = {"apply": 30, "status": 60, "number": 6, "objection": 10}


def is_free(purpose: str, subject: str) -> bool:
    """Whether `subject` may try once more; counts the try. Keeps a keyed hash only, for a day."""
    key, now = lookup_hash(f"{purpose}:{subject}"), timezone.now()
    PublicAttempt.objects.filter(at__lt=now - KEPT).delete()
    if PublicAttempt.objects.filter(key=key, at__gt=now - WINDOW).count() >= LIMITS[purpose]:
        return False
    PublicAttempt.objects.create(key=key, at=now)
    return True
