-- The gate stands against SQL as the application. Every name is qualified and every function looks nowhere else,
-- so nothing that a session puts before the tables is read instead of them.

ALTER FUNCTION refuse_change() SET search_path = pg_catalog, pg_temp;

-- An earlier role of this product, which nobody logs in as any more.
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'countersign_app' AND NOT rolcanlogin) THEN
    REVOKE ALL ON ALL TABLES IN SCHEMA public FROM countersign_app;
    REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM countersign_app;
    REVOKE ALL ON SCHEMA public FROM countersign_app;
  END IF;
END $$;

-- A fact stands at the place of the transaction that made it true: nobody puts one among those of another.
CREATE FUNCTION refuse_place() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'event refused: its place is not one of this transaction' USING ERRCODE = 'CS002';
END $$;

CREATE TRIGGER event_is_of_its_transaction BEFORE INSERT ON "event"
  FOR EACH ROW WHEN ((NEW.seq >> 20) IS DISTINCT FROM pg_current_xact_id()::text::bigint)
  EXECUTE FUNCTION refuse_place();

-- A vote is given now, on an open request, by a person who may decide it.
CREATE FUNCTION guard_review() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  ask record;
BEGIN
  SELECT a.status, a.plan_hash, a.expires_at, a.excluded_ids || t.hand_ids || t.submitted_by_id || s.owner_id AS excluded_ids
    INTO ask
    FROM public.approval_request a
    JOIN public.task t ON t.id = a.task_id AND t.tenant_id = a.tenant_id
    LEFT JOIN public.principal s ON s.id = t.submitted_by_id
   WHERE a.id = NEW.approval_id AND a.tenant_id = NEW.tenant_id;
  IF NOT FOUND OR NEW.plan_hash <> ask.plan_hash THEN
    RAISE EXCEPTION 'review refused: nobody asked about this plan' USING ERRCODE = 'CS002';
  END IF;
  IF NEW.at < date_trunc('milliseconds', transaction_timestamp())
     OR NEW.at > clock_timestamp() + interval '1 millisecond' THEN
    RAISE EXCEPTION 'review refused: it is not given now' USING ERRCODE = 'CS002';
  END IF;
  IF NEW.verdict = 'WITHDRAW' THEN
    IF ask.status NOT IN ('PENDING', 'APPROVED') THEN
      RAISE EXCEPTION 'review refused: the request is closed' USING ERRCODE = 'CS002';
    END IF;
    RETURN NEW;
  END IF;
  IF ask.status <> 'PENDING' OR NEW.at >= ask.expires_at THEN
    RAISE EXCEPTION 'review refused: the request is closed' USING ERRCODE = 'CS002';
  END IF;
  IF NEW.reviewer_id = ANY (ask.excluded_ids) OR NOT EXISTS (
    SELECT FROM public.principal p
     WHERE p.id = NEW.reviewer_id AND p.tenant_id = NEW.tenant_id AND p.type = 'HUMAN'
       AND p.disabled_at IS NULL AND 'APPROVER' = ANY (p.roles)) THEN
    RAISE EXCEPTION 'review refused: its author may not decide this' USING ERRCODE = 'CS002';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER review_is_a_vote BEFORE INSERT ON "review"
  FOR EACH ROW EXECUTE FUNCTION guard_review();

-- Nobody's word without its fact in the log, of the same transaction and by the same person.
CREATE FUNCTION require_review_fact() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  place bigint := pg_current_xact_id()::text::bigint;
BEGIN
  IF NOT EXISTS (
    SELECT FROM public.approval_request a
      JOIN public.event e ON e.task_id = a.task_id AND e.seq >= place << 20 AND e.seq < (place + 1) << 20
     WHERE a.id = NEW.approval_id AND e.tenant_id = NEW.tenant_id AND e.actor_id = NEW.reviewer_id
       AND e.at = NEW.at AND e.data->>'approvalId' = NEW.approval_id::text
       AND e.data->>'planHash' = NEW.plan_hash
       AND CASE NEW.verdict WHEN 'WITHDRAW' THEN e.type = 'approval.withdrawn'
           ELSE e.type = 'approval.reviewed' AND e.data->>'verdict' = NEW.verdict::text END) THEN
    RAISE EXCEPTION 'review refused: the log does not tell of it' USING ERRCODE = 'CS002';
  END IF;
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER review_has_its_fact AFTER INSERT ON "review" DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION require_review_fact();

-- What has ended stays so: an approval comes from an open request alone, and only it can be taken back.
CREATE FUNCTION refuse_status() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'a request that is % does not become %', OLD.status, NEW.status USING ERRCODE = 'CS002';
END $$;

CREATE TRIGGER approval_request_ends_once BEFORE UPDATE OF "status" ON "approval_request"
  FOR EACH ROW WHEN (OLD.status <> NEW.status AND OLD.status <> 'PENDING'
    AND NOT (OLD.status = 'APPROVED' AND NEW.status IN ('PENDING', 'CANCELLED', 'SUPERSEDED')))
  EXECUTE FUNCTION refuse_status();

-- No intent of an effect without a decision that is in the log, and, where it asks for people, their word: the
-- gate counts the votes itself and dates everything by them, whatever the request's own row says.
CREATE OR REPLACE FUNCTION guard_effect_intent() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  gate record;
  votes record;
BEGIN
  -- A snapshot of a moment ago would not show what people have taken back since.
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'effect refused: it must see what is committed now' USING ERRCODE = 'CS001';
  END IF;
  IF NEW.state <> 'INTENDED' THEN
    RAISE EXCEPTION 'effect refused: it begins with its intent' USING ERRCODE = 'CS001';
  END IF;
  SELECT t.id AS task_id, t.tenant_id, t.revision, t.status, t.plan_hash AS task_hash, t.submitted_by_id,
         p.hash AS plan_hash, r.plan_hash AS run_hash, s.state AS step_state, s.fence, s.run_id,
         d.outcome, d.plan_hash AS decided_hash,
         EXISTS (SELECT FROM public.event e
                  WHERE e.task_id = t.id AND e.type = 'policy.decided'
                    AND e.data->>'planHash' = d.plan_hash) AS is_on_record,
         a.id AS approval_id, a.status AS approval_status, a.plan_hash AS approved_hash, a.required,
         a.expires_at, a.effective_at, a.excluded_ids || t.hand_ids AS excluded_ids,
         a.undo_window_ms, a.start_within_ms
    INTO gate
    FROM public.step s
    JOIN public.run r ON r.id = s.run_id
    JOIN public.task t ON t.id = r.task_id AND t.revision = r.revision AND t.tenant_id = NEW.tenant_id
    JOIN public.plan p ON p.task_id = t.id AND p.revision = t.revision
    LEFT JOIN public.policy_decision d ON d.task_id = t.id AND d.revision = t.revision
    LEFT JOIN public.approval_request a ON a.task_id = t.id AND a.revision = t.revision
   WHERE s.id = NEW.step_id;

  IF NOT FOUND OR NEW.task_id <> gate.task_id THEN
    RAISE EXCEPTION 'effect refused: its step is not part of a current plan' USING ERRCODE = 'CS001';
  END IF;
  IF gate.status <> 'RUNNING' OR gate.step_state <> 'RUNNING' OR gate.fence <> NEW.fence THEN
    RAISE EXCEPTION 'effect refused: its step is not claimed under this fence' USING ERRCODE = 'CS001';
  END IF;
  IF NEW.plan_hash <> gate.plan_hash OR NEW.plan_hash <> gate.task_hash OR NEW.plan_hash <> gate.run_hash
     OR gate.decided_hash IS DISTINCT FROM NEW.plan_hash OR NOT gate.is_on_record THEN
    RAISE EXCEPTION 'effect refused: it does not belong to the decided plan' USING ERRCODE = 'CS001';
  END IF;
  -- A plan says of which revision it is: under two of them somebody has copied it.
  IF gate.revision <> 1 THEN
    IF EXISTS (SELECT FROM public.policy_decision o WHERE o.task_id = gate.task_id
                  AND o.revision <> gate.revision AND o.plan_hash = NEW.plan_hash) THEN
      RAISE EXCEPTION 'effect refused: its plan was decided twice' USING ERRCODE = 'CS001';
    END IF;
  END IF;
  IF gate.outcome = 'ALLOW' AND gate.approval_id IS NULL THEN
    RETURN NEW;
  END IF;
  IF gate.outcome = 'DENY' OR gate.approval_status IS DISTINCT FROM 'APPROVED'
     OR gate.approved_hash IS DISTINCT FROM NEW.plan_hash
     OR gate.effective_at IS NULL OR gate.effective_at > clock_timestamp() THEN
    RAISE EXCEPTION 'effect refused: no valid approval of this plan' USING ERRCODE = 'CS001';
  END IF;

  -- The last word of each voter who may decide; of two that one hand could have given, the first.
  WITH last_word AS (
    SELECT DISTINCT ON (v.reviewer_id) v.id, v.reviewer_id, v.verdict, v.at, v.maker_ids, v.hand_ids
      FROM public.review v
     WHERE v.approval_id = gate.approval_id AND v.plan_hash = NEW.plan_hash
       AND (v.verdict <> 'APPROVE' OR v.at < gate.expires_at)
     ORDER BY v.reviewer_id, v.at DESC, v.id DESC
  ), standing AS (
    SELECT w.id, w.at, w.reviewer_id || w.maker_ids AS can_cast,
           w.reviewer_id || w.hand_ids || p.hand_ids AS touched
      FROM last_word w JOIN public.principal p ON p.id = w.reviewer_id
     WHERE w.verdict = 'APPROVE' AND p.tenant_id = gate.tenant_id AND p.type = 'HUMAN'
       AND p.disabled_at IS NULL AND 'APPROVER' = ANY (p.roles) AND p.id <> gate.submitted_by_id
       AND p.id <> ALL (gate.excluded_ids)
       AND p.id IS DISTINCT FROM (SELECT s.owner_id FROM public.principal s WHERE s.id = gate.submitted_by_id)
  )
  SELECT count(*) AS standing, max(s.at) + gate.undo_window_ms * interval '1 millisecond' AS effective_at
    INTO votes
    FROM standing s
   WHERE NOT EXISTS (SELECT FROM standing o WHERE (o.at, o.id) < (s.at, s.id)
                        AND (o.can_cast && s.touched OR s.can_cast && o.touched));
  IF votes.standing < greatest(gate.required, 1) THEN
    RAISE EXCEPTION 'effect refused: % of % approvals stand', votes.standing, gate.required USING ERRCODE = 'CS001';
  END IF;
  IF EXISTS (SELECT FROM public.review v WHERE v.approval_id = gate.approval_id AND v.verdict = 'REJECT') THEN
    RAISE EXCEPTION 'effect refused: the plan was rejected' USING ERRCODE = 'CS001';
  END IF;
  IF votes.effective_at > clock_timestamp() THEN
    RAISE EXCEPTION 'effect refused: the undo window is open' USING ERRCODE = 'CS001';
  END IF;
  IF greatest(gate.expires_at, votes.effective_at + gate.start_within_ms * interval '1 millisecond')
     <= clock_timestamp()
     AND NOT EXISTS (SELECT FROM public.step s JOIN public.effect e ON e.step_id = s.id
                      WHERE s.run_id = gate.run_id) THEN
    RAISE EXCEPTION 'effect refused: the run did not begin in time' USING ERRCODE = 'CS001';
  END IF;
  RETURN NEW;
END $$;

-- The ledger's rows enter through the gate alone, those of a further attempt too.
DROP TRIGGER effect_needs_a_gate ON "effect";
CREATE TRIGGER effect_needs_a_gate BEFORE INSERT ON "effect"
  FOR EACH ROW EXECUTE FUNCTION guard_effect_intent();
CREATE TRIGGER effect_needs_a_gate_again BEFORE UPDATE ON "effect"
  FOR EACH ROW WHEN (NEW.state = 'INTENDED') EXECUTE FUNCTION guard_effect_intent();
