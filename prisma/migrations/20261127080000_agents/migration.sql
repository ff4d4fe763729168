-- AlterTable
ALTER TABLE "task" ADD COLUMN     "agent" TEXT,
ADD COLUMN     "context" JSONB;

-- CreateTable
CREATE TABLE "planning" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "agent" TEXT NOT NULL,
    "planner" TEXT NOT NULL,
    "spec" JSONB NOT NULL,
    "tries" INTEGER NOT NULL,
    "calls" JSONB NOT NULL,
    "input_tokens" INTEGER NOT NULL,
    "output_tokens" INTEGER NOT NULL,
    "cost_micros" INTEGER,
    "summary" TEXT,
    "report" TEXT,
    "affected_assets" INTEGER,
    "question" TEXT,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "planning_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "model_call" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "task_id" UUID NOT NULL,
    "agent" TEXT NOT NULL,
    "model" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "duration_ms" INTEGER NOT NULL,
    "input_tokens" INTEGER NOT NULL,
    "output_tokens" INTEGER NOT NULL,
    "cost_micros" INTEGER,
    "prompt" JSONB,
    "answer" JSONB,
    "failure" TEXT,

    CONSTRAINT "model_call_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "planning_tenant_id_agent_started_at_idx" ON "planning"("tenant_id", "agent", "started_at");

-- CreateIndex
CREATE INDEX "model_call_tenant_id_at_idx" ON "model_call"("tenant_id", "at");

-- CreateIndex
CREATE INDEX "model_call_task_id_idx" ON "model_call"("task_id");

-- CreateIndex
CREATE INDEX "model_call_at_idx" ON "model_call"("at");
