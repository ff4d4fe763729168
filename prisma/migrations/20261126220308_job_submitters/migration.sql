-- Those who submit take turns. All jobs so far make the plan of a task, which is their key.
ALTER TABLE "job" ADD COLUMN     "submitter_id" UUID;
UPDATE "job" SET "submitter_id" = "task"."submitted_by_id" FROM "task" WHERE "task"."id"::text = "job"."key";
DELETE FROM "job" WHERE "submitter_id" IS NULL;
ALTER TABLE "job" ALTER COLUMN "submitter_id" SET NOT NULL;

-- CreateIndex
CREATE INDEX "job_submitter_id_due_at_id_idx" ON "job"("submitter_id", "due_at", "id");

-- CreateIndex
CREATE INDEX "job_queued_at_idx" ON "job"("queued_at");

-- CreateIndex
CREATE INDEX "job_worker_idx" ON "job"("worker");
