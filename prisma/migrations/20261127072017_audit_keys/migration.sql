-- CreateTable
CREATE TABLE "audit_key" (
    "number" INTEGER NOT NULL,
    "key_id" TEXT NOT NULL,
    "public_key" TEXT NOT NULL,
    "signature" TEXT,
    "reason" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "audit_key_pkey" PRIMARY KEY ("number")
);

CREATE TRIGGER audit_key_is_append_only BEFORE UPDATE OR DELETE ON "audit_key"
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_key_is_not_truncated BEFORE TRUNCATE ON "audit_key"
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
