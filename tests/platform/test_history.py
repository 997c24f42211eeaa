"""The history: every way of writing is recorded with who and where, and no session of the application escapes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.apps import apps
from django.conf import LazySettings
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from lianfang.platform import history
from personnel.models import Member
from teams.models import Unit, User
from teams.scope import row_scope
from tests.conftest import County
from tests.factories import make_member


def unit_events(**conditions: Any) -> Any:
    return apps.get_model("teams", "UnitEvent").objects.filter(**conditions).order_by("pgh_id")


def last_context() -> dict[str, Any]:
    return dict(unit_events().last().pgh_context.metadata)


def by_save(request: HttpRequest) -> None:
    unit = Unit.objects.get(code="990100110001")
    unit.short_name = "new"
    unit.save()


def by_update(request: HttpRequest) -> None:
    Unit.objects.filter(code="990100110001").update(short_name="new")


def by_bulk_update(request: HttpRequest) -> None:
    unit = Unit.objects.get(code="990100110001")
    unit.short_name = "new"
    Unit.objects.bulk_update([unit], ["short_name"])


def by_raw_sql(request: HttpRequest) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE teams_unit SET short_name = 'new' WHERE code = '990100110001'")


WAYS = {"save": by_save, "update": by_update, "bulk-update": by_bulk_update, "raw": by_raw_sql}


def change(request: HttpRequest, way: str) -> HttpResponse:
    WAYS[way](request)
    return HttpResponse()


urlpatterns = [path("change/<slug:way>/", change)]


@pytest.fixture
def small_site(settings: LazySettings) -> None:
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = [
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "teams.scope.RowScopeMiddleware",
    ]


@pytest.fixture
def as_application(leader: User) -> Iterator[None]:
    """The session of a leader's request, without the middleware."""
    with row_scope(leader):
        yield


@pytest.mark.parametrize("way", sorted(WAYS))
def test_change_in_a_request_is_recorded_with_who_and_where(
    small_site: None, county: County, leader: User, client_of: Callable[[User], Client], way: str
) -> None:
    before = unit_events(pgh_label="update").count()
    assert client_of(leader).get(f"/change/{way}/").status_code == 200
    assert unit_events(pgh_label="update").count() == before + 1
    event = unit_events().last()
    assert (event.pgh_label, event.short_name, event.pgh_obj_id) == ("update", "new", county.group.pk)
    context = last_context()
    assert (context["user"], context["name"], context["path"]) == (leader.pk, "leader", f"/change/{way}/")


def test_bulk_create_records_every_row(county: County, leader: User) -> None:
    template = make_member(county.group)
    events = apps.get_model("personnel", "MemberEvent").objects
    before = events.count()
    members = [Member(unit=county.group, name="赵敏", sex="female", birth_date="1995-05-05") for _ in range(3)]
    for number, member in enumerate(members):
        member.id_number = f"{template.id_number[:-2]}{number}X"
        member.derive()
    with transaction.atomic(), history.acting(leader, command="test"):
        Member.objects.bulk_create(members)
    added = events.filter(pgh_label="insert").order_by("-pgh_id")[:3]
    assert events.count() == before + 3
    assert {event.pgh_context.metadata["user"] for event in added} == {leader.pk}


def test_delete_is_recorded(county: County, leader: User) -> None:
    number = county.second_group.pk
    with transaction.atomic(), history.acting(leader):
        Unit.objects.filter(pk=number).delete()
    event = unit_events(pgh_obj_id=number).last()
    assert (event.pgh_label, event.pgh_context.metadata["user"]) == ("delete", leader.pk)


def test_raw_delete_is_recorded(county: County) -> None:
    number = county.second_group.pk
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM teams_unit WHERE id = %s", [number])
    assert unit_events(pgh_obj_id=number).last().pgh_label == "delete"


def test_service_is_recorded_with_its_name_and_reason(county: County, leader: User) -> None:
    @history.service
    def rename(*, by: User, reason: str) -> None:
        Unit.objects.filter(pk=county.group.pk).update(name="新名")

    rename(by=leader, reason="改名")
    context = last_context()
    assert (context["service"], context["reason"], context["user"]) == ("rename", "改名", leader.pk)


def test_inner_actor_counts_and_the_outer_one_comes_back(county: County, leader: User, outsider: User) -> None:
    with transaction.atomic(), history.acting(leader, path="/here/"):
        with history.acting(outsider):
            Unit.objects.filter(pk=county.group.pk).update(name="甲")
            assert last_context()["user"] == outsider.pk
        Unit.objects.filter(pk=county.group.pk).update(name="乙")
        assert last_context()["user"] == leader.pk
    Unit.objects.filter(pk=county.group.pk).update(name="丙")
    assert unit_events().last().pgh_context is None


def test_change_that_is_undone_leaves_no_event(county: County, leader: User) -> None:
    before = unit_events().count()
    with transaction.atomic(), history.acting(leader):
        Unit.objects.filter(pk=county.group.pk).update(name="甲")
        transaction.set_rollback(True)
    assert unit_events().count() == before


EVENT_WRITES = [
    "INSERT INTO teams_unitevent (pgh_created_at, pgh_label, pgh_obj_id, id) VALUES (now(), 'update', 1, 1)",
    "UPDATE teams_unitevent SET name = ''",
    "DELETE FROM teams_unitevent",
    "TRUNCATE teams_unitevent",
    "UPDATE pghistory_context SET metadata = '{}'",
    "DELETE FROM pghistory_context",
    "ALTER TABLE teams_unit DISABLE TRIGGER ALL",
    "DROP TRIGGER pgtrigger_update_update_1 ON teams_unit",
    "SET session_replication_role = replica",
    "CREATE OR REPLACE FUNCTION _pgtrigger_should_ignore(trigger_name name) RETURNS boolean RETURN true",
]


@pytest.mark.parametrize("statement", EVENT_WRITES)
def test_application_cannot_touch_the_history(as_application: None, county: County, statement: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_every_history_table_is_closed_to_the_application(db: None) -> None:
    tables = [m._meta.db_table for m in apps.get_models() if hasattr(m, "pgh_tracked_model")]
    assert "teams_unitevent" in tables
    with connection.cursor() as cursor:
        for table in [*tables, "pghistory_context"]:
            for right in ("INSERT", "UPDATE", "DELETE", "TRUNCATE"):
                cursor.execute("SELECT has_table_privilege('lf_app', %s, %s)", [table, right])
                assert cursor.fetchone() == (False,), (table, right)


@pytest.mark.parametrize("value", ["{}", "{teams_unit:pgtrigger_update_update}", "true"])
def test_setting_does_not_switch_the_history_off(as_application: None, county: County, value: str) -> None:
    before = unit_events().count()
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pgtrigger.ignore', %s, true)", [value])
        cursor.execute("UPDATE teams_unit SET short_name = 'new' WHERE id = %s", [county.group.pk])
    assert unit_events().count() == before + 1


def test_ignoring_all_triggers_does_not_switch_the_history_off(as_application: None, county: County) -> None:
    import pgtrigger

    before = unit_events().count()
    with pgtrigger.ignore():
        Unit.objects.filter(pk=county.group.pk).update(short_name="new")
    assert unit_events().count() == before + 1


def test_trigger_functions_run_as_the_owner_with_a_fixed_search_path(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), bool_and(p.prosecdef), "
            " bool_and('search_path=pg_catalog, public, pg_temp' = ANY (p.proconfig))"
            " FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid WHERE t.tgname LIKE 'pgtrigger%'"
        )
        count, definer, fixed = cursor.fetchone()
    assert count > 0
    assert definer
    assert fixed


def test_shadowing_a_table_does_not_divert_the_history(as_application: None, county: County) -> None:
    before = unit_events().count()
    with connection.cursor() as cursor:
        try:
            with transaction.atomic():
                cursor.execute("CREATE TEMP TABLE teams_unitevent (LIKE public.teams_unitevent)")
        except DatabaseError:
            return  # better still: it may not even
        cursor.execute("UPDATE public.teams_unit SET short_name = 'new' WHERE id = %s", [county.group.pk])
        cursor.execute("SELECT count(*) FROM public.teams_unitevent")
        assert cursor.fetchone() == (before + 1,)


def test_history_keeps_no_password(county: County, leader: User) -> None:
    fields = {field.name for field in apps.get_model("teams", "UserEvent")._meta.get_fields()}
    assert "password" not in fields


def test_history_keeps_id_numbers_closed(county: County) -> None:
    member = make_member(county.group)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM personnel_memberevent AS e WHERE e::text LIKE %s", [f"%{member.id_number}%"]
        )
        assert cursor.fetchone() == (0,)
