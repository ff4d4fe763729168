-- Filling and indexing reads every task and every event once, and what writes to them waits as long: about a minute for
-- a million tasks.

-- CreateTable
CREATE TABLE "task_goal" (
    "task_id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "goal" TEXT NOT NULL,

    CONSTRAINT "task_goal_pkey" PRIMARY KEY ("task_id")
);

-- Goals never change and tasks do, so an index of words on tasks would be written with each of their changes.
CREATE FUNCTION keep_goals() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO public."task_goal" ("task_id", "tenant_id", "goal") SELECT "id", "tenant_id", "goal" FROM "added";
  RETURN NULL;
END $$;
CREATE TRIGGER task_keeps_its_goal AFTER INSERT ON "task" REFERENCING NEW TABLE AS "added"
  FOR EACH STATEMENT EXECUTE FUNCTION keep_goals();
INSERT INTO "task_goal" ("task_id", "tenant_id", "goal") SELECT "id", "tenant_id", "goal" FROM "task";

-- A PostgreSQL without pg_trgm, or whose owner may not create it, searches goals one by one.
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_trgm') THEN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    CREATE INDEX "task_goal_words_idx" ON "task_goal" USING gin (lower("goal") gin_trgm_ops);
  END IF;
EXCEPTION WHEN insufficient_privilege OR undefined_object OR feature_not_supported THEN
  RAISE WARNING 'goals have no index of words: %', SQLERRM;
END $$;

-- Facts of every task are found at the end of the log; those that are rare are not, and cost no task anything here.
CREATE INDEX "event_rare_type_idx" ON "event"("tenant_id", "type", "seq") WHERE "type" NOT IN
  ('task.submitted', 'policy.decided', 'task.queued', 'task.started', 'step.started', 'step.succeeded', 'task.succeeded');
