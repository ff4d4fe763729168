-- AlterTable
ALTER TABLE "step" ADD COLUMN     "attempts_before" INTEGER NOT NULL DEFAULT 0;

-- What a run has for itself it gives up, and who waits for that longest looks again at once.
CREATE FUNCTION "release_locks_of"("run" UUID) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  "freed" TEXT[];
  "first" UUID[];
BEGIN
  WITH "gone" AS (DELETE FROM "resource_lock" WHERE "run_id" = "run" RETURNING "name")
  SELECT array_agg("name") INTO "freed" FROM "gone";
  IF "freed" IS NULL THEN RETURN; END IF;
  SELECT array_agg("next"."run_id") INTO "first" FROM unnest("freed") AS "free"("name") CROSS JOIN LATERAL (
    SELECT "run_id" FROM "locks_about"("free"."name") WHERE "held_since" IS NULL AND "run_id" <> "run"
    ORDER BY "since", "run_id" LIMIT 1) AS "next";
  IF "first" IS NULL THEN RETURN; END IF;
  WITH "held" AS (
    SELECT "id" FROM "step" WHERE "run_id" = ANY ("first") AND "state" = 'READY' AND "hold" ->> 'rule' = 'lock'
    FOR UPDATE SKIP LOCKED),
  "ready" AS (UPDATE "step" SET "next_attempt_at" = now() WHERE "id" IN (SELECT "id" FROM "held") RETURNING "id")
  UPDATE "outbox" SET "due_at" = now() WHERE "step_id" IN (SELECT "id" FROM "ready");
  PERFORM pg_notify('countersign_wake', 'lock/outbox');
END
$$;

CREATE OR REPLACE FUNCTION "release_locks"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM "release_locks_of"(NEW."id");
  RETURN NULL;
END
$$;

-- Where nobody knows what a run did, nobody else changes that until it is known, or a person says otherwise.
DROP TRIGGER "release_locks" ON "run";
CREATE TRIGGER "release_locks" AFTER UPDATE OF "finished_at" ON "run" FOR EACH ROW
  WHEN (NEW."finished_at" IS NOT NULL AND NEW."status" <> 'NEEDS_ATTENTION'
    AND (OLD."finished_at" IS NULL OR OLD."status" = 'NEEDS_ATTENTION'))
  EXECUTE FUNCTION "release_locks"();
