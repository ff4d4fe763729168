-- CreateTable
CREATE TABLE "standing_grant" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "action_type" TEXT NOT NULL,
    "agent_id" UUID NOT NULL,
    "environment" "environment" NOT NULL,
    "target" TEXT NOT NULL,
    "max_risk" "risk" NOT NULL,
    "uses" INTEGER NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "reason" TEXT NOT NULL,
    "required" SMALLINT NOT NULL,
    "by_id" UUID NOT NULL,
    "hand_ids" UUID[],
    "maker_ids" UUID[],
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "approved_by_id" UUID,
    "approved_at" TIMESTAMPTZ(3),
    "revoked_by_id" UUID,
    "revoked_at" TIMESTAMPTZ(3),
    "revoked_reason" TEXT,
    "suspended_at" TIMESTAMPTZ(3),
    "suspended_reason" TEXT,
    "suspended_task_id" UUID,
    "resumed_by_id" UUID,
    "resumed_at" TIMESTAMPTZ(3),

    CONSTRAINT "standing_grant_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "grant_use" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "grant_id" UUID NOT NULL,
    "task_id" UUID NOT NULL,
    "revision" INTEGER NOT NULL,
    "plan_hash" TEXT NOT NULL,
    "takes" INTEGER NOT NULL,
    "number" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "grant_use_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "standing_grant_tenant_id_created_at_idx" ON "standing_grant"("tenant_id", "created_at");

-- CreateIndex
CREATE INDEX "standing_grant_expires_at_idx" ON "standing_grant"("expires_at");

-- CreateIndex
CREATE UNIQUE INDEX "grant_use_task_id_revision_key" ON "grant_use"("task_id", "revision");

-- CreateIndex
CREATE UNIQUE INDEX "grant_use_grant_id_number_key" ON "grant_use"("grant_id", "number");

-- Whether somebody may say yes for others: a vote, and a grant, is worth no more than the right to it.
CREATE FUNCTION may_grant(granter uuid, tenant uuid) RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
  SELECT EXISTS (SELECT FROM public.principal p
                  WHERE p.id = granter AND p.tenant_id = tenant AND p.type = 'HUMAN'
                    AND p.disabled_at IS NULL AND 'APPROVER' = ANY (p.roles))
$$;

-- Whether somebody would grant their own work.
CREATE FUNCTION has_hand_in(granter uuid, agent uuid) RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
  SELECT NOT EXISTS (SELECT FROM public.principal a
                      WHERE a.id = agent AND a.id <> granter AND a.owner_id IS DISTINCT FROM granter
                        AND granter <> ALL (a.hand_ids))
$$;

-- Why what a grant let through may not begin now; null where it may. The same as grantLacks in domain/grant.ts.
CREATE FUNCTION grant_lacks(g public.standing_grant) RETURNS text LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE
    WHEN g.revoked_at IS NOT NULL THEN 'was revoked'
    WHEN g.suspended_at IS NOT NULL THEN 'is suspended'
    WHEN g.expires_at <= clock_timestamp() THEN 'has expired'
    WHEN g.approved_by_id IS NULL AND (g.required > 1 OR g.environment = 'PRODUCTION')
      THEN 'waits for a second person'
    WHEN NOT public.may_grant(g.by_id, g.tenant_id)
      OR g.approved_by_id IS NOT NULL AND NOT public.may_grant(g.approved_by_id, g.tenant_id)
      THEN 'is of somebody who may not decide any more'
  END
$$;

-- A grant is made now, by a person who may, for somebody else's changes; what has been said of it stays said.
CREATE FUNCTION guard_grant() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.created_at < date_trunc('milliseconds', transaction_timestamp())
       OR NEW.created_at > clock_timestamp() + interval '1 millisecond' THEN
      RAISE EXCEPTION 'grant refused: it is not made now' USING ERRCODE = 'CS004';
    END IF;
    IF NOT public.may_grant(NEW.by_id, NEW.tenant_id) OR public.has_hand_in(NEW.by_id, NEW.agent_id)
       OR NOT EXISTS (SELECT FROM public.principal a WHERE a.id = NEW.agent_id AND a.tenant_id = NEW.tenant_id) THEN
      RAISE EXCEPTION 'grant refused: its author may not grant this' USING ERRCODE = 'CS004';
    END IF;
    IF NEW.uses < 1 OR NEW.max_risk = 'CRITICAL' OR NEW.expires_at <= NEW.created_at
       OR NEW.environment = 'PRODUCTION' AND NEW.required < 2 THEN
      RAISE EXCEPTION 'grant refused: nothing of that kind is granted' USING ERRCODE = 'CS004';
    END IF;
    IF NEW.approved_by_id IS NOT NULL OR NEW.approved_at IS NOT NULL THEN
      RAISE EXCEPTION 'grant refused: a second person approves what is there' USING ERRCODE = 'CS004';
    END IF;
    RETURN NEW;
  END IF;
  IF OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS DISTINCT FROM OLD.revoked_at
     OR OLD.approved_by_id IS NOT NULL AND (NEW.approved_by_id, NEW.approved_at)
        IS DISTINCT FROM (OLD.approved_by_id, OLD.approved_at) THEN
    RAISE EXCEPTION 'grant refused: what was said of it stays' USING ERRCODE = 'CS004';
  END IF;
  IF OLD.approved_by_id IS NULL AND NEW.approved_by_id IS NOT NULL
     AND (NOT public.may_grant(NEW.approved_by_id, NEW.tenant_id)
          OR public.has_hand_in(NEW.approved_by_id, NEW.agent_id)
          OR NEW.approved_by_id = ANY (NEW.by_id || NEW.maker_ids)) THEN
    RAISE EXCEPTION 'grant refused: the second person may not grant this' USING ERRCODE = 'CS004';
  END IF;
  IF OLD.suspended_at IS NOT NULL AND NEW.suspended_at IS NULL
     AND (NEW.resumed_by_id IS NULL OR NOT public.may_grant(NEW.resumed_by_id, NEW.tenant_id)
          OR public.has_hand_in(NEW.resumed_by_id, NEW.agent_id)
          OR NEW.resumed_at IS NOT DISTINCT FROM OLD.resumed_at) THEN
    RAISE EXCEPTION 'grant refused: who resumes it may not grant this' USING ERRCODE = 'CS004';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER standing_grant_is_a_word BEFORE INSERT OR UPDATE ON "standing_grant"
  FOR EACH ROW EXECUTE FUNCTION guard_grant();

-- Nobody's word without its fact in the log, of the same transaction and by the same person.
CREATE FUNCTION require_grant_fact() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  place bigint := pg_current_xact_id()::text::bigint;
  wanted text;
  by_whom uuid;
  moment timestamptz;
BEGIN
  IF TG_OP = 'INSERT' THEN
    wanted := 'grant.created';
    by_whom := NEW.by_id;
    moment := NEW.created_at;
  ELSIF OLD.approved_by_id IS NULL AND NEW.approved_by_id IS NOT NULL THEN
    wanted := 'grant.approved';
    by_whom := NEW.approved_by_id;
    moment := NEW.approved_at;
  ELSIF OLD.suspended_at IS NOT NULL AND NEW.suspended_at IS NULL THEN
    wanted := 'grant.resumed';
    by_whom := NEW.resumed_by_id;
    moment := NEW.resumed_at;
  ELSE
    RETURN NULL;
  END IF;
  IF NOT EXISTS (SELECT FROM public.event e
                  WHERE e.seq >= place << 20 AND e.seq < (place + 1) << 20 AND e.type = wanted
                    AND e.tenant_id = NEW.tenant_id AND e.actor_id = by_whom AND e.at = moment
                    AND e.data->>'grantId' = NEW.id::text) THEN
    RAISE EXCEPTION 'grant refused: the log does not tell of it' USING ERRCODE = 'CS004';
  END IF;
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER standing_grant_has_its_fact AFTER INSERT OR UPDATE ON "standing_grant"
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_grant_fact();
CREATE TRIGGER standing_grant_is_kept BEFORE DELETE ON "standing_grant"
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER standing_grant_is_not_truncated BEFORE TRUNCATE ON "standing_grant"
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER grant_use_is_append_only BEFORE UPDATE OR DELETE ON "grant_use"
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER grant_use_is_not_truncated BEFORE TRUNCATE ON "grant_use"
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A use is of a grant that holds, and the next of those that are left: whoever takes some has the grant to themselves
-- until they are committed. It covers all that the plan changes.
CREATE FUNCTION guard_grant_use() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  taken record;
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'use refused: it must see what is committed now' USING ERRCODE = 'CS004';
  END IF;
  PERFORM FROM public.standing_grant g WHERE g.id IN (SELECT u.grant_id FROM new_uses u) ORDER BY g.id FOR NO KEY UPDATE;
  FOR taken IN
    SELECT u.takes, u.number, g.id AS grant_id, g.uses, public.grant_lacks(g) AS lacks,
           t.submitted_by_id = g.agent_id AND t.environment = g.environment AND t.risk <= g.max_risk
             AND t.risk < 'CRITICAL' AND t.tenant_id = g.tenant_id AND u.tenant_id = g.tenant_id
             AND p.hash = u.plan_hash AND p.hash = t.plan_hash
             AND d.outcome = 'ALLOW' AND d.context->'grant'->>'grantId' = g.id::text AS is_of_task,
           coalesce((SELECT max(o.number) FROM public.grant_use o
                      WHERE o.grant_id = u.grant_id AND o.number < u.number), 0) AS before,
           changed.changes, changed.are_covered
      FROM new_uses u
      LEFT JOIN public.standing_grant g ON g.id = u.grant_id
      LEFT JOIN public.task t ON t.id = u.task_id AND t.revision = u.revision
      LEFT JOIN public.plan p ON p.task_id = u.task_id AND p.revision = u.revision
      LEFT JOIN public.policy_decision d ON d.task_id = u.task_id AND d.revision = u.revision
      LEFT JOIN LATERAL (
        SELECT count(*) AS changes,
               bool_and(s.step->>'action' = g.action_type AND jsonb_array_length(s.step->'targets') > 0
                 AND NOT EXISTS (
                   SELECT FROM jsonb_array_elements(s.step->'targets') AS o (target)
                    WHERE (o.target->>'name' LIKE replace(replace(replace(replace(replace(
                      g.target, '\', '\\'), '%', '\%'), '_', '\_'), '*', '%'), '?', '_')) IS NOT TRUE)) AS are_covered
          FROM jsonb_array_elements(p.document::jsonb->'steps') WITH ORDINALITY AS s (step, place)
         WHERE p.presentation->'steps'->(s.place - 1)::int->>'category' IS DISTINCT FROM 'READ'
            OR jsonb_path_exists(s.step, '$.targets[*] ? (@.kind == "secret")')
      ) changed ON true
  LOOP
    IF taken.grant_id IS NULL OR taken.is_of_task IS NOT TRUE OR taken.are_covered IS NOT TRUE THEN
      RAISE EXCEPTION 'use refused: the grant does not cover this plan' USING ERRCODE = 'CS004';
    END IF;
    IF taken.lacks IS NOT NULL THEN
      RAISE EXCEPTION 'use refused: the grant %', taken.lacks USING ERRCODE = 'CS004';
    END IF;
    IF taken.takes <> taken.changes OR taken.number <> taken.before + taken.takes OR taken.number > taken.uses THEN
      RAISE EXCEPTION 'use refused: % of % uses are taken', taken.before, taken.uses USING ERRCODE = 'CS004';
    END IF;
  END LOOP;
  RETURN NULL;
END $$;

CREATE TRIGGER grant_use_is_left AFTER INSERT ON "grant_use"
  REFERENCING NEW TABLE AS new_uses FOR EACH STATEMENT EXECUTE FUNCTION guard_grant_use();

-- Why a plan may not go on by the grant that let it through; null where it may. Until what asks is committed, nobody
-- revokes the grant: once they have, nothing begins under it. What was done is undone whatever became of the grant.
CREATE FUNCTION use_lacks(task uuid, of_revision int, hash text, named text, is_undoing boolean) RETURNS text
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  held public.standing_grant;
BEGIN
  SELECT g.* INTO held FROM public.grant_use u JOIN public.standing_grant g ON g.id = u.grant_id
   WHERE u.task_id = task AND u.revision = of_revision AND u.plan_hash = hash AND g.id::text = named
     FOR KEY SHARE OF g;
  IF NOT FOUND THEN
    RETURN 'has no such use';
  END IF;
  IF is_undoing THEN
    RETURN NULL;
  END IF;
  RETURN public.grant_lacks(held);
END $$;

-- As before, and what a grant let through has a use of it, of a grant that holds still.
CREATE OR REPLACE FUNCTION guard_effect_intent() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  gate record;
  lacks text;
BEGIN
  -- A snapshot of a moment ago would not show what people have taken back since.
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'effect refused: it must see what is committed now' USING ERRCODE = 'CS001';
  END IF;
  -- Most updates say how an effect ended, and intend nothing.
  IF TG_OP = 'UPDATE' THEN
    IF NOT EXISTS (SELECT FROM intents i WHERE i.state = 'INTENDED') THEN
      RETURN NULL;
    END IF;
  END IF;
  FOR gate IN
    SELECT i.state, i.task_id AS intended_task, i.plan_hash AS intended_hash, i.fence AS intended_fence,
           t.id AS task_id, t.revision, t.status, t.plan_hash AS task_hash,
           p.hash AS plan_hash, r.plan_hash AS run_hash, s.state AS step_state, s.fence, s.run_id,
           s.kind AS step_kind, s.undoes, s.action_type, r.rollback IS NOT NULL AS is_rolling_back,
           d.outcome, d.plan_hash AS decided_hash, d.context->'grant'->>'grantId' AS grant_id,
           coalesce(jsonb_typeof(d.context->'grant'), 'null') <> 'null' AS is_granted,
           (SELECT true FROM public.event e
             WHERE e.task_id = t.id AND e.type = 'policy.decided'
               AND e.data->>'planHash' = d.plan_hash LIMIT 1) AS is_on_record,
           a.id AS approval_id, a.status AS approval_status, a.plan_hash AS approved_hash, a.required,
           a.expires_at, a.effective_at, a.start_within_ms, votes.standing, votes.is_rejected, votes.missing_stage,
           votes.last_at + a.undo_window_ms * interval '1 millisecond' AS voted_effective_at
      FROM intents i
      LEFT JOIN public.step s ON s.id = i.step_id
      LEFT JOIN public.run r ON r.id = s.run_id
      LEFT JOIN public.task t ON t.id = r.task_id AND t.revision = r.revision AND t.tenant_id = i.tenant_id
      LEFT JOIN public.plan p ON p.task_id = t.id AND p.revision = t.revision
      LEFT JOIN public.policy_decision d ON d.task_id = t.id AND d.revision = t.revision
      LEFT JOIN public.approval_request a ON a.task_id = t.id AND a.revision = t.revision
      -- The last word of each voter who may decide; of two that one hand could have given, the first.
      LEFT JOIN LATERAL (
        WITH last_word AS (
          SELECT DISTINCT ON (v.reviewer_id) v.id, v.reviewer_id, v.verdict, v.at, v.stage, v.maker_ids, v.hand_ids
            FROM public.review v
           WHERE v.approval_id = a.id AND v.plan_hash = i.plan_hash
             AND (v.verdict <> 'APPROVE' OR v.at < a.expires_at)
           ORDER BY v.reviewer_id, v.at DESC, v.id DESC
        ), standing AS (
          SELECT w.id, w.at, w.stage, o.groups, w.reviewer_id || w.maker_ids AS can_cast,
                 w.reviewer_id || w.hand_ids || o.hand_ids AS touched
            FROM last_word w JOIN public.principal o ON o.id = w.reviewer_id
           WHERE w.verdict = 'APPROVE' AND o.tenant_id IS NOT DISTINCT FROM t.tenant_id AND o.type = 'HUMAN'
             AND o.disabled_at IS NULL AND 'APPROVER' = ANY (o.roles) AND o.id <> t.submitted_by_id
             AND o.id <> ALL (a.excluded_ids || t.hand_ids)
             AND o.id IS DISTINCT FROM (SELECT m.owner_id FROM public.principal m WHERE m.id = t.submitted_by_id)
        ), counted AS (
          SELECT w.at, w.stage, w.groups FROM standing w
           WHERE NOT EXISTS (SELECT FROM standing o WHERE (o.at, o.id) < (w.at, w.id)
                                AND (o.can_cast && w.touched OR w.can_cast && o.touched))
        )
        SELECT count(*) AS standing, max(w.at) AS last_at,
               EXISTS (SELECT FROM public.review v WHERE v.approval_id = a.id AND v.verdict = 'REJECT') AS is_rejected,
               -- Different people meet all needs of a stage exactly where any few of its needs together have as
               -- many people who could meet one of them as they ask for (Hall's theorem). The first stage lacks them
               -- where what is stored names no stages, and so does one of which nobody can tell what it asks for.
               CASE WHEN jsonb_typeof(a.stages) <> 'array' THEN 1 ELSE
               (SELECT min(asked.number) FROM jsonb_array_elements(a.stages) WITH ORDINALITY AS asked (stage, number)
                 CROSS JOIN LATERAL (SELECT CASE WHEN jsonb_typeof(asked.stage->'needs') = 'array'
                   THEN asked.stage->'needs' ELSE '[]' END AS all_of_them) AS needs
                 WHERE jsonb_array_length(needs.all_of_them) NOT BETWEEN 1 AND 4
                    OR EXISTS (SELECT FROM jsonb_array_elements(needs.all_of_them) AS n (need)
                                WHERE (jsonb_typeof(n.need->'required') = 'number'
                                       AND n.need->>'required' ~ '^[1-9][0-9]{0,5}$'
                                       AND jsonb_typeof(n.need->'group') IN ('string', 'null')) IS NOT TRUE)
                    OR EXISTS (SELECT FROM generate_series(1, (1 << least(jsonb_array_length(needs.all_of_them), 4)) - 1)
                                 AS few (mask)
                 WHERE (SELECT sum(CASE WHEN n.need->>'required' ~ '^[1-9][0-9]{0,5}$'
                                        THEN (n.need->>'required')::int END)
                          FROM jsonb_array_elements(needs.all_of_them) WITH ORDINALITY AS n (need, place)
                         WHERE few.mask & (1 << (n.place - 1)::int) <> 0)
                     > (SELECT count(*) FROM counted c WHERE c.stage = asked.number AND EXISTS (
                          SELECT FROM jsonb_array_elements(needs.all_of_them) WITH ORDINALITY AS n (need, place)
                           WHERE few.mask & (1 << (n.place - 1)::int) <> 0
                             AND (n.need->>'group' IS NULL OR n.need->>'group' = ANY (c.groups)))))
               ) END AS missing_stage
          FROM counted w
      ) votes ON a.id IS NOT NULL
  LOOP
    CONTINUE WHEN TG_OP = 'UPDATE' AND gate.state <> 'INTENDED';
    IF gate.state <> 'INTENDED' THEN
      RAISE EXCEPTION 'effect refused: it begins with its intent' USING ERRCODE = 'CS001';
    END IF;
    IF gate.plan_hash IS NULL OR gate.intended_task <> gate.task_id THEN
      RAISE EXCEPTION 'effect refused: its step is not part of a current plan' USING ERRCODE = 'CS001';
    END IF;
    IF gate.status <> 'RUNNING' OR gate.step_state <> 'RUNNING' OR gate.fence <> gate.intended_fence THEN
      RAISE EXCEPTION 'effect refused: its step is not claimed under this fence' USING ERRCODE = 'CS001';
    END IF;
    IF gate.intended_hash <> gate.plan_hash OR gate.intended_hash <> gate.task_hash
       OR gate.intended_hash <> gate.run_hash
       OR gate.decided_hash IS DISTINCT FROM gate.intended_hash OR gate.is_on_record IS NULL THEN
      RAISE EXCEPTION 'effect refused: it does not belong to the decided plan' USING ERRCODE = 'CS001';
    END IF;
    IF (gate.step_kind = 'UNDO') <> gate.is_rolling_back THEN
      RAISE EXCEPTION 'effect refused: a run either goes on or rolls back' USING ERRCODE = 'CS001';
    END IF;
    IF gate.step_kind = 'UNDO' THEN
      IF NOT EXISTS (SELECT FROM public.step u JOIN public.effect e ON e.step_id = u.id AND e.state = 'SUCCEEDED'
                       JOIN public.plan p ON p.task_id = gate.task_id AND p.revision = gate.revision
                       CROSS JOIN LATERAL jsonb_array_elements(p.document::jsonb->'steps') planned
                      WHERE u.run_id = gate.run_id AND u.name = gate.undoes AND u.state = 'SUCCEEDED'
                        AND u.kind = 'ACTION' AND planned->>'name' = gate.undoes
                        AND planned->>'undo' = 'COMPENSATE' AND planned->>'action' = gate.action_type) THEN
        RAISE EXCEPTION 'effect refused: it undoes nothing that was done by this plan' USING ERRCODE = 'CS001';
      END IF;
    END IF;
    -- A plan says of which revision it is: under two of them somebody has copied it.
    IF gate.revision <> 1 THEN
      IF EXISTS (SELECT FROM public.policy_decision o WHERE o.task_id = gate.task_id
                    AND o.revision <> gate.revision AND o.plan_hash = gate.intended_hash) THEN
        RAISE EXCEPTION 'effect refused: its plan was decided twice' USING ERRCODE = 'CS001';
      END IF;
    END IF;
    IF gate.outcome = 'ALLOW' AND gate.approval_id IS NULL THEN
      IF gate.is_granted THEN
        lacks := public.use_lacks(gate.task_id, gate.revision, gate.intended_hash, gate.grant_id,
          gate.step_kind = 'UNDO');
        IF lacks IS NOT NULL THEN
          RAISE EXCEPTION 'effect refused: the grant that let it through %', lacks USING ERRCODE = 'CS001';
        END IF;
      END IF;
      CONTINUE;
    END IF;
    IF gate.outcome = 'DENY' OR gate.approval_status IS DISTINCT FROM 'APPROVED'
       OR gate.approved_hash IS DISTINCT FROM gate.intended_hash
       OR gate.effective_at IS NULL OR gate.effective_at > clock_timestamp() THEN
      RAISE EXCEPTION 'effect refused: no valid approval of this plan' USING ERRCODE = 'CS001';
    END IF;
    IF gate.standing < greatest(gate.required, 1) THEN
      RAISE EXCEPTION 'effect refused: % of % approvals stand', gate.standing, gate.required USING ERRCODE = 'CS001';
    END IF;
    IF gate.missing_stage IS NOT NULL THEN
      RAISE EXCEPTION 'effect refused: stage % lacks approvals', gate.missing_stage USING ERRCODE = 'CS001';
    END IF;
    IF gate.is_rejected THEN
      RAISE EXCEPTION 'effect refused: the plan was rejected' USING ERRCODE = 'CS001';
    END IF;
    IF gate.voted_effective_at > clock_timestamp() THEN
      RAISE EXCEPTION 'effect refused: the undo window is open' USING ERRCODE = 'CS001';
    END IF;
    -- A run has begun that has an effect from before; an effect that is tried again is one.
    IF TG_OP = 'INSERT'
       AND greatest(gate.expires_at, gate.voted_effective_at + gate.start_within_ms * interval '1 millisecond')
           <= clock_timestamp() THEN
      IF NOT EXISTS (SELECT FROM public.step s JOIN public.effect e ON e.step_id = s.id
                      WHERE s.run_id = gate.run_id AND e.id NOT IN (SELECT i.id FROM intents i)) THEN
        RAISE EXCEPTION 'effect refused: the run did not begin in time' USING ERRCODE = 'CS001';
      END IF;
    END IF;
  END LOOP;
  RETURN NULL;
END $$;
