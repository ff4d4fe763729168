-- AlterTable
ALTER TABLE "plan" ADD COLUMN     "outline" JSONB;

-- What the gates read of a plan is in its outline where the plan is encrypted.
DO $$
DECLARE
  reader regprocedure;
BEGIN
  FOR reader IN
    SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = 'public'::regnamespace
       AND (prosrc LIKE '%p.document::jsonb%' OR prosrc LIKE '%p.presentation->%')
  LOOP
    EXECUTE replace(replace(pg_get_functiondef(reader), 'p.document::jsonb', 'coalesce(p.outline, p.document::jsonb)'),
      'p.presentation->', 'coalesce(p.outline, p.presentation)->');
  END LOOP;
END $$;

-- The outline is told once, when the plan is first encrypted.
CREATE OR REPLACE FUNCTION refuse_change_but_encryption() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  payloads text[] := TG_ARGV[0:TG_NARGS - 1];
BEGIN
  IF TG_OP = 'UPDATE' AND NEW IS DISTINCT FROM OLD AND to_jsonb(NEW) - payloads = to_jsonb(OLD) - payloads AND NOT EXISTS (
    SELECT FROM unnest(payloads) AS payload(name)
     WHERE to_jsonb(NEW)->payload.name IS DISTINCT FROM to_jsonb(OLD)->payload.name
       AND (to_jsonb(NEW)->>payload.name LIKE 'enc:1:%') IS NOT TRUE
       AND NOT (payload.name = 'outline' AND to_jsonb(OLD)->>'outline' IS NULL)) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE OR REPLACE TRIGGER plan_is_immutable BEFORE UPDATE OR DELETE ON "plan"
  FOR EACH ROW EXECUTE FUNCTION refuse_change_but_encryption('document', 'presentation', 'outline');
