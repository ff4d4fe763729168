-- CreateEnum
CREATE TYPE "feedback_outcome" AS ENUM ('SUCCESS', 'FAILURE', 'MODIFIED');

-- CreateTable
CREATE TABLE "feedback" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "task_id" UUID NOT NULL,
    "principal_id" UUID NOT NULL,
    "is_own" BOOLEAN NOT NULL,
    "outcome" "feedback_outcome" NOT NULL,
    "execution_quality" SMALLINT NOT NULL,
    "notes" TEXT,
    "learning_points" TEXT[],
    "user_modifications" JSONB,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "feedback_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "feedback_task_id_at_idx" ON "feedback"("task_id", "at");
