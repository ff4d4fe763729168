-- CreateTable
CREATE TABLE "autonomy_ask" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "environment" "environment" NOT NULL,
    "agent_id" UUID,
    "level" INTEGER,
    "reason" TEXT NOT NULL,
    "by_id" UUID NOT NULL,
    "hand_ids" UUID[],
    "maker_ids" UUID[],
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "autonomy_ask_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "autonomy_ask_tenant_id_at_idx" ON "autonomy_ask"("tenant_id", "at");
