"""What the database itself enforces: the application's role, row-level security, history that cannot be switched off.

All of it is laid after every `migrate`, idempotently, by the owner of the tables.

* `lf_app` is the role that requests run as. It owns nothing, so row-level security binds it.
* A model declares `row_scope = RowScope(...)`; its table then shows a row only when the transaction's scope covers
  the row's unit, or when the row is the signed-in member's own.
* An app's SQL functions stand in its `database.py`; its config names them (`database_functions`).
* History triggers run as the owner with a fixed search path, and no setting turns them off.
* A model that declares `append_only = True` keeps its rows as they were written, whoever asks.

The fixed search paths name `pg_temp` last: left out, it comes first, and a session's own temporary table would stand
in for ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.backends.utils import CursorWrapper

APP_ROLE = "lf_app"


@dataclass(frozen=True)
class RowScope:
    """Which rows of a table a transaction sees.

    `settings`: the scopes that cover the table (`member` reads `lf.scope_member`); one is enough.
    `unit`: the column with the row's unit. `own`: SQL that is true for a row of the signed-in member's own.
    """

    settings: tuple[str, ...]
    unit: str = "unit_id"
    own: str = "false"

    def predicate(self, table: str) -> str:
        """The policy's expression. Its sub-selects run once a query; plain = and ANY keep indexes usable."""
        parts = [f"({self.own})"]
        for name in self.settings:
            scope = f"nullif(current_setting('lf.scope_{name}', true), '')"
            parts.append(f"coalesce((SELECT {scope} = '*'), false)")
            parts.append(f"{self.unit} = ANY (coalesce((SELECT lf_units({scope})), '{{}}')::bigint[])")
        return " OR ".join(parts)


@dataclass(frozen=True)
class RowScopeOf:
    """The rows that hang on a visible row of another scoped table: `column` points to its id."""

    model: str
    column: str

    def predicate(self, table: str) -> str:
        other = apps.get_model(self.model)._meta.db_table
        return f'EXISTS (SELECT 1 FROM "{other}" AS parent WHERE parent.id = "{table}".{self.column})'


AUDITED = "coalesce((SELECT current_setting('lf.scope_history', true) = '*'), false)"

FUNCTIONS = """
CREATE OR REPLACE FUNCTION lf_user() RETURNS bigint LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS
  $$ SELECT nullif(current_setting('lf.user', true), '')::bigint $$;

-- Who and why, from the transaction's own settings. Bulk writes stay quick: no exception block, and one insert a
-- context; a savepoint that is rolled back takes the mark back together with the row.
CREATE OR REPLACE FUNCTION _pgh_attach_context() RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE context uuid := nullif(current_setting('lf.context', true), '')::uuid;
BEGIN
  IF context IS NOT NULL AND current_setting('lf.context_stored', true) IS DISTINCT FROM context::text THEN
    INSERT INTO pghistory_context (id, created_at, updated_at, metadata)
      VALUES (context, now(), now(), current_setting('lf.context_data')::jsonb) ON CONFLICT (id) DO NOTHING;
    PERFORM set_config('lf.context_stored', context::text, true);
  END IF;
  RETURN context;
END $$;

CREATE OR REPLACE FUNCTION lf_append_only() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'rows of % stay as they were written', TG_TABLE_NAME
    USING ERRCODE = 'integrity_constraint_violation';
END $$;

-- pgtrigger asks this before each trigger; the library's own version lets any session say yes.
CREATE OR REPLACE FUNCTION _pgtrigger_should_ignore(trigger_name name) RETURNS boolean LANGUAGE sql IMMUTABLE AS
  $$ SELECT false $$;
"""

ROLE = f"""
DO $$ BEGIN
  -- Roles belong to the server: a second database (a test's) may be doing the same at this moment.
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{APP_ROLE}') THEN
    BEGIN CREATE ROLE {APP_ROLE} NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END;
  END IF;
  IF NOT pg_has_role(current_user, '{APP_ROLE}', 'MEMBER') THEN
    BEGIN EXECUTE format('GRANT {APP_ROLE} TO %I', current_user);
    EXCEPTION WHEN unique_violation OR internal_error THEN NULL; END;
  END IF;
END $$;
GRANT USAGE ON SCHEMA public TO {APP_ROLE};
-- PostgreSQL 14 lets everybody create there, and then a function of theirs could stand in for one of ours.
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {APP_ROLE};
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE};
"""

# Functions are everybody's unless told otherwise, and some of these answer as the owner of the tables.
CLOSE_FUNCTIONS = f"""
DO $$ DECLARE f regprocedure; BEGIN
  FOR f IN SELECT p.oid::regprocedure FROM pg_proc p
           WHERE p.pronamespace = 'public'::regnamespace AND p.proname LIKE 'lf\\_%' LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO {APP_ROLE}', f);
  END LOOP;
END $$;
"""

HARDEN_TRIGGERS = """
DO $$ DECLARE f regprocedure; BEGIN
  FOR f IN SELECT p.oid::regprocedure FROM pg_proc p
           WHERE p.pronamespace = 'public'::regnamespace AND p.proname LIKE 'pgtrigger\\_%' LOOP
    EXECUTE format('ALTER FUNCTION %s SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp', f);
  END LOOP;
END $$;
"""


def secure_database(using: str = DEFAULT_DB_ALIAS, **kwargs: Any) -> None:
    """Lay roles, row-level security and hardened triggers on the migrated database (a `post_migrate` receiver)."""
    if "teams_unit" not in connections[using].introspection.table_names():
        return  # migrated backwards to nothing
    with connections[using].cursor() as cursor:
        # Two test databases share one cluster and so one role: one at a time.
        cursor.execute("SELECT pg_advisory_lock(hashtext('lianfang.secure_database'))")
        try:
            # The functions name tables of apps that a partial migration has not made yet.
            cursor.execute("SET check_function_bodies = off")
            for functions in (FUNCTIONS, *_functions_of_apps()):
                cursor.execute(functions)
            cursor.execute("RESET check_function_bodies")
            cursor.execute(ROLE)
            cursor.execute(CLOSE_FUNCTIONS)
            cursor.execute(HARDEN_TRIGGERS)
            _protect_history(cursor)
            _protect_appended(cursor)
            _lay_row_security(cursor)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(hashtext('lianfang.secure_database'))")


def scoped_models() -> list[tuple[type[models.Model], RowScope | RowScopeOf]]:
    """Every model that declares a row scope."""
    return [(m, m.row_scope) for m in apps.get_models() if hasattr(m, "row_scope")]


def _functions_of_apps() -> list[str]:
    """What each app adds: its config's `database_functions`, statements that can be run again and again."""
    return [c.database_functions for c in apps.get_app_configs() if hasattr(c, "database_functions")]


def _protect_history(cursor: CursorWrapper) -> None:
    """The application reads history and never writes it: only the triggers do."""
    tables = [m._meta.db_table for m in apps.get_models() if hasattr(m, "pgh_tracked_model")]
    for table in [*tables, "pghistory_context"]:
        cursor.execute(f'REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON "{table}" FROM {APP_ROLE}')


def _protect_appended(cursor: CursorWrapper) -> None:
    """The application may only add; the trigger binds the owner of the tables too."""
    for model in apps.get_models():
        if getattr(model, "append_only", False):
            table = model._meta.db_table
            cursor.execute(f'REVOKE UPDATE, DELETE, TRUNCATE ON "{table}" FROM {APP_ROLE}')
            cursor.execute(
                f'CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE ON "{table}" '
                "FOR EACH ROW EXECUTE FUNCTION lf_append_only()"
            )


def _lay_row_security(cursor: CursorWrapper) -> None:
    """A scoped table and its history show the same rows; the history shows all of them to who reads the audit trail."""
    for model, scope in scoped_models():
        _lay_policy(cursor, model._meta.db_table, scope)
        for event_model in apps.get_models():
            if getattr(event_model, "pgh_tracked_model", None) is model:
                _lay_policy(cursor, event_model._meta.db_table, scope, f" OR {AUDITED}")


def _lay_policy(cursor: CursorWrapper, table: str, scope: RowScope | RowScopeOf, more: str = "") -> None:
    cursor.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
    cursor.execute(f'DROP POLICY IF EXISTS in_scope ON "{table}"')
    cursor.execute(f'CREATE POLICY in_scope ON "{table}" TO {APP_ROLE} USING ({scope.predicate(table)}{more})')
