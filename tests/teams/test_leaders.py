"""The dated leaders of both lines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client

from lianfang.platform.problems import Refused
from teams.models import Unit, UnitLeader, User
from teams.scope import row_scope
from teams.services.leaders import add_leader, change_leader
from tests.conftest import County

ClientOf = Callable[[User], Client]
START, LAST = dt.date(2024, 3, 1), dt.date(2025, 6, 30)


def enter(unit: Unit, name: str = "郑副所长", **fields: object) -> UnitLeader:
    values: dict[str, object] = {"line": "police", "title": "副所长（分管巡防）", "starts": START} | fields
    return add_leader(by=None, unit=unit, name=name, **values)  # type: ignore[arg-type]


def test_leader_and_successor_both_stay_on_the_page(county: County, leader: User, client_of: ClientOf) -> None:
    first = enter(county.squadron)
    change_leader(
        by=leader,
        leader=first,
        line="police",
        name=first.name,
        title=first.title,
        starts=START,
        ends=dt.date(2025, 6, 30),
    )
    enter(county.squadron, "冯副所长", starts=dt.date(2025, 7, 1))
    page = client_of(leader).get(f"/units/{county.squadron.pk}/").content.decode()
    present, former = page.split("<details", 1)[0], page.split("<details")[-1]
    assert "冯副所长" in page
    assert "郑副所长" in former
    assert "郑副所长" not in present.split('id="lines-title"')[-1].split("<h3>")[-1]


def test_leader_entered_by_the_form(county: County, leader: User, client_of: ClientOf) -> None:
    form = {"line": "government", "name": "何主任", "title": "综治办主任", "starts": "2025-01-01", "ends": ""}
    response = client_of(leader).post(f"/units/{county.squadron.pk}/leaders/new/", form)
    assert response.status_code == 302
    row = UnitLeader.objects.get()
    assert (row.unit, row.line, row.name, row.ends) == (county.squadron, "government", "何主任", None)


def test_leader_form_keeps_what_was_typed_and_names_the_field(
    county: County, leader: User, client_of: ClientOf
) -> None:
    form = {"line": "police", "name": "何主任", "title": "主任", "starts": "2025-05-01", "ends": "2025-04-01"}
    response = client_of(leader).post(f"/units/{county.squadron.pk}/leaders/new/", form)
    assert response.status_code == 200
    assert "何主任" in response.content.decode()
    assert response.context["form"].errors
    assert not UnitLeader.objects.exists()


def test_leader_of_another_unit_is_neither_seen_nor_changed(
    county: County, outsider: User, client_of: ClientOf
) -> None:
    row = enter(county.squadron)
    assert client_of(outsider).get(f"/units/leaders/{row.pk}/").status_code == 404
    with pytest.raises(Refused):
        enter_by(outsider, county.squadron)


def enter_by(user: User, unit: Unit) -> UnitLeader:
    return add_leader(by=user, unit=unit, line="police", name="某人", title="某职", starts=START)


def test_leaders_of_foreign_units_are_hidden_by_the_database(county: County, outsider: User) -> None:
    enter(county.squadron)
    with row_scope(outsider):
        assert not UnitLeader.objects.exists()
        assert not apps.get_model("teams", "UnitLeaderEvent").objects.exists()


def test_leader_entered_twice_for_a_time_is_refused(county: County) -> None:
    enter(county.squadron)
    with pytest.raises(Refused):
        enter(county.squadron, starts=dt.date(2025, 1, 1))
    with pytest.raises(IntegrityError), transaction.atomic():
        UnitLeader.objects.create(
            unit=county.squadron, line="police", name="郑副所长", title="所长", starts=dt.date(2025, 1, 1)
        )


def test_leader_who_ends_before_the_start_is_refused_by_the_database(county: County) -> None:
    row = enter(county.squadron)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE teams_unitleader SET line = 'party' WHERE id = %s", [row.pk])
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE teams_unitleader SET ends = '2024-02-29' WHERE id = %s", [row.pk])


def test_leader_entry_taken_back_stays_in_the_history(county: County, leader: User, client_of: ClientOf) -> None:
    row = enter(county.squadron)
    assert client_of(leader).post(f"/units/leaders/{row.pk}/remove/").status_code == 302
    assert not UnitLeader.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pgh_label FROM teams_unitleaderevent ORDER BY pgh_id")
        assert [label for (label,) in cursor.fetchall()] == ["insert", "delete"]
