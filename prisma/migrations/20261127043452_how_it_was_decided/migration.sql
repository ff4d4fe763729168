-- AlterTable
ALTER TABLE "review" ADD COLUMN     "considered_ms" INTEGER,
ADD COLUMN     "has_viewed" BOOLEAN;

-- CreateIndex
CREATE INDEX "review_tenant_id_at_idx" ON "review"("tenant_id", "at");
