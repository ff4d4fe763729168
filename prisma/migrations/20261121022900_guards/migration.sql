-- What the application may do with the tables is in privileges.sql, beside the migrations.

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
