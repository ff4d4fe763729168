-- A temporary table of a table's name would stand before it.
ALTER FUNCTION guard_audit_archive() SET search_path = pg_catalog, public, pg_temp;
ALTER FUNCTION refuse_change_but_erasure() SET search_path = pg_catalog, public, pg_temp;
ALTER FUNCTION refuse_removal_but_archived() SET search_path = pg_catalog, public, pg_temp;
ALTER FUNCTION release_locks() SET search_path = pg_catalog, public, pg_temp;
ALTER FUNCTION release_locks_of(UUID) SET search_path = pg_catalog, public, pg_temp;
