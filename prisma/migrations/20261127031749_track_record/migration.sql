-- AlterTable
ALTER TABLE "plan" ADD COLUMN     "kind" TEXT NOT NULL DEFAULT '',
ADD COLUMN     "likeness" TEXT NOT NULL DEFAULT '';

-- CreateTable
CREATE TABLE "track_day" (
    "tenant_id" UUID NOT NULL,
    "principal_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "day" INTEGER NOT NULL,
    "succeeded" INTEGER NOT NULL,
    "failed" INTEGER NOT NULL,
    "rolled_back" INTEGER NOT NULL,
    "needs_attention" INTEGER NOT NULL,
    "approved" INTEGER NOT NULL,
    "rejected" INTEGER NOT NULL,
    "rated" INTEGER NOT NULL,
    "stars" INTEGER NOT NULL,
    "faults" INTEGER NOT NULL,
    "scored" INTEGER NOT NULL,
    "score_sum" INTEGER NOT NULL,

    CONSTRAINT "track_day_pkey" PRIMARY KEY ("tenant_id","principal_id","kind","day")
);

-- CreateTable
CREATE TABLE "tried_plan" (
    "tenant_id" UUID NOT NULL,
    "likeness" TEXT NOT NULL,
    "environment" "environment" NOT NULL,
    "is_good" BOOLEAN NOT NULL,
    "runs" INTEGER NOT NULL,
    "task_id" UUID NOT NULL,
    "day" INTEGER NOT NULL,

    CONSTRAINT "tried_plan_pkey" PRIMARY KEY ("tenant_id","likeness","environment")
);

-- CreateTable
CREATE TABLE "track_cursor" (
    "id" SMALLINT NOT NULL,
    "seq" BIGINT NOT NULL,

    CONSTRAINT "track_cursor_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "track_day_day_idx" ON "track_day"("day");

-- CreateIndex
CREATE INDEX "tried_plan_day_idx" ON "tried_plan"("day");
