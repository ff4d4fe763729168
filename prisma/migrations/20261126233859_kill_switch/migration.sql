-- CreateEnum
CREATE TYPE "stop_scope_kind" AS ENUM ('GLOBAL', 'TENANT', 'ENVIRONMENT', 'PLATFORM', 'AGENT', 'ACTION_TYPE');

-- CreateEnum
CREATE TYPE "stop_mode" AS ENUM ('PAUSE', 'HALT');

-- CreateEnum
CREATE TYPE "stop_stage" AS ENUM ('STOPPED', 'OBSERVE', 'LOW_RISK', 'ALL');

-- CreateTable
CREATE TABLE "kill_switch" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "kind" "stop_scope_kind" NOT NULL,
    "value" TEXT,
    "mode" "stop_mode" NOT NULL,
    "is_drill" BOOLEAN NOT NULL,
    "reason" TEXT NOT NULL,
    "by_id" UUID,
    "engaged_at" TIMESTAMPTZ(3) NOT NULL,
    "stage" "stop_stage" NOT NULL,
    "staged_at" TIMESTAMPTZ(3) NOT NULL,
    "epoch" INTEGER NOT NULL,
    "asks" JSONB NOT NULL,

    CONSTRAINT "kill_switch_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "kill_switch_ack" (
    "switch_id" UUID NOT NULL,
    "epoch" INTEGER NOT NULL,
    "worker" TEXT NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "in_hand" UUID[],
    "quiet_at" TIMESTAMPTZ(3),

    CONSTRAINT "kill_switch_ack_pkey" PRIMARY KEY ("switch_id","epoch","worker")
);

-- CreateIndex
CREATE INDEX "kill_switch_tenant_id_engaged_at_idx" ON "kill_switch"("tenant_id", "engaged_at");

-- CreateIndex
CREATE INDEX "kill_switch_stage_idx" ON "kill_switch"("stage");

-- What a scope means, here and in domain/kill-switch.ts.
CREATE FUNCTION stop_covers(k public.kill_switch, s public.step, t public.task) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT k.kind = 'GLOBAL' OR k.tenant_id = t.tenant_id AND CASE k.kind
    WHEN 'TENANT' THEN true
    WHEN 'ENVIRONMENT' THEN t.environment::text = k.value
    WHEN 'PLATFORM' THEN s.platform = k.value
    WHEN 'AGENT' THEN t.submitted_by_id::text = k.value
    WHEN 'ACTION_TYPE' THEN k.value IN (s.action_type, split_part(s.action_type, '@', 1))
    ELSE true END
$$;

-- Whether a switch keeps a step from calling its platform, at the stage to which it was released.
CREATE FUNCTION stop_holds(k public.kill_switch, s public.step, t public.task) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT NOT k.is_drill AND k.stage <> 'ALL' AND public.stop_covers(k, s, t)
    AND NOT (k.stage = 'LOW_RISK' AND t.risk = 'LOW')
    AND NOT (k.stage <> 'STOPPED' AND s.kind <> 'UNDO' AND coalesce((
      SELECT p.presentation->'steps'->s.ordinal->>'category' = 'READ'
        FROM public.plan p WHERE p.task_id = t.id AND p.revision = t.revision), false))
    -- Somebody asked for it although the work is stopped.
    AND NOT (s.kind = 'UNDO' AND coalesce((
      SELECT r.rollback->>'isUnderStop' = 'true' FROM public.run r WHERE r.id = s.run_id), false))
$$;

-- The second gate knows the stop. Whoever intends holds a lock, shared with all who intend, until the intent is
-- committed; whoever engages a switch commits it and then waits for that lock alone. So all that was intended
-- before is committed by then, and all that comes later sees the switch.
CREATE FUNCTION guard_stop() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  stopped record;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF NOT EXISTS (SELECT FROM intents i WHERE i.state = 'INTENDED') THEN
      RETURN NULL;
    END IF;
  END IF;
  PERFORM pg_advisory_xact_lock_shared(hashtextextended('countersign stop', 0));
  IF NOT EXISTS (SELECT FROM public.kill_switch k WHERE k.stage IN ('STOPPED', 'OBSERVE', 'LOW_RISK')) THEN
    RETURN NULL;
  END IF;
  SELECT k.kind, k.value INTO stopped
    FROM intents i JOIN public.step s ON s.id = i.step_id JOIN public.task t ON t.id = s.task_id
    JOIN public.kill_switch k ON public.stop_holds(k, s, t)
   WHERE i.state = 'INTENDED' LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'effect refused: a kill switch (%) is engaged',
      lower(concat_ws(' ', replace(stopped.kind::text, '_', ' '), stopped.value)) USING ERRCODE = 'CS003';
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER effect_asks_the_stop AFTER INSERT ON "effect"
  REFERENCING NEW TABLE AS intents FOR EACH STATEMENT EXECUTE FUNCTION guard_stop();
CREATE TRIGGER effect_asks_the_stop_again AFTER UPDATE ON "effect"
  REFERENCING NEW TABLE AS intents FOR EACH STATEMENT EXECUTE FUNCTION guard_stop();
