-- As before; a risk that nobody has said counts as high, here as in domain/kill-switch.ts.
CREATE OR REPLACE FUNCTION stop_holds(k public.kill_switch, s public.step, t public.task) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT NOT k.is_drill AND k.stage <> 'ALL' AND public.stop_covers(k, s, t)
    AND NOT (k.stage = 'LOW_RISK' AND coalesce(t.risk = 'LOW', false))
    AND NOT (k.stage <> 'STOPPED' AND s.kind <> 'UNDO' AND coalesce((
      SELECT p.presentation->'steps'->s.ordinal->>'category' = 'READ'
        FROM public.plan p WHERE p.task_id = t.id AND p.revision = t.revision), false))
    -- Somebody asked for it although the work is stopped.
    AND NOT (s.kind = 'UNDO' AND coalesce((
      SELECT r.rollback->>'isUnderStop' = 'true' FROM public.run r WHERE r.id = s.run_id), false))
$$;
