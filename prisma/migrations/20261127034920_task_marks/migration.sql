-- CreateTable
CREATE TABLE "task_mark" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "principal_id" UUID NOT NULL,
    "task_id" UUID NOT NULL,
    "is_watching" BOOLEAN NOT NULL DEFAULT false,
    "snoozed_until" TIMESTAMPTZ(3),
    "snoozed_revision" INTEGER,
    "snoozed_at" TIMESTAMPTZ(3),

    CONSTRAINT "task_mark_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "task_mark_principal_id_task_id_key" ON "task_mark"("principal_id", "task_id");
