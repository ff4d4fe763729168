-- AlterTable
ALTER TABLE "task" ADD COLUMN     "apply_key" TEXT,
ADD COLUMN     "parent_task_id" UUID,
ADD COLUMN     "transactional" BOOLEAN NOT NULL DEFAULT false;

-- CreateIndex
CREATE INDEX "task_parent_task_id_id_idx" ON "task"("parent_task_id", "id");
