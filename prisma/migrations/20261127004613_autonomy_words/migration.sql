-- CreateTable
CREATE TABLE "autonomy_word" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "environment" "environment" NOT NULL,
    "agent_id" UUID,
    "level" INTEGER,
    "reason" TEXT NOT NULL,
    "by_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "autonomy_word_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "autonomy_word_tenant_id_environment_agent_id_at_idx" ON "autonomy_word"("tenant_id", "environment", "agent_id", "at");
