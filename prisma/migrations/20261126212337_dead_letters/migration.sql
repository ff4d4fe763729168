-- Steps that failed are few among all.
CREATE INDEX "step_failed_idx" ON "step"("tenant_id", "id") WHERE "state" = 'FAILED';
