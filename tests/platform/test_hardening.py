"""What the database refuses whatever the program does: rows without a scope, changed records, borrowed functions."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from personnel.models import IdNumberReading, Member
from teams.models import Unit, User
from teams.scope import row_scope

pytestmark = pytest.mark.django_db

OURS = ("teams", "personnel", "patrols", "assessments", "platform")
# Tables that name a unit, a person or a scoped row and yet are open to every signed-in request, and why.
OPEN = {
    "teams_unit": "the tree of names; `visible_to` says whose page opens",
    "teams_post": "asked before there is a scope: the scope is made of posts",
    "platform_job": "arguments are ids; a job is found by its owner alone",
    "patrols_calendarfeed": "found by its digest before anybody is signed in",
    "patrols_swornofficer_beats": "two ids; the officer's name is a scoped row",
    # Plans that name nobody: a member reads those of the own duties, and a squadron reads its brigade's.
    "patrols_beat": "no person",
    "patrols_shifttype": "no person",
    "patrols_rota": "no person",
    "patrols_workingtimelimits": "no person",
    "personnel_fitnessstandard": "no person",
}


def unsecured() -> dict[str, set[str]]:
    """Each table of ours without row-level security, with what it points to that a scope is about."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relrowsecurity")
        secured = {name for (name,) in cursor.fetchall()}
    sensitive = secured | {Unit._meta.db_table, User._meta.db_table}
    found = {}
    for model in apps.get_models(include_auto_created=True):
        table = model._meta.db_table
        if model._meta.app_label in OURS and not model._meta.proxy and table not in secured:
            tracked = getattr(model, "pgh_tracked_model", None)
            if tracked is None or tracked._meta.db_table not in OPEN:
                fields = [f for f in model._meta.fields if f.related_model and f.name != "pgh_obj"]
                found[table] = {f.name for f in fields if f.related_model._meta.db_table in sensitive}
    return {table: names for table, names in found.items() if names}


def test_every_table_that_hangs_on_a_unit_or_a_person_has_row_level_security() -> None:
    assert {table: names for table, names in unsecured().items() if table not in OPEN} == {}


def test_functions_have_a_fixed_search_path_and_are_the_applications_alone() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.proname, p.prosecdef, coalesce(p.proconfig, '{}'), p.proacl::text FROM pg_proc p"
            " WHERE p.pronamespace = 'public'::regnamespace AND p.proname LIKE 'lf\\_%'"
        )
        functions = cursor.fetchall()
    assert len(functions) >= 8
    for name, definer, settings, rights in functions:
        assert not definer or "search_path=pg_catalog, public, pg_temp" in settings, name
        granted = rights.strip("{}").split(",")
        assert any(right.startswith("lf_app=X/") for right in granted), name
        assert not any(right.startswith("=") for right in granted), f"{name} is everybody's"


def test_nobody_but_the_owner_creates_in_the_schema() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_schema_privilege('lf_app', 'public', 'CREATE')")
        assert cursor.fetchone() == (False,)
    with row_scope(AnonymousUser()), pytest.raises(DatabaseError, match="permission denied"):
        run("CREATE FUNCTION public.lf_user_2() RETURNS bigint LANGUAGE sql AS 'SELECT 1'")


def run(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture
def reading(member: Member, leader: User) -> IdNumberReading:
    return IdNumberReading.objects.create(member=member, by=leader, reason="办理社保")


@pytest.mark.parametrize(
    "statement", ["UPDATE personnel_idnumberreading SET reason = 'x'", "DELETE FROM personnel_idnumberreading"]
)
def test_reading_of_an_id_number_stays_as_it_was_written(
    reading: IdNumberReading, leader: User, statement: str
) -> None:
    with pytest.raises(IntegrityError, match="stay as they were written"):
        run(statement)  # as the owner of the tables
    with row_scope(leader), pytest.raises(DatabaseError, match="permission denied"):
        run(statement)
    assert IdNumberReading.objects.get().reason == "办理社保"


def test_reading_of_an_id_number_is_in_the_audit_trail(
    member: Member, leader: User, audit_admin: User, client_of: Callable[[User], Client]
) -> None:
    client_of(leader).post(reverse("id-number", args=[member.pk]), {"reason": "办理社保"})
    address = reverse("admin:teams_historyentry_changelist")
    page = client_of(audit_admin).get(address, {"model": "personnel.idnumberreading"}).content.decode()
    assert "办理社保" in page
    assert leader.username in page
    assert member.id_number not in page
