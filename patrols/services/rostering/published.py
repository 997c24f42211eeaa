"""A published version as a sheet: the roster as it was frozen, however the draft stands now."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable

from patrols.models import Duty, RosterVersion, ShiftType
from patrols.services.rostering.facts import Facts, read
from patrols.services.rostering.problem import assignment, problem_of
from patrols.services.rostering.sheet import Sheet
from personnel.models import Member


def version_sheet(version: RosterVersion) -> Sheet:
    """The sheet of what was published. Who has left the reader's scope since then is left out.

    Names, shift types and needs are those of today: a version freezes who worked when, nothing else.
    """
    facts = _with_all(read(version.roster), version)
    known = {member.pk for member in facts.members}
    duties = [duty for duty in _duties(version) if duty.member_id in known]
    facts = dataclasses.replace(facts, duties=duties)
    placed = tuple(assignment(facts, duty) for duty in duties)
    return Sheet(facts, problem_of(facts, with_fixed=False), placed)


def _duties(version: RosterVersion) -> Iterable[Duty]:
    for entry in version.duties:
        yield Duty(
            roster=version.roster,
            member_id=entry["member"],
            day=dt.date.fromisoformat(entry["day"]),
            shift_type_id=entry["shift"],
            beat_id=entry["beat"],
            starts=dt.datetime.fromisoformat(entry["starts"]),
            ends=dt.datetime.fromisoformat(entry["ends"]),
        )


def _with_all(facts: Facts, version: RosterVersion) -> Facts:
    """With the members and shift types that only the version knows."""
    members = {entry["member"] for entry in version.duties} - {member.pk for member in facts.members}
    shifts = {entry["shift"] for entry in version.duties} - {shift.pk for shift in facts.shift_types}
    left = list(Member.objects.filter(pk__in=members).select_related("unit")) if members else []
    gone = list(ShiftType.objects.filter(pk__in=shifts)) if shifts else []
    people = sorted([*facts.members, *left], key=lambda m: (m.unit.path, m.name_pinyin, m.pk))
    return dataclasses.replace(facts, members=people, shift_types=[*facts.shift_types, *gone])
