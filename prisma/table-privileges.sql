-- Written by prisma/generate.ts from the marks in prisma/models.
GRANT INSERT ON public.tenant TO :app;
GRANT INSERT, UPDATE (roles, disabled_at) ON public.principal TO :app;
GRANT INSERT, UPDATE (last_used_at, revoked_at) ON public.api_key TO :app;
GRANT INSERT, UPDATE (used_at) ON public.sign_in_link TO :app;
GRANT INSERT, UPDATE (revoked_at) ON public.session TO :app;
GRANT INSERT, UPDATE (status, effective_at, resolved_at) ON public.approval_request TO :app;
GRANT INSERT ON public.review TO :app;
GRANT INSERT ON public.event TO :app;
GRANT INSERT, UPDATE (status, started_at, finished_at, deadline_at, cancel_requested_at, pause, rollback) ON public.run TO :app;
GRANT INSERT, UPDATE (state, attempt, max_attempts, fence, lease_until, worker, dispatch_epoch, dispatched_at, next_attempt_at, ready_at, started_at, finished_at, output, error, hold, gate, resolution) ON public.step TO :app;
GRANT INSERT, UPDATE (state, fence, attempt, error, settled_at) ON public.effect TO :app;
GRANT INSERT, DELETE, UPDATE (due_at) ON public.outbox TO :app;
GRANT USAGE ON SEQUENCE public.outbox_id_seq TO :app;
GRANT INSERT, DELETE, UPDATE (payload, epoch, failures, error, due_at, queued_at, worker) ON public.job TO :app;
GRANT INSERT, DELETE, UPDATE (reported_at, expires_at, report) ON public.process_report TO :app;
GRANT INSERT ON public.plan TO :app;
GRANT INSERT ON public.policy_decision TO :app;
GRANT INSERT, UPDATE (mode, apply_key, status, revision, plan_hash, risk, error, updated_at, started_at, finished_at) ON public.task TO :app;
