"""The history of files that are written thousands at a time: complete, and no way of writing escapes it."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection

from lianfang.platform.bulk import copy_insert
from lianfang.platform.history import acting
from personnel.models import DutyCertificate, Member
from teams.models import User
from teams.scope import row_scope
from tests.conftest import County
from tests.factories import make_member

pytestmark = pytest.mark.django_db


def test_one_insert_of_many_certificates_records_each_with_who(county: County, leader: User) -> None:
    member = make_member(county.group, certified=False)
    rows = [
        {"member_id": member.pk, "number": f"M{n}", "valid_from": "2026-01-01", "valid_until": "2027-01-01"}
        for n in range(30)
    ]
    with row_scope(leader), acting(leader):
        ids = copy_insert(DutyCertificate, rows)
    events = apps.get_model("personnel", "DutyCertificateEvent").objects.filter(pgh_label="insert", member=member)
    assert sorted(events.values_list("pgh_obj_id", "number")) == sorted(
        zip(ids, [r["number"] for r in rows], strict=True)
    )
    assert {e.pgh_context.metadata["user"] for e in events.select_related("pgh_context")} == {leader.pk}


def test_change_of_a_row_s_own_key_is_recorded(county: County) -> None:
    member = make_member(county.group, certified=False)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE personnel_member SET id = id + 100000, name = 'x' WHERE id = %s", [member.pk])
    event = apps.get_model("personnel", "MemberEvent").objects.filter(pgh_label="update").latest("pgh_id")
    assert (event.pgh_obj_id, event.name) == (member.pk + 100000, "x")
    assert Member.objects.filter(pk=member.pk + 100000).exists()
