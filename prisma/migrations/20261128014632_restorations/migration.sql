-- AlterTable
ALTER TABLE "backup_run" ADD COLUMN     "try_id" UUID;

-- CreateTable
CREATE TABLE "restoration" (
    "id" UUID NOT NULL,
    "backup_id" UUID NOT NULL,
    "taken_at" TIMESTAMPTZ(3) NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "restoration_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "restoration_at_idx" ON "restoration"("at");
