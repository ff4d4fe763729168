-- CreateTable
CREATE TABLE "audit_archive" (
    "tenant_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "revision" INTEGER NOT NULL,
    "from_size" BIGINT NOT NULL,
    "size" BIGINT NOT NULL,
    "from_seq" BIGINT NOT NULL,
    "to_seq" BIGINT NOT NULL,
    "root" TEXT NOT NULL,
    "file_name" TEXT NOT NULL,
    "file_hash" TEXT NOT NULL,
    "bytes" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "process" TEXT NOT NULL,
    "key_id" TEXT NOT NULL,
    "signature" TEXT NOT NULL,

    CONSTRAINT "audit_archive_pkey" PRIMARY KEY ("tenant_id","number","revision")
);

-- CreateTable
CREATE TABLE "audit_floor" (
    "id" SMALLINT NOT NULL,
    "keep_ms" BIGINT NOT NULL,

    CONSTRAINT "audit_floor_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "legal_hold" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "task_id" UUID,
    "reason" TEXT NOT NULL,
    "by_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "released_at" TIMESTAMPTZ(3),
    "released_by_id" UUID,
    "release_reason" TEXT,

    CONSTRAINT "legal_hold_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "audit_archive_tenant_id_to_seq_idx" ON "audit_archive"("tenant_id", "to_seq");

-- CreateIndex
CREATE INDEX "legal_hold_tenant_id_released_at_idx" ON "legal_hold"("tenant_id", "released_at");

-- CreateIndex
CREATE INDEX "legal_hold_task_id_idx" ON "legal_hold"("task_id");

CREATE TRIGGER audit_archive_is_append_only BEFORE UPDATE OR DELETE ON "audit_archive"
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_archive_is_not_truncated BEFORE TRUNCATE ON "audit_archive"
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION is_held(tenant uuid) RETURNS boolean LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT EXISTS (SELECT FROM public.legal_hold
                  WHERE tenant_id = tenant AND task_id IS NULL AND released_at IS NULL)
$$;

-- An archive continues the one before it, ends where a seal does, holds what was sealed, and is older than the owner
-- of the tables says. What was erased in its file makes another revision of the same entries.
CREATE FUNCTION guard_audit_archive() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  before public.audit_archive;
  same public.audit_archive;
  floor_ms bigint := (SELECT keep_ms FROM public.audit_floor WHERE id = 1);
BEGIN
  -- One at a time for a tenant: nobody else adds what this one continues.
  PERFORM pg_advisory_xact_lock(hashtextextended('audit_archive' || NEW.tenant_id, 0));
  SELECT * INTO same FROM public.audit_archive
   WHERE tenant_id = NEW.tenant_id AND number = NEW.number ORDER BY revision DESC LIMIT 1;
  IF FOUND THEN
    IF NEW.revision = same.revision + 1
       AND (NEW.from_size, NEW.size, NEW.from_seq, NEW.to_seq, NEW.root)
         = (same.from_size, same.size, same.from_seq, same.to_seq, same.root) THEN
      RETURN NEW;
    END IF;
    RAISE EXCEPTION 'archive refused: it is another than the one of its number' USING ERRCODE = 'CS002';
  END IF;
  SELECT * INTO before FROM public.audit_archive WHERE tenant_id = NEW.tenant_id ORDER BY number DESC LIMIT 1;
  IF (NEW.revision, NEW.number, NEW.from_size, NEW.from_seq)
     <> (1, coalesce(before.number, 0) + 1, coalesce(before.size, 0), coalesce(before.to_seq, -1) + 1) THEN
    RAISE EXCEPTION 'archive refused: it does not continue the one before it' USING ERRCODE = 'CS002';
  END IF;
  IF floor_ms IS NULL OR NOT EXISTS (
    SELECT FROM public.audit_seal s
     WHERE s.tenant_id = NEW.tenant_id AND s.size = NEW.size AND s.to_seq = NEW.to_seq AND s.root = NEW.root
       AND s.at <= clock_timestamp() - floor_ms * interval '1 millisecond') THEN
    RAISE EXCEPTION 'archive refused: no seal that is old enough ends so' USING ERRCODE = 'CS002';
  END IF;
  -- The entries' own time counts: whoever writes seals could write an old one.
  IF NEW.size - NEW.from_size <> (
    SELECT count(*) FILTER (WHERE at <= clock_timestamp() - floor_ms * interval '1 millisecond') FROM public.event
     WHERE tenant_id = NEW.tenant_id AND seq BETWEEN NEW.from_seq AND NEW.to_seq) THEN
    RAISE EXCEPTION 'archive refused: the log holds other entries than were sealed, or younger ones'
      USING ERRCODE = 'CS002';
  END IF;
  IF public.is_held(NEW.tenant_id) THEN
    RAISE EXCEPTION 'archive refused: a legal hold is on the tenant' USING ERRCODE = 'CS002';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER audit_archive_is_guarded BEFORE INSERT ON "audit_archive"
  FOR EACH ROW EXECUTE FUNCTION guard_audit_archive();

-- Nobody takes an entry out of the log that no archive holds, the owner of the table included.
CREATE FUNCTION refuse_removal_but_archived() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM public.audit_archive a
              WHERE a.tenant_id = OLD.tenant_id AND a.to_seq >= OLD.seq AND a.from_seq <= OLD.seq) THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
DROP TRIGGER event_is_kept ON "event";
CREATE TRIGGER event_is_kept BEFORE DELETE ON "event"
  FOR EACH ROW EXECUTE FUNCTION refuse_removal_but_archived();

-- The application may not delete events; of those of an archive it may ask, so many at once.
CREATE FUNCTION remove_archived_events(tenant uuid, archive int, most int) RETURNS int
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  held public.audit_archive;
  removed int;
BEGIN
  SELECT * INTO held FROM public.audit_archive a
   WHERE a.tenant_id = tenant AND a.number = archive ORDER BY a.revision LIMIT 1;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'removal refused: there is no archive % of this tenant', archive USING ERRCODE = 'CS002';
  END IF;
  IF public.is_held(tenant) THEN
    RAISE EXCEPTION 'removal refused: a legal hold is on the tenant' USING ERRCODE = 'CS002';
  END IF;
  DELETE FROM public.event WHERE seq IN (
    SELECT e.seq FROM public.event e
     WHERE e.tenant_id = tenant AND e.seq BETWEEN held.from_seq AND held.to_seq ORDER BY e.seq LIMIT most);
  GET DIAGNOSTICS removed = ROW_COUNT;
  RETURN removed;
END $$;

-- As before, but what was archived was in the log too.
CREATE OR REPLACE FUNCTION take_up_log(now_at text, seen bigint) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  here text := (SELECT system_identifier FROM pg_control_system())
    || '/' || (SELECT oid FROM pg_database WHERE datname = current_database())
    || '/' || (SELECT timeline_id FROM pg_control_checkpoint());
  latest public.log_generation;
BEGIN
  LOCK TABLE public.log_generation IN SHARE ROW EXCLUSIVE MODE;
  SELECT * INTO latest FROM public.log_generation ORDER BY generation DESC LIMIT 1;
  IF coalesce(latest.cluster = here, true) AND coalesce(latest.place = now_at, true)
     AND coalesce(seen < (pg_snapshot_xmax(pg_current_snapshot())::text::bigint << 20), true) THEN
    UPDATE public.log_generation
       SET cluster = here, place = coalesce(place, now_at)
     WHERE generation = latest.generation
       AND (cluster IS DISTINCT FROM here OR place IS DISTINCT FROM coalesce(place, now_at));
    RETURN;
  END IF;
  -- What is being added belongs to the generation that ends.
  LOCK TABLE public.event IN EXCLUSIVE MODE;
  INSERT INTO public.log_generation (generation, after_seq, cluster, place)
  VALUES (greatest(latest.generation + 1, extract(epoch FROM clock_timestamp())::bigint),
          (SELECT greatest(coalesce((SELECT max(seq) FROM public.event), -1),
                           coalesce((SELECT max(to_seq) FROM public.audit_archive), -1))), here, coalesce(now_at, latest.place));
END $$;
