-- AlterTable
ALTER TABLE "outbox" ADD COLUMN     "since" TIMESTAMPTZ(3),
ADD COLUMN     "submitter_id" UUID,
ADD COLUMN     "tenant_id" UUID;

UPDATE "outbox" SET "since" = "step"."next_attempt_at", "tenant_id" = "task"."tenant_id", "submitter_id" = "task"."submitted_by_id"
FROM "step" JOIN "task" ON "task"."id" = "step"."task_id" WHERE "step"."id" = "outbox"."step_id";
-- Of a step that is gone nothing is to be done.
DELETE FROM "outbox" WHERE "since" IS NULL;

ALTER TABLE "outbox" ALTER COLUMN "since" SET NOT NULL,
ALTER COLUMN "submitter_id" SET NOT NULL,
ALTER COLUMN "tenant_id" SET NOT NULL;

-- CreateIndex
CREATE INDEX "outbox_lane_tenant_id_submitter_id_due_at_id_idx" ON "outbox"("lane", "tenant_id", "submitter_id", "due_at", "id");

-- What was laid aside, by whose it is and how long it has waited.
CREATE INDEX "outbox_shelf_idx" ON "outbox"("lane", "platform", "tenant_id", "submitter_id", "since", "id") WHERE "is_shelved";
