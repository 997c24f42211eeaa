"""Invented people become members by the import of a roster workbook."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from lianfang.home.demonstration.people import Member as Invented
from personnel.models import DutyCertificate, Member
from teams.models import Unit

SOURCES = {"退役军人": "veteran", "高校毕业生": "graduate", "当地青年": "local_youth", "社会招聘": "open", "单位借调": "seconded"}
EDUCATION = {"高中": "senior", "中专": "vocational", "大专": "college", "本科": "bachelor"}
POLITICS = {"群众": "masses", "共青团员": "league_member", "中共党员": "party_member"}


def enrol(people: Sequence[Invented], units: Mapping[str, Unit], today: dt.date) -> dict[int, Member]:
    members = {}
    for p in people:
        m = Member(
            unit=units[p.squadron.group_code(p.group + 1)], name=p.name, sex=p.sex, id_number=p.id_number,
            birth_date=p.born, phone=p.phone, ethnicity="汉族", political_status=POLITICS[p.political_status],
            education=EDUCATION[p.education], school=p.school, major=p.major, source=SOURCES[p.source],
            is_veteran=p.source == "退役军人", position=p.position, level=p.level, hired_on=p.hired_on,
            contract_from=p.hired_on, contract_until=p.contract_until,
        )
        m.derive()
        members[p.number] = m
    Member.objects.bulk_create(members.values())
    DutyCertificate.objects.bulk_create(
        DutyCertificate(member=members[p.number], number=p.certificate[0], valid_from=p.certificate[1], valid_until=p.certificate[2])
        for p in people if p.certificate
    )
    return members
