"""`make serve` refuses each unsafe setting with a reason."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection

from lianfang.platform.safety import unsafe_settings

pytestmark = pytest.mark.django_db

ENV = {
    "LIANFANG_SECRET_KEY": "s" * 60,
    "LIANFANG_FIELD_KEY": "…",
    "LIANFANG_LOOKUP_KEY": "…",
    "LIANFANG_ALLOWED_HOSTS": "lianfang.example",
}
SAFE: dict[str, Any] = {
    "SECRET_KEY": "s" * 60,
    "FIELD_KEYS": (b"f" * 32,),
    "LOOKUP_KEY": b"l" * 32,
    "ALLOWED_HOSTS": ["lianfang.example"],
    "CSRF_TRUSTED_ORIGINS": ["https://lianfang.example"],
    "DEBUG": False,
    "DEMO": False,
    "SESSION_COOKIE_SECURE": True,
}


@pytest.fixture(autouse=True)
def safe(settings: Any) -> None:
    for name, value in SAFE.items():
        setattr(settings, name, value)


def test_safe_settings_give_no_reason() -> None:
    assert unsafe_settings(ENV) == []


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("SECRET_KEY", "short", "sessions could be forged"),
        ("LOOKUP_KEY", b"f" * 32, "one leak would open both"),
        ("ALLOWED_HOSTS", [], "LIANFANG_ALLOWED_HOSTS is not set"),
        ("ALLOWED_HOSTS", ["*"], "allows every host"),
        ("CSRF_TRUSTED_ORIGINS", ["http://lianfang.example"], "is not https"),
        ("DEBUG", True, "LIANFANG_DEBUG is on"),
        ("DEMO", True, "LIANFANG_DEMO is on"),
        ("SESSION_COOKIE_SECURE", False, "LIANFANG_BEHIND_TLS is off"),
    ],
)
def test_unsafe_setting_is_named(settings: Any, name: str, value: Any, reason: str) -> None:
    setattr(settings, name, value)
    (line,) = unsafe_settings(ENV)
    assert reason in line


@pytest.mark.parametrize("name", ENV)
def test_missing_variable_is_named(name: str) -> None:
    (line,) = unsafe_settings(ENV | {name: ""})
    assert line.startswith(f"{name} is not set")


def test_role_above_row_level_security_is_named() -> None:
    assert unsafe_settings(ENV) == []
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY VIEW pg_roles AS SELECT current_user AS rolname, false AS rolsuper, true AS rolbypassrls"
        )
        cursor.execute("SET LOCAL search_path = pg_temp, public, pg_catalog")
    (line,) = unsafe_settings(ENV)
    assert "may pass by row-level security" in line


def test_command_ends_with_each_reason(settings: Any) -> None:
    settings.DEBUG = settings.DEMO = True
    with pytest.raises(CommandError, match=r"(?s)LIANFANG_DEBUG is on.*LIANFANG_DEMO is on"):
        call_command("safety")


def test_a_database_that_takes_nobody_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise OperationalError('connection failed: FATAL:  password authentication failed for user "lf_app"\n\nmore')

    monkeypatch.setattr(connection, "cursor", refuse)
    reasons = unsafe_settings(ENV)
    assert len(reasons) == 1
    assert "password authentication failed" in reasons[0]
    assert "\n" not in reasons[0]


def test_role_that_owns_the_tables_is_named() -> None:
    """The suite's role does; the embedded server, without an address, has no other."""
    (line,) = unsafe_settings(ENV | {"DATABASE_URL": "postgres://lianfang@/lianfang"})
    assert "owns the tables" in line


def test_role_that_may_create_functions_is_named() -> None:
    env = ENV | {"DATABASE_URL": "postgres://lf_app@/lianfang"}
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE lf_app")
        assert unsafe_settings(env) == []
        cursor.execute("RESET ROLE")
        cursor.execute("GRANT CREATE ON SCHEMA public TO PUBLIC")  # as PostgreSQL 14 has it
        cursor.execute("SET LOCAL ROLE lf_app")
        (line,) = unsafe_settings(env)
        cursor.execute("RESET ROLE")
    assert "REVOKE CREATE ON SCHEMA public" in line
