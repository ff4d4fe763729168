-- CreateTable
CREATE TABLE "log_generation" (
    "generation" BIGINT NOT NULL,
    "after_seq" BIGINT NOT NULL,
    "cluster" TEXT,
    "place" TEXT,
    "began_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "log_generation_pkey" PRIMARY KEY ("generation")
);

INSERT INTO "log_generation" ("generation", "after_seq") VALUES (0, -1);

-- Whoever starts says where the data lies, if it can see it, and how far it has read the log before. Where
-- that is not what it was, the log is a copy, and goes on as another generation: number by the clock, so that
-- two copies of one log never give the same. Called once too often it does no harm.
CREATE FUNCTION take_up_log(now_at text, seen bigint) RETURNS void
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
          (SELECT coalesce(max(seq), -1) FROM public.event), here, coalesce(now_at, latest.place));
END $$;

-- Absent where the application logs in as a user of its own, which is given its rights at each start.
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'countersign_app') THEN
    GRANT SELECT ON "log_generation" TO countersign_app;
  END IF;
END $$;
