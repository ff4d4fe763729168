-- What the application's own user may do with the tables, and nothing else: it adds to the record, changes of
-- the work only what its life changes, and owns nothing. Given anew at each start, so that what a migration
-- adds is said here and not there. :app and :database stand for quoted names, :'app' for a quoted text.

REVOKE TEMPORARY ON DATABASE :database FROM PUBLIC, :app;
REVOKE CREATE ON DATABASE :database FROM PUBLIC, :app;
GRANT CONNECT ON DATABASE :database TO :app;
REVOKE CREATE ON SCHEMA public FROM PUBLIC, :app;
GRANT USAGE ON SCHEMA public TO :app;
-- What others keep in the schema, extensions for example, is none of our business.
DO $$
DECLARE
  ours record;
BEGIN
  FOR ours IN
    SELECT oid::regclass AS name, CASE relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS kind FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S')
       AND pg_get_userbyid(relowner) = current_user
  LOOP
    EXECUTE format('REVOKE ALL ON %s %s FROM PUBLIC, %I', ours.kind, ours.name, :'app');
    EXECUTE format('GRANT SELECT ON %s %s TO %I', ours.kind, ours.name, :'app');
  END LOOP;
  -- What works with the owner's rights is for the application alone: by itself anybody who logs in may call it.
  FOR ours IN
    SELECT oid::regprocedure AS name FROM pg_proc
     WHERE pronamespace = 'public'::regnamespace AND prosecdef AND pg_get_userbyid(proowner) = current_user
  LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', ours.name);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %I', ours.name, :'app');
  END LOOP;
END $$;
-- What it may change is marked in prisma/models, and comes after this: table-privileges.sql.
