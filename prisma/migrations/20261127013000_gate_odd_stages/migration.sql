-- As before, and what is stored of stages in another form than ours is refused: it broke the statement, or asked nobody.
CREATE OR REPLACE FUNCTION guard_effect_intent() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  gate record;
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
           d.outcome, d.plan_hash AS decided_hash,
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
    CONTINUE WHEN gate.outcome = 'ALLOW' AND gate.approval_id IS NULL;
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
