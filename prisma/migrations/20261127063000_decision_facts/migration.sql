-- A decision comes with its fact in the log, of the same transaction. The gate asked for that fact at every effect,
-- where what it said may have been erased since, or have left for the archive: nothing could be undone any more.
CREATE FUNCTION require_decision_fact() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  place bigint := pg_current_xact_id()::text::bigint;
BEGIN
  IF NOT EXISTS (
    SELECT FROM public.event e
     WHERE e.task_id = NEW.task_id AND e.seq >= place << 20 AND e.seq < (place + 1) << 20
       AND e.tenant_id = NEW.tenant_id AND e.type = 'policy.decided' AND e.data->>'planHash' = NEW.plan_hash
       AND e.data->>'outcome' = NEW.outcome::text) THEN
    RAISE EXCEPTION 'decision refused: the log does not tell of it' USING ERRCODE = 'CS001';
  END IF;
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER policy_decision_has_its_fact AFTER INSERT ON "policy_decision" DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION require_decision_fact();

-- The gate is as it is, without that question.
DO $patch$
DECLARE
  was text := pg_get_functiondef('public.guard_effect_intent'::regproc);
  becomes text := replace(replace(was,
    $$           (SELECT true FROM public.event e
             WHERE e.task_id = t.id AND e.type = 'policy.decided'
               AND e.data->>'planHash' = d.plan_hash LIMIT 1) AS is_on_record,
$$, ''), ' OR gate.is_on_record IS NULL', '');
BEGIN
  IF becomes LIKE '%is_on_record%' THEN
    RAISE EXCEPTION 'the gate asks for the fact of a decision in another way than this migration knows';
  END IF;
  EXECUTE becomes;
END $patch$;
