-- Few rows, and counted whenever somebody asks people for more. Prisma does not know such indexes.
CREATE INDEX "task_awaiting_idx" ON "task"("submitted_by_id") WHERE "status" = 'AWAITING_APPROVAL';
