-- CreateEnum
CREATE TYPE "policy_publication_kind" AS ENUM ('PUBLISHED', 'ROLLED_BACK');

-- CreateEnum
CREATE TYPE "policy_simulation_state" AS ENUM ('RUNNING', 'DONE', 'CANCELLED', 'FAILED');

-- CreateTable
CREATE TABLE "policy_rules" (
    "hash" TEXT NOT NULL,
    "wasm" BYTEA NOT NULL,
    "built_by" TEXT NOT NULL,
    "kept_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "policy_rules_pkey" PRIMARY KEY ("hash")
);

-- CreateTable
CREATE TABLE "policy_bundle" (
    "hash" TEXT NOT NULL,
    "rules_hash" TEXT NOT NULL,
    "data" JSONB NOT NULL,
    "kept_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "policy_bundle_pkey" PRIMARY KEY ("hash")
);

-- CreateTable
CREATE TABLE "policy_version" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "note" TEXT NOT NULL,
    "bundle_hash" TEXT NOT NULL,
    "rules_hash" TEXT NOT NULL,
    "signed_by" TEXT,
    "made_by_id" UUID NOT NULL,
    "made_at" TIMESTAMPTZ(3) NOT NULL,
    "report" JSONB NOT NULL,
    "shadow_since" TIMESTAMPTZ(3),
    "shadow" JSONB NOT NULL,
    "discarded_at" TIMESTAMPTZ(3),
    "asks" JSONB NOT NULL,

    CONSTRAINT "policy_version_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "policy_publication" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "kind" "policy_publication_kind" NOT NULL,
    "version_id" UUID,
    "previous_id" UUID,
    "by_ids" UUID[],
    "reason" TEXT NOT NULL,
    "flips" INTEGER NOT NULL,
    "decisions" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "policy_publication_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "policy_simulation" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "version_id" UUID NOT NULL,
    "against_hash" TEXT NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "until" TIMESTAMPTZ(3) NOT NULL,
    "by_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "total" INTEGER NOT NULL,
    "seen" INTEGER NOT NULL,
    "state" "policy_simulation_state" NOT NULL,
    "result" JSONB NOT NULL,
    "ended_at" TIMESTAMPTZ(3),
    "error" TEXT,

    CONSTRAINT "policy_simulation_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "policy_version_shadow_since_idx" ON "policy_version"("shadow_since");

-- CreateIndex
CREATE UNIQUE INDEX "policy_version_tenant_id_number_key" ON "policy_version"("tenant_id", "number");

-- CreateIndex
CREATE UNIQUE INDEX "policy_publication_tenant_id_number_key" ON "policy_publication"("tenant_id", "number");

-- CreateIndex
CREATE INDEX "policy_simulation_tenant_id_at_idx" ON "policy_simulation"("tenant_id", "at");

-- What decided stays as it was: a decision is made once more from exactly these.
CREATE TRIGGER policy_rules_are_immutable BEFORE UPDATE OR DELETE ON "policy_rules"
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER policy_rules_are_not_truncated BEFORE TRUNCATE ON "policy_rules"
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER policy_bundle_is_immutable BEFORE UPDATE OR DELETE ON "policy_bundle"
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER policy_bundle_is_not_truncated BEFORE TRUNCATE ON "policy_bundle"
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER policy_publication_is_append_only BEFORE UPDATE OR DELETE ON "policy_publication"
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER policy_publication_is_not_truncated BEFORE TRUNCATE ON "policy_publication"
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
