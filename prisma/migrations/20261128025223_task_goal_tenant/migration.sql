-- CreateIndex
CREATE INDEX "task_goal_tenant_id_idx" ON "task_goal"("tenant_id");
