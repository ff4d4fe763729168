-- AlterTable
ALTER TABLE "approval_request" ADD COLUMN     "stale_reason" TEXT,
ADD COLUMN     "stale_since" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "target_watch" (
    "approval_id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "seen" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "target_watch_pkey" PRIMARY KEY ("approval_id")
);

-- CreateIndex
CREATE INDEX "target_watch_due_at_idx" ON "target_watch"("due_at");
