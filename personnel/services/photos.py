"""The photo in a member's file: set, replaced, removed (handbook P8)."""

from __future__ import annotations

import datetime as dt
from functools import partial

from django.db import transaction

from lianfang.platform.history import service
from lianfang.platform.problems import Problem, Refused
from personnel import photos
from personnel.models import Member
from personnel.services.members import check_right
from teams.models import User


@service
def set_photo(*, by: User | None, member: Member, data: bytes) -> Member:
    """Keep `data` as the member's photo; an older one goes. Raises `Refused` for what is none."""
    content = photos.encode(data)
    row: Member = Member.objects.select_for_update(of=("self",)).select_related("unit").get(pk=member.pk)
    check_right(by, row.unit)
    return _write(row, photos.keep(content))


@service
def remove_photo(*, by: User | None, member: Member) -> Member:
    """Take the photo out of the file; the history keeps that there was one."""
    row: Member = Member.objects.select_for_update(of=("self",)).select_related("unit").get(pk=member.pk)
    check_right(by, row.unit)
    if not row.photo:
        raise Refused([Problem("no_photo", photos.NO_PHOTO, field="photo")])
    return _write(row, "")


def _write(row: Member, name: str) -> Member:
    if row.photo:
        transaction.on_commit(partial(photos.forget, row.photo))
    row.photo = name
    row.save(update_fields=["photo"])
    return row


def forget_orphans(now: dt.datetime) -> int:
    """Delete photos on the disk that no file has any more. Answers how many."""
    in_use = set(Member.objects.exclude(photo="").values_list("photo", flat=True))
    return photos.forget_orphans(in_use, now)
