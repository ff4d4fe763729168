-- CreateTable
CREATE TABLE "audit_stream" (
    "name" TEXT NOT NULL,
    "seq" BIGINT NOT NULL,
    "sent_seq" BIGINT NOT NULL,
    "lease" UUID,
    "lease_until" TIMESTAMPTZ(3),

    CONSTRAINT "audit_stream_pkey" PRIMARY KEY ("name")
);
