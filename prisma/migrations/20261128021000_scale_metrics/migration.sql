-- Figures of steps leave rehearsals out: these are few, and a row of any other task costs nothing here.
CREATE INDEX "task_rehearsal_idx" ON "task"("id") WHERE "mode" = 'NOOP';

-- Requests that ended lately, whatever they ended as.
CREATE INDEX "approval_request_resolved_idx" ON "approval_request"("tenant_id", "resolved_at") WHERE "resolved_at" IS NOT NULL;
-- CreateTable
CREATE TABLE "step_figures" (
    "tenant_id" UUID NOT NULL,
    "grain_ms" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "platform" TEXT NOT NULL,
    "total" INTEGER NOT NULL,
    "succeeded" INTEGER NOT NULL,
    "retried" INTEGER NOT NULL,
    "replaced" INTEGER NOT NULL,
    "executions" INTEGER NOT NULL,
    "execution_us" BIGINT NOT NULL,
    "queues" INTEGER NOT NULL,
    "queue_us" BIGINT NOT NULL,
    "bins" JSONB NOT NULL,

    CONSTRAINT "step_figures_pkey" PRIMARY KEY ("tenant_id","grain_ms","at","platform")
);

-- CreateTable
CREATE TABLE "step_figures_cursor" (
    "id" SMALLINT NOT NULL,
    "from_at" TIMESTAMPTZ(3) NOT NULL,
    "to_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "step_figures_cursor_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "step_figures_grain_ms_at_idx" ON "step_figures"("grain_ms", "at");
