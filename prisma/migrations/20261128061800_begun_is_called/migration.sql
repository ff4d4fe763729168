-- A run whose time to begin is over has begun where anything of it was called. An attempt that was held before its call is
-- given back: of a step that has none left but the one that just claimed it, an effect that failed was never asked for.
DO $$
DECLARE
  before text := $old$IF TG_OP = 'INSERT'
       AND greatest(gate.expires_at, gate.voted_effective_at + gate.start_within_ms * interval '1 millisecond')
           <= clock_timestamp() THEN
      IF NOT EXISTS (SELECT FROM public.step s JOIN public.effect e ON e.step_id = s.id
                      WHERE s.run_id = gate.run_id AND e.id NOT IN (SELECT i.id FROM intents i)) THEN$old$;
  changed text := $new$IF greatest(gate.expires_at, gate.voted_effective_at + gate.start_within_ms * interval '1 millisecond')
           <= clock_timestamp() THEN
      has_begun := EXISTS (SELECT FROM public.step s JOIN public.effect e ON e.step_id = s.id
                            WHERE s.run_id = gate.run_id AND e.id NOT IN (SELECT i.id FROM intents i)
                              AND (e.state <> 'FAILED' OR s.attempt > (s.state = 'RUNNING')::int));
      IF TG_OP = 'UPDATE' AND NOT has_begun THEN
        has_begun := EXISTS (SELECT FROM public.step s JOIN earlier e ON e.step_id = s.id
                              WHERE s.run_id = gate.run_id
                                AND (e.state <> 'FAILED' OR s.attempt > (s.state = 'RUNNING')::int));
      END IF;
      IF NOT has_begun THEN$new$;
  gate text := pg_get_functiondef('guard_effect_intent()'::regprocedure);
  mended text := replace(replace(replace(gate, before, changed), '  lacks text;', E'  lacks text;\n  has_begun boolean;'),
    'A run has begun that has an effect from before; an effect that is tried again is one.',
    'A run has begun of which anything was called.');
BEGIN
  IF position(changed IN mended) = 0 OR position('has_begun boolean' IN mended) = 0 THEN
    RAISE EXCEPTION 'guard_effect_intent() is not as it was left';
  END IF;
  EXECUTE mended;
END $$;

DROP TRIGGER effect_needs_a_gate_again ON "effect";
CREATE TRIGGER effect_needs_a_gate_again AFTER UPDATE ON "effect"
  REFERENCING NEW TABLE AS intents OLD TABLE AS earlier FOR EACH STATEMENT EXECUTE FUNCTION guard_effect_intent();
