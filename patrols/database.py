"""SQL functions over rosters, for row-level security and for those who may not see the rows they count."""

FUNCTIONS = """
-- The rosters that hold duties of the signed-in member.
CREATE OR REPLACE FUNCTION lf_own_rosters() RETURNS SETOF bigint LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS
  $$ SELECT DISTINCT roster_id FROM patrols_duty WHERE member_id = lf_member() $$;

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
"""
