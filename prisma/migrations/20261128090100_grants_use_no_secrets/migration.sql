-- No grant lets a secret be used, whatever the names of secrets are.
DO $$
DECLARE
  before text := $old$AND d.outcome = 'ALLOW' AND d.context->'grant'$old$;
  changed text := $new$AND NOT jsonb_path_exists(coalesce(p.outline, p.document::jsonb), '$.steps[*].targets[*] ? (@.kind == "secret")')
             AND d.outcome = 'ALLOW' AND d.context->'grant'$new$;
  mended text := replace(pg_get_functiondef('guard_grant_use()'::regprocedure), before, changed);
BEGIN
  IF position(changed IN mended) = 0 THEN
    RAISE EXCEPTION 'guard_grant_use() is not as it was left';
  END IF;
  EXECUTE mended;
END $$;
