-- CreateTable
CREATE TABLE "rejection" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "task_id" UUID NOT NULL,
    "digest" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "rejection_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "rejection_tenant_id_digest_at_idx" ON "rejection"("tenant_id", "digest", "at");
