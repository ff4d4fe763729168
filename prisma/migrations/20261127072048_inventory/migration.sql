-- CreateEnum
CREATE TYPE "data_set" AS ENUM ('INVENTORY', 'VULNERABILITY', 'CONTROL', 'CHARGE', 'LOG', 'IMAGE', 'API', 'TERRAFORM_PLAN');

-- CreateEnum
CREATE TYPE "source_trust" AS ENUM ('OUTSIDE', 'INTERNAL');

-- CreateTable
CREATE TABLE "data_import" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "data_set" "data_set" NOT NULL,
    "source" TEXT NOT NULL,
    "format" TEXT NOT NULL,
    "trust" "source_trust" NOT NULL,
    "rows" INTEGER NOT NULL,
    "added" INTEGER NOT NULL,
    "changed" INTEGER NOT NULL,
    "retired" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "by_id" UUID,

    CONSTRAINT "data_import_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "asset" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "source" TEXT NOT NULL,
    "external_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "environment" "environment",
    "region" TEXT,
    "owner" TEXT,
    "versions" JSONB NOT NULL,
    "tags" JSONB NOT NULL,
    "dependencies" TEXT[],
    "import_id" UUID NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "until" TIMESTAMPTZ(3),

    CONSTRAINT "asset_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "catalogue_entry" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "import_id" UUID NOT NULL,
    "external_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3),
    "data" JSONB NOT NULL,

    CONSTRAINT "catalogue_entry_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "tool_use" (
    "tenant_id" UUID NOT NULL,
    "tool" TEXT NOT NULL,
    "day" INTEGER NOT NULL,
    "calls" INTEGER NOT NULL,
    "refused" INTEGER NOT NULL,
    "last_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "tool_use_pkey" PRIMARY KEY ("tenant_id","tool","day")
);

-- CreateIndex
CREATE INDEX "data_import_tenant_id_data_set_source_at_idx" ON "data_import"("tenant_id", "data_set", "source", "at");

-- CreateIndex
CREATE INDEX "asset_tenant_id_source_external_id_since_idx" ON "asset"("tenant_id", "source", "external_id", "since");

-- CreateIndex
CREATE INDEX "asset_tenant_id_until_name_id_idx" ON "asset"("tenant_id", "until", "name", "id");

-- CreateIndex
CREATE INDEX "catalogue_entry_import_id_at_id_idx" ON "catalogue_entry"("import_id", "at", "id");

-- CreateIndex
CREATE INDEX "catalogue_entry_import_id_external_id_idx" ON "catalogue_entry"("import_id", "external_id");
