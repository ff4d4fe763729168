-- AlterTable
ALTER TABLE "task" ALTER COLUMN "plan_hash" DROP NOT NULL,
ALTER COLUMN "risk" DROP NOT NULL;

-- CreateTable
CREATE TABLE "job" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "epoch" INTEGER NOT NULL DEFAULT 0,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "error" TEXT,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "queued_at" TIMESTAMPTZ(3),
    "worker" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "job_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "job_due_at_idx" ON "job"("due_at");

-- CreateIndex
CREATE UNIQUE INDEX "job_name_key_key" ON "job"("name", "key");

-- Only what was never planned has no plan.
ALTER TABLE "task" ADD CONSTRAINT "task_plan_is_known"
  CHECK ((revision > 0) = (plan_hash IS NOT NULL) AND (revision > 0) = (risk IS NOT NULL)
         AND (revision > 0 OR status IN ('PLANNING', 'FAILED', 'CANCELLED')));

-- Tasks that were in planning before are taken up as jobs.
INSERT INTO "job" (id, name, key, payload, due_at, created_at)
SELECT gen_random_uuid(), 'plan', id::text, json_build_object('taskId', id), now(), now()
  FROM "task" WHERE status = 'PLANNING';
