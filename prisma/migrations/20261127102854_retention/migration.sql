-- CreateTable
CREATE TABLE "retention_run" (
    "kind" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "removed" BIGINT NOT NULL,
    "due_since" TIMESTAMPTZ(3),
    "error" TEXT,

    CONSTRAINT "retention_run_pkey" PRIMARY KEY ("kind")
);

-- CreateIndex
CREATE INDEX "approval_link_expires_at_idx" ON "approval_link"("expires_at");

-- CreateIndex
CREATE INDEX "asset_import_id_idx" ON "asset"("import_id");

-- CreateIndex
CREATE INDEX "data_import_at_idx" ON "data_import"("at");

-- CreateIndex
CREATE INDEX "session_expires_at_idx" ON "session"("expires_at");

-- CreateIndex
CREATE INDEX "sign_in_link_expires_at_idx" ON "sign_in_link"("expires_at");

-- Those that still hold what tools gave: the others are never looked at again.
CREATE INDEX "planning_calls_idx" ON "planning"("finished_at") WHERE "calls" <> '[]';
