-- How many requests are open, and since when, is read from this alone.
CREATE INDEX "approval_request_open_idx" ON "approval_request"("tenant_id", "created_at") WHERE "status" = 'PENDING';
