"""What makes an installation unsafe to open to users: `make serve` refuses it, with a reason each."""

import os
from collections.abc import Iterator, Mapping

from django.conf import settings
from django.db import OperationalError, connection

from lianfang.platform.keys import missing_keys

SECRET_KEY_LENGTH = 50  # characters; as Django's own deployment check


def unsafe_settings(env: Mapping[str, str] = os.environ) -> list[str]:
    """Each reason why these settings must not serve real users; asks the database which role it gave us."""
    return [
        *_unsafe_keys(env),
        *_unsafe_addresses(env),
        *_unsafe_modes(),
        *_unsafe_role(env),
    ]


def _unsafe_keys(env: Mapping[str, str]) -> Iterator[str]:
    for name in missing_keys(env):
        yield f"{name} is not set: a generated key lies beside the data and is lost or stolen with it."
    if len(settings.SECRET_KEY) < SECRET_KEY_LENGTH:
        yield f"LIANFANG_SECRET_KEY is shorter than {SECRET_KEY_LENGTH} characters: sessions could be forged."
    if settings.LOOKUP_KEY in settings.FIELD_KEYS:
        yield "LIANFANG_LOOKUP_KEY equals LIANFANG_FIELD_KEY: one leak would open both."


def _unsafe_addresses(env: Mapping[str, str]) -> Iterator[str]:
    if not env.get("LIANFANG_ALLOWED_HOSTS") or not settings.ALLOWED_HOSTS:
        yield "LIANFANG_ALLOWED_HOSTS is not set: name the host under which users reach this server."
    if "*" in settings.ALLOWED_HOSTS:
        yield "LIANFANG_ALLOWED_HOSTS allows every host (*): links in pages could be made to lead elsewhere."
    for origin in settings.CSRF_TRUSTED_ORIGINS:
        if not origin.startswith("https://"):
            yield f"LIANFANG_CSRF_TRUSTED_ORIGINS trusts {origin}, which is not https."


def _unsafe_modes() -> Iterator[str]:
    if settings.DEBUG:
        yield "LIANFANG_DEBUG is on: error pages would show personal data and settings."
    if settings.DEMO:
        yield "LIANFANG_DEMO is on: anybody could sign in with a button."
    if not settings.SESSION_COOKIE_SECURE:
        yield "LIANFANG_BEHIND_TLS is off: passwords and sessions would travel unencrypted."


# What a role may do counts with what it may become by SET ROLE.
BEYOND = """
SELECT current_user,
  EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
    AND pg_has_role(current_user, c.relowner, 'MEMBER')),
  has_schema_privilege(current_user, 'public', 'CREATE')
"""


def _unsafe_role(env: Mapping[str, str]) -> Iterator[str]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
            name, superuser, bypasses = cursor.fetchone()
    except OperationalError as error:
        yield f"DATABASE_URL opens no database: {str(error).splitlines()[0]}"
        return
    if superuser or bypasses:
        yield f"The database role {name} may pass by row-level security: use one without SUPERUSER and BYPASSRLS."
    elif env.get("DATABASE_URL"):  # the embedded server has one role, which lets in nobody but its own account
        yield from _unsafe_ownership()


def _unsafe_ownership() -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(BEYOND)
        name, owns, creates = cursor.fetchone()
    if owns:
        yield (
            f"The database role {name} owns the tables, so row-level security does not bind it: name lf_app in "
            "DATABASE_URL and the owner in LIANFANG_MIGRATE_DATABASE_URL."
        )
    elif creates:
        yield (
            f"The database role {name} may create in the schema public, which PostgreSQL 14 lets everybody do: as the "
            "database's superuser, REVOKE CREATE ON SCHEMA public FROM PUBLIC."
        )
