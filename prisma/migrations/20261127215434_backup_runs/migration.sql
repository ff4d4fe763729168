-- CreateEnum
CREATE TYPE "backup_state" AS ENUM ('STAGED', 'APPLYING', 'VALIDATING', 'COMPLETE', 'FAILED');

-- CreateTable
CREATE TABLE "backup_run" (
    "id" UUID NOT NULL,
    "state" "backup_state" NOT NULL,
    "progress" SMALLINT NOT NULL,
    "by_id" UUID,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "taken_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "location" TEXT,
    "sha256" TEXT,
    "rows" BIGINT,
    "bytes" BIGINT,
    "error" TEXT,
    "removed_at" TIMESTAMPTZ(3),

    CONSTRAINT "backup_run_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "backup_run_at_idx" ON "backup_run"("at");

-- One at a time, whichever process asks first.
CREATE UNIQUE INDEX "backup_run_open_key" ON "backup_run"((true)) WHERE "ended_at" IS NULL;
