-- AlterTable
ALTER TABLE "event" ADD COLUMN     "payload_hash" TEXT,
ADD COLUMN     "salt" TEXT;

-- CreateTable
CREATE TABLE "audit_seal" (
    "tenant_id" UUID NOT NULL,
    "size" BIGINT NOT NULL,
    "from_seq" BIGINT NOT NULL,
    "to_seq" BIGINT NOT NULL,
    "root" TEXT NOT NULL,
    "prev_root" TEXT NOT NULL,
    "leaves" BYTEA NOT NULL,
    "subtrees" TEXT[],
    "at" TIMESTAMPTZ(3) NOT NULL,
    "key_id" TEXT NOT NULL,
    "signature" TEXT NOT NULL,

    CONSTRAINT "audit_seal_pkey" PRIMARY KEY ("tenant_id","size")
);

-- CreateIndex
CREATE INDEX "audit_seal_to_seq_idx" ON "audit_seal"("to_seq");

CREATE TRIGGER audit_seal_is_append_only BEFORE UPDATE OR DELETE ON "audit_seal"
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_seal_is_not_truncated BEFORE TRUNCATE ON "audit_seal"
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What an event says can be taken out of it once, and nothing else of it ever changes: the commitment to what
-- was taken out stays, and with it every proof.
CREATE FUNCTION refuse_change_but_erasure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.salt IS NOT NULL AND NEW.salt IS NULL AND NEW.payload_hash ~ '^[0-9a-f]{64}$'
     AND NEW.summary = 'Erased' AND NEW.data = '{}'
     AND (to_jsonb(NEW) - '{salt,payload_hash,summary,data}'::text[])
       = (to_jsonb(OLD) - '{salt,payload_hash,summary,data}'::text[]) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;

DROP TRIGGER event_is_append_only ON "event";
CREATE TRIGGER event_is_append_only BEFORE UPDATE ON "event"
  FOR EACH ROW EXECUTE FUNCTION refuse_change_but_erasure();
CREATE TRIGGER event_is_kept BEFORE DELETE ON "event"
  FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- The application may not update events; of this one change it may ask.
CREATE FUNCTION erase_events(tenant uuid, seqs bigint[], hashes text[]) RETURNS bigint[]
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH erased AS (
    UPDATE public.event e SET summary = 'Erased', data = '{}', salt = NULL, payload_hash = given.hash
      FROM unnest(seqs, hashes) AS given(seq, hash)
     WHERE e.seq = given.seq AND e.tenant_id = tenant AND e.salt IS NOT NULL
    RETURNING e.seq)
  SELECT coalesce(array_agg(seq ORDER BY seq), '{}') FROM erased
$$;
