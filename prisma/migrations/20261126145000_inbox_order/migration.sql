-- What is recorded already gets its place by its task's lane and its own risk.
ALTER TABLE "approval_request" ADD COLUMN "rank" SMALLINT NOT NULL DEFAULT 0;

UPDATE "approval_request" a
   SET "rank" = 4 * (array_position(ARRAY['CRITICAL', 'HIGH', 'NORMAL', 'LOW'], t."priority"::text) - 1)
              + array_position(ARRAY['CRITICAL', 'HIGH', 'MEDIUM', 'LOW'], a."risk"::text) - 1
  FROM "task" t
 WHERE t."id" = a."task_id";

ALTER TABLE "approval_request" ALTER COLUMN "rank" DROP DEFAULT;

-- DropIndex
DROP INDEX "approval_request_tenant_id_status_id_idx";

-- CreateIndex
CREATE INDEX "approval_request_tenant_id_status_rank_expires_at_id_idx" ON "approval_request"("tenant_id", "status", "rank", "expires_at", "id");

-- CreateIndex
CREATE INDEX "approval_request_tenant_id_status_expires_at_id_idx" ON "approval_request"("tenant_id", "status", "expires_at", "id");
