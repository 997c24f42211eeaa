"""SQL functions that give figures over all apps to those who may not see the rows."""

FUNCTIONS = """
-- Strength and rosters of the units that the viewer may see: figures, for those who may not see the rows.
CREATE OR REPLACE FUNCTION lf_unit_figures(on_day date)
  RETURNS TABLE (unit_id bigint, serving bigint, published_until date) LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS
  $$ WITH scope AS (SELECT nullif(current_setting('lf.scope_unit', true), '') AS paths)
     SELECT u.id,
       (SELECT count(*) FROM personnel_member m WHERE m.unit_id = u.id AND m.status <> 'suspended'
          AND (m.hired_on IS NULL OR m.hired_on <= on_day) AND (m.left_on IS NULL OR m.left_on > on_day)),
       (SELECT max(r.last_day) FROM patrols_roster r WHERE r.unit_id = u.id AND r.status <> 'draft')
     FROM teams_unit u, scope
     WHERE scope.paths = '*' OR u.id = ANY (lf_units(scope.paths)) $$;
"""
