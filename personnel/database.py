"""SQL functions that row-level security asks about members; laid after every migrate."""

FUNCTIONS = """
-- The signed-in user's own member file, if any.
CREATE OR REPLACE FUNCTION lf_member() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS
  $$ SELECT id FROM personnel_member WHERE user_id = lf_user() $$;

-- A name as it is compared: whatever the width, case, blanks and dots it was typed with. `rules.recruitment.kinship`
-- has the same for Python.
CREATE OR REPLACE FUNCTION lf_name(name text) RETURNS text LANGUAGE sql IMMUTABLE COST 500
  SET search_path = pg_catalog, public, pg_temp AS
  $$ SELECT regexp_replace(lower(normalize(name, NFKC)), '[[:space:]·•‧・.,，、''’_-]+', '', 'g') $$;

-- Whether an assessor, by account or by name, is related to a candidate: as either of them said, about this
-- application or an earlier one of the same person, or ahead of it about the name.
CREATE OR REPLACE FUNCTION lf_related(candidate bigint, account bigint, assessor text) RETURNS boolean
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE me record; names text[];
BEGIN
  IF account IS NULL AND coalesce(assessor, '') = '' THEN RETURN false; END IF;
  SELECT a.id_number_hash, a.campaign_id, lf_name(a.name) AS name INTO me FROM personnel_application a
    WHERE a.id = candidate;
  names := ARRAY(
    SELECT lf_name(n.name) FROM (
      SELECT u.name FROM teams_user u WHERE u.id = account
      UNION SELECT u.username FROM teams_user u WHERE u.id = account UNION SELECT assessor) AS n
    WHERE n.name <> '');
  -- The person's rows first, by index: names are compared for those few alone, whatever the planner knows.
  RETURN EXISTS (
    SELECT 1 FROM personnel_kinship k
      WHERE k.application_id = ANY (ARRAY(
          SELECT a.id FROM personnel_application a WHERE a.id_number_hash = me.id_number_hash))
        AND (k.assessor_id = account OR lf_name(k.relative_name) = ANY (names))
  ) OR EXISTS (
    SELECT 1 FROM personnel_assessorrelative r
      WHERE r.campaign_id = me.campaign_id AND lf_name(r.candidate_name) = me.name
        AND (r.assessor_id = account OR lf_name(r.assessor_name) = ANY (names)));
END $$;

-- What relatives gave before the kinship was declared does not count; after the freezing only a correction helps.
CREATE OR REPLACE FUNCTION lf_strike(candidate bigint) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM personnel_ranking r JOIN personnel_application a ON a.campaign_id = r.campaign_id
             WHERE a.id = candidate) THEN RETURN; END IF;
  DELETE FROM personnel_panelmark m USING personnel_panelseat s
    WHERE s.id = m.seat_id AND m.application_id = candidate AND lf_related(candidate, s.user_id, s.name);
  UPDATE personnel_stepresult SET score = NULL
    WHERE application_id = candidate AND score IS NOT NULL AND lf_related(candidate, assessor_id, NULL);
END $$;

-- Which ID numbers (by look-up hash) and certificate numbers some unit has already: beyond the viewer's scope too.
CREATE OR REPLACE FUNCTION lf_taken_id_numbers(hashes text[]) RETURNS SETOF text LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS
  $$ SELECT id_number_hash FROM personnel_member WHERE id_number_hash = ANY (hashes) $$;
CREATE OR REPLACE FUNCTION lf_taken_certificates(numbers text[]) RETURNS SETOF text LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS
  $$ SELECT number FROM personnel_dutycertificate WHERE number = ANY (numbers) $$;

-- How many hold a place in each unit that the viewer may see: a figure, for those who may not see the people.
CREATE OR REPLACE FUNCTION lf_unit_places()
  RETURNS TABLE (path text, places bigint) LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS
  $$ WITH scope AS (SELECT nullif(current_setting('lf.scope_unit', true), '') AS paths)
     SELECT u.path::text, count(*) FROM personnel_member m JOIN teams_unit u ON u.id = m.unit_id, scope
     WHERE m.status <> 'left' AND (scope.paths = '*' OR u.id = ANY (lf_units(scope.paths)))
     GROUP BY u.path $$;
"""
