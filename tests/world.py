"""A world for the sweep: the same objects in the user's own unit, in a sibling's and in a foreign district."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from lianfang.platform.models import Job
from patrols.models import (
    Beat,
    CoverRequirement,
    Duty,
    EmergencyException,
    Roster,
    RosterRule,
    RosterVersion,
    Rota,
    ShiftType,
    SwornOfficer,
    Wish,
    WorkingTimeLimits,
)
from personnel.models import (
    Absence,
    Application,
    ApplicationDocument,
    Campaign,
    DutyCertificate,
    Member,
    MemberSkill,
    Notice,
    Objection,
    PanelSeat,
    Protection,
    ScoreCorrection,
)
from teams.models import Unit, UnitLeader, User
from tests.factories import (
    make_absence,
    make_beat,
    make_cover,
    make_duty,
    make_member,
    make_roster,
    make_shift_type,
    make_user,
)
from tests.personnel.recruiting import recruitment_of

DAY = dt.date(2026, 12, 1)
PLACES = ("own", "sibling", "foreign")


@dataclass(frozen=True)
class Place:
    """One squadron with one of everything."""

    district: Unit
    brigade: Unit
    squadron: Unit
    group: Unit
    member: Member
    certificate: DutyCertificate
    absence: Absence
    beat: Beat
    shift_type: ShiftType
    cover: CoverRequirement
    limits: WorkingTimeLimits
    unit_leader: UnitLeader
    roster: Roster
    version: RosterVersion
    duty: Duty
    campaign: Campaign
    application: Application
    document: ApplicationDocument
    correction: ScoreCorrection
    seat: PanelSeat
    notice: Notice
    objection: Objection
    rota: Rota
    sworn_officer: SwornOfficer
    exception: EmergencyException
    rule: RosterRule
    wish: Wish
    member_skill: MemberSkill
    protection: Protection


@dataclass(frozen=True)
class World:
    places: dict[str, Place]
    users: dict[str, User]
    jobs: dict[str, Job]  # by role: the job belongs to that role's user

    def __getitem__(self, place: str) -> Place:
        return self.places[place]


def build_world() -> World:
    """Two districts; in the first one brigade with two squadrons. A user of each role sits at "own"."""
    first = _district("1")
    brigade = Unit.objects.add_child(first, {"code": "990110000000", "name": "B1", "kind": "brigade"})
    second = _district("2")
    other_brigade = Unit.objects.add_child(second, {"code": "990210000000", "name": "B2", "kind": "brigade"})
    places = {
        "own": _place(first, brigade, "11"),
        "sibling": _place(first, brigade, "12"),
        "foreign": _place(second, other_brigade, "21"),
    }
    users = _users(places["own"])
    Member.objects.filter(pk=places["own"].member.pk).update(user=users["member"])
    arguments = {"roster_id": places["own"].roster.pk}
    jobs = {
        role: Job.objects.create(kind="generate_roster", owner=user, arguments=arguments)
        for role, user in users.items()
    }
    return World(places, users, jobs)


def _district(digit: str) -> Unit:
    return Unit.objects.add_root({"code": f"990{digit}00000000", "name": f"D{digit}", "kind": "district"})


def _place(district: Unit, brigade: Unit, digits: str) -> Place:
    squadron = Unit.objects.add_child(
        brigade, {"code": f"9901{digits}000000", "name": f"S{digits}", "kind": "squadron"}
    )
    group = Unit.objects.add_child(squadron, {"code": f"9901{digits}000001", "name": f"G{digits}", "kind": "group"})
    member = make_member(group, f"M{digits}", phone="13800001234")
    shift_type = make_shift_type(squadron, "A", name=f"T{digits}")
    beat = make_beat(squadron, f"P{digits}")
    roster = make_roster(squadron, DAY, dt.date(2026, 12, 31), version=1)
    start = timezone.make_aware(dt.datetime(2026, 12, 10))
    return Place(
        district=district,
        brigade=brigade,
        squadron=squadron,
        group=group,
        member=member,
        certificate=member.certificates.get(),
        absence=make_absence(member, start, start + dt.timedelta(days=2)),
        beat=beat,
        shift_type=shift_type,
        cover=make_cover(beat, shift_type),
        limits=WorkingTimeLimits.objects.create(unit=squadron),
        unit_leader=UnitLeader.objects.create(
            unit=squadron, line="police", name=f"L{digits}", title="deputy chief", starts=dt.date(2020, 1, 1)
        ),
        roster=roster,
        rota=Rota.objects.create(unit=squadron, name=f"R{digits}", pattern=["A", ""], offsets=[0, 1]),
        duty=make_duty(roster, member, DAY, shift_type, beat=beat),
        version=RosterVersion.objects.create(roster=roster, unit=squadron, number=1, duties=[], digest="0" * 64),
        sworn_officer=SwornOfficer.objects.create(unit=squadron, name=f"O{digits}"),
        exception=_exception(squadron, digits),
        rule=RosterRule.objects.create(unit=squadron, kind="weekends", most=3, binds_from=DAY),
        wish=Wish.objects.create(member=member, unit=group, day=DAY),
        member_skill=MemberSkill.objects.create(member=member, skill="drone", proof="UAV 1"),
        protection=Protection.objects.create(member=member, kind="nursing", first_day=DAY, last_day=DAY),
        **recruitment_of(squadron, digits),
    )


def _exception(squadron: Unit, digits: str) -> EmergencyException:
    asker = make_user(f"asker{digits}", "leader", squadron)
    return EmergencyException.objects.create(
        unit=squadron, limits=["rest"], first_day=DAY, last_day=DAY, reason="flood", asked_by=asker
    )


def _users(place: Place) -> dict[str, User]:
    posts: dict[str, Any] = {
        "leader": place.squadron,
        "group_leader": place.group,
        "brigade": place.brigade,
        "reviewer": place.district,
        "inspector": place.brigade,
        "officer": place.squadron,
        "member": place.group,
        "system_admin": None,
        "security_admin": None,
        "audit_admin": None,
    }
    users = {role: make_user(role, role, unit, name=f"U{n}") for n, (role, unit) in enumerate(posts.items())}
    nobody = make_user("nobody", "leader", place.squadron, name="U99")
    nobody.posts.update(ends=dt.date(2020, 6, 30))  # a post that ended gives nothing
    users["nobody"] = nobody
    return users
