"""Workbooks with applications or scores: kept until their owner confirms, then written as a whole or not at all."""

from __future__ import annotations

import datetime as dt

from personnel.models import RecruitmentUpload


def forget_expired(now: dt.datetime) -> int:
    """Delete the uploads that nobody confirmed within a day. Answers how many."""
    return RecruitmentUpload.objects.expired(now).delete()[0]
