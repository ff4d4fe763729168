-- CreateTable
CREATE TABLE "encryption_key" (
    "name" TEXT NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "encryption_key_pkey" PRIMARY KEY ("name")
);

-- What is recorded stays, but for the form of payload: its owner may encrypt it, or encrypt it with another key. The
-- names of columns that hold payload come as arguments. What it says is bound by the hashes beside it.
CREATE FUNCTION refuse_change_but_encryption() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  payloads text[] := TG_ARGV[0:TG_NARGS - 1];
BEGIN
  IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - payloads = to_jsonb(OLD) - payloads AND NOT EXISTS (
    SELECT FROM unnest(payloads) AS payload(name)
     WHERE to_jsonb(NEW)->payload.name IS DISTINCT FROM to_jsonb(OLD)->payload.name
       AND (to_jsonb(NEW)->>payload.name LIKE 'enc:1:%') IS NOT TRUE) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE OR REPLACE TRIGGER policy_decision_is_immutable BEFORE UPDATE OR DELETE ON "policy_decision"
  FOR EACH ROW EXECUTE FUNCTION refuse_change_but_encryption('input');
CREATE OR REPLACE TRIGGER review_is_append_only BEFORE UPDATE OR DELETE ON "review"
  FOR EACH ROW EXECUTE FUNCTION refuse_change_but_encryption('comment');
