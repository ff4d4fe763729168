-- CreateEnum
CREATE TYPE "decoy_result" AS ENUM ('CAUGHT', 'APPROVED', 'UNDECIDED');

-- CreateTable
CREATE TABLE "decoy" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "task_id" UUID NOT NULL,
    "environment" "environment" NOT NULL,
    "goal_of_id" UUID NOT NULL,
    "change_of_id" UUID NOT NULL,
    "lot" SMALLINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "result" "decoy_result",
    "decided_by_id" UUID,
    "took_ms" INTEGER,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "decoy_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "decoy_task_id_key" ON "decoy"("task_id");

-- CreateIndex
CREATE INDEX "decoy_tenant_id_environment_at_idx" ON "decoy"("tenant_id", "environment", "at");

-- CreateIndex
CREATE INDEX "decoy_tenant_id_ended_at_idx" ON "decoy"("tenant_id", "ended_at");

-- One at a time is open in a place, whichever process asks first.
CREATE UNIQUE INDEX "decoy_open_key" ON "decoy"("tenant_id", "environment") WHERE "ended_at" IS NULL;

-- What is a decoy from the first cannot run: no run of it can be made, and without one there is no effect.
CREATE FUNCTION guard_decoy() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND (OLD.ended_at IS NOT NULL OR NEW.ended_at IS NULL) THEN
    RAISE EXCEPTION 'decoy refused: it ends once' USING ERRCODE = 'CS001';
  ELSIF TG_OP = 'INSERT' AND (NEW.ended_at IS NOT NULL OR NOT EXISTS (
      SELECT FROM public.task t WHERE t.id = NEW.task_id AND t.tenant_id = NEW.tenant_id
         AND t.status = 'AWAITING_APPROVAL' AND t.xmin::text::bigint = pg_current_xact_id()::text::bigint % 4294967296
         AND NOT EXISTS (SELECT FROM public.run r WHERE r.task_id = t.id))) THEN
    RAISE EXCEPTION 'decoy refused: it is not one from the first' USING ERRCODE = 'CS001';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER decoy_is_one_from_the_first BEFORE INSERT OR UPDATE ON "decoy"
  FOR EACH ROW EXECUTE FUNCTION guard_decoy();
CREATE TRIGGER decoy_is_kept BEFORE DELETE ON "decoy" FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER decoy_is_not_truncated BEFORE TRUNCATE ON "decoy" FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION refuse_decoy_run() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM made JOIN public.decoy d ON d.task_id = made.task_id) THEN
    RAISE EXCEPTION 'run refused: it is of a decoy, which runs nothing' USING ERRCODE = 'CS001';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER run_is_of_real_work AFTER INSERT ON "run" REFERENCING NEW TABLE AS made
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_decoy_run();

CREATE FUNCTION refuse_decoy_vote() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM made JOIN public.approval_request a ON a.id = made.approval_id
               JOIN public.decoy d ON d.task_id = a.task_id) THEN
    RAISE EXCEPTION 'vote refused: it is about a decoy, and a word on one is none' USING ERRCODE = 'CS002';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER review_is_of_real_work AFTER INSERT ON "review" REFERENCING NEW TABLE AS made
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_decoy_vote();
