-- CreateEnum
CREATE TYPE "restore_state" AS ENUM ('AWAITING_APPROVAL', 'STAGED', 'APPLYING', 'VALIDATING', 'COMPLETE', 'FAILED', 'DISCARDED');

-- CreateTable
CREATE TABLE "restore_run" (
    "id" UUID NOT NULL,
    "backup_id" UUID NOT NULL,
    "sha256" TEXT NOT NULL,
    "state" "restore_state" NOT NULL,
    "try_id" UUID,
    "progress" SMALLINT NOT NULL,
    "reason" TEXT NOT NULL,
    "asked" JSONB NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "approved_by_id" UUID,
    "approved_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "location" TEXT,
    "rows" BIGINT,
    "notes" TEXT[],
    "error" TEXT,

    CONSTRAINT "restore_run_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "restore_run_at_idx" ON "restore_run"("at");

-- One at a time, for each has a database of its own: another comes once this one is discarded, or has failed.
CREATE UNIQUE INDEX "restore_run_open_key" ON "restore_run"((true)) WHERE "state" NOT IN ('FAILED', 'DISCARDED');
