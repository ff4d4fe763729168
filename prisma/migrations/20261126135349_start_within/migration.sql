-- AlterTable
ALTER TABLE "approval_request" ADD COLUMN     "start_within_ms" INTEGER NOT NULL DEFAULT 900000;

-- The second gate, with its clocks told apart: votes count that were given before the request expired, and a
-- run that began in time goes on. Rows of "effect" are kept and enter through this gate, so one of the run proves it.
CREATE OR REPLACE FUNCTION guard_effect_intent() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  gate record;
  standing int;
BEGIN
  SELECT t.status, t.plan_hash AS task_hash, p.hash AS plan_hash, s.state AS step_state, s.fence, s.run_id,
         d.outcome, d.plan_hash AS decided_hash,
         a.id AS approval_id, a.status AS approval_status, a.plan_hash AS approved_hash, a.required,
         a.expires_at, a.effective_at, a.excluded_ids,
         greatest(a.expires_at, a.effective_at + a.start_within_ms * interval '1 millisecond') AS start_by
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
     OR gate.effective_at IS NULL OR gate.effective_at > clock_timestamp() THEN
    RAISE EXCEPTION 'effect refused: no valid approval of this plan' USING ERRCODE = 'CS001';
  END IF;
  IF gate.start_by <= clock_timestamp()
     AND NOT EXISTS (SELECT FROM step s JOIN effect e ON e.step_id = s.id WHERE s.run_id = gate.run_id) THEN
    RAISE EXCEPTION 'effect refused: the run did not begin in time' USING ERRCODE = 'CS001';
  END IF;
  SELECT count(*) INTO standing FROM (
    SELECT DISTINCT ON (reviewer_id) reviewer_id, verdict FROM review
     WHERE approval_id = gate.approval_id AND plan_hash = NEW.plan_hash AND at < gate.expires_at
     ORDER BY reviewer_id, at DESC, id DESC) AS last_word
   WHERE verdict = 'APPROVE' AND NOT reviewer_id = ANY (gate.excluded_ids);
  IF standing < greatest(gate.required, 1) THEN
    RAISE EXCEPTION 'effect refused: % of % approvals stand', standing, gate.required USING ERRCODE = 'CS001';
  END IF;
  RETURN NEW;
END $$;
