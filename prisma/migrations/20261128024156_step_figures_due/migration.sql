-- Sums begin anew: nothing is lost with them, and from where in the log they were right nobody knows.
DELETE FROM "step_figures_cursor";
DELETE FROM "step_figures";

-- AlterTable
ALTER TABLE "step_figures_cursor" ADD COLUMN "seq" BIGINT NOT NULL;

-- CreateTable
CREATE TABLE "step_figures_due" (
    "tenant_id" UUID NOT NULL,
    "grain_ms" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "step_figures_due_pkey" PRIMARY KEY ("grain_ms","at","tenant_id")
);
