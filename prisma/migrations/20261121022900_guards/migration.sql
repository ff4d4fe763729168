-- The role that the application works as: it may add to the record, and cannot change what is recorded.
DO $$
BEGIN
  CREATE ROLE countersign_app NOLOGIN;
EXCEPTION
  WHEN duplicate_object OR unique_violation THEN NULL;
END $$;

DO $$
BEGIN
  IF NOT pg_has_role(current_user, 'countersign_app', 'MEMBER') THEN
    EXECUTE format('GRANT countersign_app TO %I', current_user);
  END IF;
END $$;

GRANT USAGE ON SCHEMA public TO countersign_app;

GRANT SELECT, INSERT ON "event", "plan", "policy_decision", "review" TO countersign_app;
GRANT SELECT, INSERT, UPDATE ON "tenant", "principal", "api_key", "sign_in_link", "session" TO countersign_app;
GRANT SELECT, INSERT ON "task", "approval_request", "run", "step", "effect" TO countersign_app;
-- Of the work itself only what its life changes: what was asked for, and on what terms, stays as it was.
GRANT UPDATE ("status", "revision", "plan_hash", "risk", "error", "updated_at", "started_at", "finished_at")
  ON "task" TO countersign_app;
GRANT UPDATE ("status", "effective_at", "resolved_at") ON "approval_request" TO countersign_app;
GRANT UPDATE ("status", "started_at", "finished_at", "cancel_requested_at") ON "run" TO countersign_app;
GRANT UPDATE ("state", "attempt", "fence", "lease_until", "worker", "dispatch_epoch", "dispatched_at",
  "next_attempt_at", "ready_at", "started_at", "finished_at", "output", "error") ON "step" TO countersign_app;
GRANT UPDATE ("state", "fence", "attempt", "error", "intended_at", "settled_at") ON "effect" TO countersign_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON "outbox" TO countersign_app;
GRANT USAGE ON SEQUENCE "outbox_id_seq" TO countersign_app;
-- Absent where only the difference to the schema is computed.
DO $$
BEGIN
  IF to_regclass('_prisma_migrations') IS NOT NULL THEN
    GRANT SELECT ON "_prisma_migrations" TO countersign_app;
  END IF;
END $$;

-- What is recorded stays: refused to everybody, the owner of the tables included.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER event_is_append_only BEFORE UPDATE OR DELETE ON "event"
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER event_is_not_truncated BEFORE TRUNCATE ON "event"
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER plan_is_immutable BEFORE UPDATE OR DELETE ON "plan"
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER plan_is_not_truncated BEFORE TRUNCATE ON "plan"
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER policy_decision_is_immutable BEFORE UPDATE OR DELETE ON "policy_decision"
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER policy_decision_is_not_truncated BEFORE TRUNCATE ON "policy_decision"
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER review_is_append_only BEFORE UPDATE OR DELETE ON "review"
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER review_is_not_truncated BEFORE TRUNCATE ON "review"
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The second gate, below the code: no intent of an effect without a recorded ALLOW, or an approval of
-- exactly this plan that still holds.
CREATE FUNCTION guard_effect_intent() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  gate record;
  standing int;
BEGIN
  SELECT t.status, t.plan_hash AS task_hash, p.hash AS plan_hash, s.state AS step_state, s.fence,
         d.outcome, d.plan_hash AS decided_hash,
         a.id AS approval_id, a.status AS approval_status, a.plan_hash AS approved_hash, a.required,
         a.expires_at, a.effective_at, a.excluded_ids
    INTO gate
    FROM step s
    JOIN run r ON r.id = s.run_id
    JOIN task t ON t.id = r.task_id AND t.revision = r.revision AND t.tenant_id = NEW.tenant_id
    JOIN plan p ON p.task_id = t.id AND p.revision = t.revision
    LEFT JOIN policy_decision d ON d.task_id = t.id AND d.revision = t.revision
    LEFT JOIN approval_request a ON a.task_id = t.id AND a.revision = t.revision
   WHERE s.id = NEW.step_id;

  IF NOT FOUND THEN
    RAISE EXCEPTION 'effect refused: its step is not part of a current plan' USING ERRCODE = 'CS001';
  END IF;
  IF gate.status <> 'RUNNING' OR gate.step_state <> 'RUNNING' OR gate.fence <> NEW.fence THEN
    RAISE EXCEPTION 'effect refused: its step is not claimed under this fence' USING ERRCODE = 'CS001';
  END IF;
  IF NEW.plan_hash <> gate.plan_hash OR NEW.plan_hash <> gate.task_hash
     OR gate.decided_hash IS DISTINCT FROM NEW.plan_hash THEN
    RAISE EXCEPTION 'effect refused: it does not belong to the decided plan' USING ERRCODE = 'CS001';
  END IF;
  IF gate.outcome = 'ALLOW' AND gate.approval_id IS NULL THEN
    RETURN NEW;
  END IF;
  IF gate.outcome = 'DENY' OR gate.approval_status IS DISTINCT FROM 'APPROVED'
     OR gate.approved_hash IS DISTINCT FROM NEW.plan_hash
     OR gate.expires_at <= clock_timestamp()
     OR gate.effective_at IS NULL OR gate.effective_at > clock_timestamp() THEN
    RAISE EXCEPTION 'effect refused: no valid approval of this plan' USING ERRCODE = 'CS001';
  END IF;
  SELECT count(*) INTO standing FROM (
    SELECT DISTINCT ON (reviewer_id) reviewer_id, verdict FROM review
     WHERE approval_id = gate.approval_id AND plan_hash = NEW.plan_hash
     ORDER BY reviewer_id, at DESC, id DESC) AS last_word
   WHERE verdict = 'APPROVE' AND NOT reviewer_id = ANY (gate.excluded_ids);
  IF standing < greatest(gate.required, 1) THEN
    RAISE EXCEPTION 'effect refused: % of % approvals stand', standing, gate.required USING ERRCODE = 'CS001';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER effect_needs_a_gate BEFORE INSERT OR UPDATE ON "effect"
  FOR EACH ROW WHEN (NEW.state = 'INTENDED') EXECUTE FUNCTION guard_effect_intent();

-- The ledger keeps every effect.
CREATE TRIGGER effect_is_kept BEFORE DELETE ON "effect"
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER effect_is_not_truncated BEFORE TRUNCATE ON "effect"
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
