"""SQL functions over rosters, for row-level security and for those who may not see the rows they count."""

FUNCTIONS = """
-- The rosters that hold duties of the signed-in member.
CREATE OR REPLACE FUNCTION lf_own_rosters() RETURNS SETOF bigint LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS
  $$ SELECT DISTINCT roster_id FROM patrols_duty WHERE member_id = lf_member() $$;

-- The units above the given tree paths: a group leader reads the group's rows in the squadron's roster.
CREATE OR REPLACE FUNCTION lf_units_above(paths text) RETURNS bigint[] LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS
  $$ SELECT coalesce(array_agg(u.id), '{}') FROM teams_unit u
     WHERE EXISTS (SELECT 1 FROM unnest(string_to_array(paths, ',')) AS p
                   WHERE p <> u.path AND starts_with(p, u.path)) $$;

-- What holds a unit open beyond a day: members not gone, rosters with duties from that day on. The system administrator
-- who closes it sees neither.
CREATE OR REPLACE FUNCTION lf_closing_counts(unit_path text, on_day date)
  RETURNS TABLE (members bigint, rosters bigint) LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS
  $$ WITH inside AS (SELECT id FROM teams_unit WHERE starts_with(path, unit_path))
     SELECT
       (SELECT count(*) FROM personnel_member m JOIN inside ON inside.id = m.unit_id
          WHERE m.left_on IS NULL OR m.left_on > on_day),
       (SELECT count(*) FROM patrols_roster r JOIN inside ON inside.id = r.unit_id
          WHERE r.status <> 'closed' AND EXISTS
            (SELECT 1 FROM patrols_duty d WHERE d.roster_id = r.id AND d.day >= on_day)) $$;

-- The signed-in member's duties in every published version since a day: what a calendar may have shown and must take
-- back. A member sees no version as a row, because it holds everybody's duties.
CREATE OR REPLACE FUNCTION lf_own_published(since date)
  RETURNS TABLE (roster_id bigint, version smallint, newest smallint, day date, starts timestamptz, ends timestamptz)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
  $$ SELECT v.roster_id, v.number, r.version, (d->>'day')::date, (d->>'starts')::timestamptz, (d->>'ends')::timestamptz
     FROM patrols_rosterversion v
       JOIN patrols_roster r ON r.id = v.roster_id AND r.last_day >= since
       CROSS JOIN LATERAL jsonb_array_elements(v.duties) d
     WHERE (d->>'member')::bigint = lf_member() AND (d->>'day')::date >= since $$;

-- How much of some taken times counts as working time, and whether it is night: of a duty in a roster that the reader
-- does not see nothing else is told.
CREATE OR REPLACE FUNCTION lf_duties_counted(engagements bigint[])
  RETURNS TABLE (engagement_id bigint, counted_minutes integer, is_night boolean)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
  $$ SELECT d.engagement_id, round(s.minutes * s.counting_factor)::integer, s.is_night
     FROM patrols_duty d JOIN patrols_shifttype s ON s.id = d.shift_type_id
       JOIN personnel_member m ON m.id = d.member_id
       CROSS JOIN (SELECT coalesce(current_setting('lf.scope_member', true), '') AS units) AS scope
     WHERE d.engagement_id = ANY (engagements) AND (coalesce(current_setting('role', true), '') <> 'lf_app'
       OR scope.units = '*' OR m.unit_id = ANY (coalesce(lf_units(nullif(scope.units, '')), '{}')::bigint[])) $$;
"""
