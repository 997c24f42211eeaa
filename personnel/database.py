"""SQL functions that row-level security asks about members; laid after every migrate."""

FUNCTIONS = """
-- The signed-in user's own member file, if any.
CREATE OR REPLACE FUNCTION lf_member() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS
  $$ SELECT id FROM personnel_member WHERE user_id = lf_user() $$;
"""
