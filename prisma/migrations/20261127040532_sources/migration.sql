-- CreateEnum
CREATE TYPE "source_kind" AS ENUM ('WEB', 'MAIL', 'MESSAGE', 'FILE', 'TOOL');

-- AlterTable
ALTER TABLE "task" ADD COLUMN     "sources" JSONB NOT NULL DEFAULT '[]';

-- CreateTable
CREATE TABLE "quarantine" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "kind" "source_kind",
    "reference" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "by_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "released_at" TIMESTAMPTZ(3),
    "released_by_id" UUID,
    "release_reason" TEXT,

    CONSTRAINT "quarantine_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "quarantine_tenant_id_released_at_at_idx" ON "quarantine"("tenant_id", "released_at", "at");
