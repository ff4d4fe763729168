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
END $$;

GRANT INSERT ON public.event, public.plan, public.policy_decision, public.review TO :app;
GRANT INSERT ON public.tenant, public.principal, public.api_key, public.sign_in_link, public.session TO :app;
GRANT UPDATE (roles, disabled_at) ON public.principal TO :app;
GRANT UPDATE (last_used_at, revoked_at) ON public.api_key TO :app;
GRANT UPDATE (used_at) ON public.sign_in_link TO :app;
GRANT UPDATE (revoked_at) ON public.session TO :app;
GRANT INSERT ON public.task, public.approval_request, public.run, public.step, public.effect TO :app;
-- Of the work itself only what its life changes: what was asked for, and on what terms, stays as it was.
GRANT UPDATE (status, revision, plan_hash, risk, error, updated_at, started_at, finished_at) ON public.task TO :app;
GRANT UPDATE (status, effective_at, resolved_at) ON public.approval_request TO :app;
GRANT UPDATE (status, started_at, finished_at, cancel_requested_at) ON public.run TO :app;
GRANT UPDATE (state, attempt, fence, lease_until, worker, dispatch_epoch, dispatched_at, next_attempt_at, ready_at,
  started_at, finished_at, output, error) ON public.step TO :app;
GRANT UPDATE (state, fence, attempt, error, settled_at) ON public.effect TO :app;
GRANT INSERT, DELETE, UPDATE (due_at) ON public.outbox TO :app;
GRANT USAGE ON SEQUENCE public.outbox_id_seq TO :app;
GRANT INSERT, UPDATE, DELETE ON public.process_report TO :app;
