"""SQL functions that row-level security asks about units; laid after every migrate (`lianfang.platform.security`)."""

FUNCTIONS = """
-- The units at or below the given tree paths (comma separated).
CREATE OR REPLACE FUNCTION lf_units(paths text) RETURNS bigint[] LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS
  $$ SELECT coalesce(array_agg(u.id), '{}') FROM teams_unit u
     WHERE EXISTS (SELECT 1 FROM unnest(string_to_array(paths, ',')) AS p WHERE starts_with(u.path, p)) $$;
"""
