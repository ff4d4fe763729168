-- CreateTable
CREATE TABLE "resource_lock" (
    "run_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "tenant_id" UUID NOT NULL,
    "task_id" UUID NOT NULL,
    "since" TIMESTAMPTZ(6) NOT NULL,
    "held_since" TIMESTAMPTZ(3),
    "asked_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "resource_lock_pkey" PRIMARY KEY ("run_id","name")
);

-- Byte by byte, so that what lies within a name is a range.
CREATE INDEX "resource_lock_name_idx" ON "resource_lock"("name" COLLATE "C");
-- Nobody has what somebody else has.
CREATE UNIQUE INDEX "resource_lock_held_idx" ON "resource_lock"("name") WHERE "held_since" IS NOT NULL;

-- All locks that keep one of this name waiting, or that it keeps: of the same, of what it lies within, and of what
-- lies within it.
CREATE FUNCTION "locks_about"("claim" TEXT) RETURNS SETOF "resource_lock" LANGUAGE sql STABLE AS $$
  SELECT * FROM "resource_lock" WHERE "name" COLLATE "C" = ANY (
    SELECT array_to_string("parts"[1:"length"], '/')
    FROM (SELECT string_to_array("claim", '/') AS "parts") AS "split",
      generate_series(1, cardinality("parts")) AS "length")
  UNION ALL
  SELECT * FROM "resource_lock" WHERE "name" COLLATE "C" > "claim" || '/' AND "name" COLLATE "C" < "claim" || '0'
$$;

-- A run that has ended has nothing any more, whoever ended it, and who waits for that longest looks again at once.
CREATE FUNCTION "release_locks"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  "freed" TEXT[];
  "first" UUID[];
BEGIN
  WITH "gone" AS (DELETE FROM "resource_lock" WHERE "run_id" = NEW."id" RETURNING "name")
  SELECT array_agg("name") INTO "freed" FROM "gone";
  IF "freed" IS NULL THEN RETURN NULL; END IF;
  SELECT array_agg("next"."run_id") INTO "first" FROM unnest("freed") AS "free"("name") CROSS JOIN LATERAL (
    SELECT "run_id" FROM "locks_about"("free"."name") WHERE "held_since" IS NULL AND "run_id" <> NEW."id"
    ORDER BY "since", "run_id" LIMIT 1) AS "next";
  IF "first" IS NULL THEN RETURN NULL; END IF;
  WITH "held" AS (
    SELECT "id" FROM "step" WHERE "run_id" = ANY ("first") AND "state" = 'READY' AND "hold" ->> 'rule' = 'lock'
    FOR UPDATE SKIP LOCKED),
  "ready" AS (UPDATE "step" SET "next_attempt_at" = now() WHERE "id" IN (SELECT "id" FROM "held") RETURNING "id")
  UPDATE "outbox" SET "due_at" = now() WHERE "step_id" IN (SELECT "id" FROM "ready");
  PERFORM pg_notify('countersign_wake', 'lock/outbox');
  RETURN NULL;
END
$$;

CREATE TRIGGER "release_locks" AFTER UPDATE OF "finished_at" ON "run" FOR EACH ROW
  WHEN (OLD."finished_at" IS NULL AND NEW."finished_at" IS NOT NULL) EXECUTE FUNCTION "release_locks"();
