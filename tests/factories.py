"""Rows for tests. Every person is invented; the division code 990101 does not exist."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.crypto import get_random_string

from lianfang.platform.id_numbers import invented_id_number
from patrols.models import Beat, CoverRequirement, Duty, Roster, ShiftType
from personnel.models import Absence, DutyCertificate, Engagement, Member
from teams.models import Post, Unit, User

_serial = itertools.count(1)


def make_user(username: str, role: str, unit: Unit | None, **fields: Any) -> User:
    """An account that holds one post since the start of 2020; its password is `secret-123`."""
    user = User.objects.create_user(username, "secret-123", name=fields.pop("name", username), **fields)
    Post.objects.create(user=user, role=role, unit=unit, starts=dt.date(2020, 1, 1))
    return user


def make_session(user: User) -> str:
    """The key of a session as signing in leaves it."""
    data = {
        SESSION_KEY: str(user.pk),
        BACKEND_SESSION_KEY: "django.contrib.auth.backends.ModelBackend",
        HASH_SESSION_KEY: user.get_session_auth_hash(),
    }
    session = Session(session_key=get_random_string(32), expire_date=timezone.now() + dt.timedelta(hours=12))
    session.session_data = SessionStore().encode(data)
    session.save(force_insert=True)
    return session.session_key


def make_member(unit: Unit, name: str = "张建国", *, certified: bool = True, **fields: Any) -> Member:
    """A serving member, by default with a certificate valid from 2020 to 2035."""
    serial = next(_serial)
    birth_date = fields.pop("birth_date", dt.date(1990, 1, 1) + dt.timedelta(days=serial % 7000))
    member = Member(
        unit=unit,
        name=name,
        sex=fields.pop("sex", "male"),
        id_number=fields.pop("id_number", invented_id_number(birth_date, "male", serial % 500)),
        birth_date=birth_date,
        hired_on=fields.pop("hired_on", dt.date(2020, 1, 1)),
        **fields,
    )
    member.save()
    if certified:
        make_certificate(member)
    return member


def make_certificate(member: Member, **fields: Any) -> DutyCertificate:
    fields = {"valid_from": dt.date(2020, 1, 1), "valid_until": dt.date(2035, 12, 31)} | fields
    return DutyCertificate.objects.create(member=member, number=f"SG{next(_serial):06d}", **fields)


def make_shift_type(unit: Unit, code: str = "早", **fields: Any) -> ShiftType:
    """早 08:00–16:00 unless told otherwise."""
    fields = {
        "name": code + "班",
        "key": "abcdefghijklmnopqrstuvwxyz"[ShiftType.objects.filter(unit=unit).count()],
        "starts_at": dt.time(8),
        "minutes": 480,
    } | fields
    return ShiftType.objects.create(unit=unit, code=code, **fields)


def make_beat(unit: Unit, name: str = "文化路夜巡线", **fields: Any) -> Beat:
    return Beat.objects.create(unit=unit, name=name, kind=fields.pop("kind", "line"), **fields)


def make_cover(beat: Beat, shift_type: ShiftType, **fields: Any) -> CoverRequirement:
    return CoverRequirement.objects.create(beat=beat, shift_type=shift_type, **fields)


def make_roster(unit: Unit, first_day: dt.date, last_day: dt.date, **fields: Any) -> Roster:
    return Roster.objects.create(unit=unit, first_day=first_day, last_day=last_day, **fields)


def make_duty(roster: Roster, member: Member, day: dt.date, shift_type: ShiftType, **fields: Any) -> Duty:
    starts, ends = shift_type.span_on(day)
    return Duty.objects.create(
        roster=roster,
        unit=member.unit,
        member=member,
        day=day,
        shift_type=shift_type,
        starts=starts,
        ends=ends,
        **fields,
    )


def make_absence(member: Member, starts: dt.datetime, ends: dt.datetime, kind: str = "annual") -> Absence:
    engagement = Engagement.objects.create(member=member, kind="leave", starts=starts, ends=ends)
    return Absence.objects.create(engagement=engagement, kind=kind)
