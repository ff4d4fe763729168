-- CreateEnum
CREATE TYPE "principal_type" AS ENUM ('HUMAN', 'AGENT', 'SERVICE');

-- CreateEnum
CREATE TYPE "role" AS ENUM ('VIEWER', 'SUBMITTER', 'APPROVER', 'OPERATOR', 'ADMIN');

-- CreateEnum
CREATE TYPE "approval_status" AS ENUM ('PENDING', 'APPROVED', 'REJECTED', 'EXPIRED', 'CANCELLED', 'SUPERSEDED');

-- CreateEnum
CREATE TYPE "verdict" AS ENUM ('APPROVE', 'REJECT', 'WITHDRAW');

-- CreateEnum
CREATE TYPE "run_status" AS ENUM ('QUEUED', 'RUNNING', 'PAUSED', 'SUCCEEDED', 'FAILED', 'ROLLED_BACK', 'NEEDS_ATTENTION', 'CANCELLED');

-- CreateEnum
CREATE TYPE "step_state" AS ENUM ('BLOCKED', 'READY', 'RUNNING', 'SUCCEEDED', 'FAILED', 'NEEDS_ATTENTION', 'CANCELLED');

-- CreateEnum
CREATE TYPE "effect_state" AS ENUM ('INTENDED', 'SUCCEEDED', 'FAILED', 'UNKNOWN');

-- CreateEnum
CREATE TYPE "decision_outcome" AS ENUM ('ALLOW', 'REQUIRE_APPROVAL', 'DENY');

-- CreateEnum
CREATE TYPE "task_status" AS ENUM ('PLANNING', 'AWAITING_APPROVAL', 'HELD', 'QUEUED', 'RUNNING', 'PAUSED', 'SUCCEEDED', 'FAILED', 'ROLLED_BACK', 'NEEDS_ATTENTION', 'DENIED', 'REJECTED', 'EXPIRED', 'CANCELLED');

-- CreateEnum
CREATE TYPE "task_mode" AS ENUM ('NOOP', 'PLAN', 'APPLY');

-- CreateEnum
CREATE TYPE "priority" AS ENUM ('CRITICAL', 'HIGH', 'NORMAL', 'LOW');

-- CreateEnum
CREATE TYPE "environment" AS ENUM ('DEVELOPMENT', 'STAGING', 'PRODUCTION');

-- CreateEnum
CREATE TYPE "risk" AS ENUM ('LOW', 'MEDIUM', 'HIGH', 'CRITICAL');

-- CreateTable
CREATE TABLE "tenant" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "tenant_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "principal" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "type" "principal_type" NOT NULL,
    "name" TEXT NOT NULL,
    "roles" "role"[],
    "owner_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "disabled_at" TIMESTAMPTZ(3),

    CONSTRAINT "principal_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "api_key" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "principal_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "prefix" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_key_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sign_in_link" (
    "id" UUID NOT NULL,
    "principal_id" UUID NOT NULL,
    "token_hash" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "sign_in_link_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "session" (
    "id" UUID NOT NULL,
    "principal_id" UUID NOT NULL,
    "token_hash" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "approval_request" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "task_id" UUID NOT NULL,
    "revision" INTEGER NOT NULL,
    "plan_hash" TEXT NOT NULL,
    "status" "approval_status" NOT NULL,
    "required" INTEGER NOT NULL,
    "undo_window_ms" INTEGER NOT NULL,
    "risk" "risk" NOT NULL,
    "environment" "environment" NOT NULL,
    "excluded_ids" UUID[],
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "effective_at" TIMESTAMPTZ(3),
    "resolved_at" TIMESTAMPTZ(3),

    CONSTRAINT "approval_request_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "review" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "approval_id" UUID NOT NULL,
    "plan_hash" TEXT NOT NULL,
    "reviewer_id" UUID NOT NULL,
    "verdict" "verdict" NOT NULL,
    "comment" TEXT,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "review_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "event" (
    "seq" BIGINT NOT NULL,
    "tenant_id" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "task_id" UUID,
    "actor_id" UUID,
    "summary" TEXT NOT NULL,
    "data" JSONB NOT NULL,
    "digest" TEXT NOT NULL,
    "traceparent" TEXT,

    CONSTRAINT "event_pkey" PRIMARY KEY ("seq")
);

-- CreateTable
CREATE TABLE "run" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "task_id" UUID NOT NULL,
    "revision" INTEGER NOT NULL,
    "plan_hash" TEXT NOT NULL,
    "status" "run_status" NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),
    "deadline_at" TIMESTAMPTZ(3),
    "cancel_requested_at" TIMESTAMPTZ(3),

    CONSTRAINT "run_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "step" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "run_id" UUID NOT NULL,
    "task_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "phase" INTEGER NOT NULL,
    "action_type" TEXT NOT NULL,
    "platform" TEXT NOT NULL,
    "lane" "priority" NOT NULL,
    "depends_on" TEXT[],
    "state" "step_state" NOT NULL,
    "attempt" INTEGER NOT NULL,
    "max_attempts" INTEGER NOT NULL,
    "fence" INTEGER NOT NULL,
    "lease_until" TIMESTAMPTZ(3),
    "worker" TEXT,
    "dispatch_epoch" INTEGER NOT NULL,
    "dispatched_at" TIMESTAMPTZ(3),
    "next_attempt_at" TIMESTAMPTZ(3) NOT NULL,
    "ready_at" TIMESTAMPTZ(3),
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),
    "output" JSONB,
    "error" JSONB,

    CONSTRAINT "step_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "effect" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "task_id" UUID NOT NULL,
    "step_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "plan_hash" TEXT NOT NULL,
    "state" "effect_state" NOT NULL,
    "fence" INTEGER NOT NULL,
    "attempt" INTEGER NOT NULL,
    "idempotency_key" TEXT NOT NULL,
    "request_hash" TEXT NOT NULL,
    "error" JSONB,
    "intended_at" TIMESTAMPTZ(3) NOT NULL,
    "settled_at" TIMESTAMPTZ(3),

    CONSTRAINT "effect_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "outbox" (
    "id" BIGSERIAL NOT NULL,
    "step_id" UUID NOT NULL,
    "epoch" INTEGER NOT NULL,
    "lane" "priority" NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "traceparent" TEXT,

    CONSTRAINT "outbox_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "plan" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "task_id" UUID NOT NULL,
    "revision" INTEGER NOT NULL,
    "hash" TEXT NOT NULL,
    "document" TEXT NOT NULL,
    "presentation" JSONB NOT NULL,
    "summary" TEXT NOT NULL,
    "risk" "risk" NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "plan_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "policy_decision" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "task_id" UUID NOT NULL,
    "revision" INTEGER NOT NULL,
    "plan_hash" TEXT NOT NULL,
    "outcome" "decision_outcome" NOT NULL,
    "reasons" JSONB NOT NULL,
    "bundle_hash" TEXT NOT NULL,
    "input" JSONB NOT NULL,
    "input_hash" TEXT NOT NULL,
    "decided_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "policy_decision_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "task" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "submitted_by_id" UUID NOT NULL,
    "idempotency_key" TEXT NOT NULL,
    "request_hash" TEXT NOT NULL,
    "goal" TEXT NOT NULL,
    "actions" JSONB NOT NULL,
    "mode" "task_mode" NOT NULL,
    "priority" "priority" NOT NULL,
    "environment" "environment" NOT NULL,
    "justification" TEXT,
    "requires_approval" BOOLEAN NOT NULL,
    "correlation_id" TEXT,
    "source" TEXT,
    "tags" TEXT[],
    "timeout_ms" INTEGER,
    "retry" JSONB NOT NULL,
    "status" "task_status" NOT NULL,
    "revision" INTEGER NOT NULL,
    "plan_hash" TEXT NOT NULL,
    "risk" "risk" NOT NULL,
    "error" JSONB,
    "traceparent" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "task_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "tenant_name_key" ON "tenant"("name");

-- CreateIndex
CREATE UNIQUE INDEX "principal_tenant_id_name_key" ON "principal"("tenant_id", "name");

-- CreateIndex
CREATE UNIQUE INDEX "api_key_hash_key" ON "api_key"("hash");

-- CreateIndex
CREATE INDEX "api_key_tenant_id_idx" ON "api_key"("tenant_id");

-- CreateIndex
CREATE UNIQUE INDEX "sign_in_link_token_hash_key" ON "sign_in_link"("token_hash");

-- CreateIndex
CREATE UNIQUE INDEX "session_token_hash_key" ON "session"("token_hash");

-- CreateIndex
CREATE INDEX "approval_request_tenant_id_status_id_idx" ON "approval_request"("tenant_id", "status", "id");

-- CreateIndex
CREATE INDEX "approval_request_status_expires_at_idx" ON "approval_request"("status", "expires_at");

-- CreateIndex
CREATE UNIQUE INDEX "approval_request_task_id_revision_key" ON "approval_request"("task_id", "revision");

-- CreateIndex
CREATE INDEX "review_approval_id_idx" ON "review"("approval_id");

-- CreateIndex
CREATE INDEX "event_tenant_id_seq_idx" ON "event"("tenant_id", "seq");

-- CreateIndex
CREATE INDEX "event_task_id_seq_idx" ON "event"("task_id", "seq");

-- CreateIndex
CREATE UNIQUE INDEX "run_task_id_revision_key" ON "run"("task_id", "revision");

-- CreateIndex
CREATE INDEX "step_state_next_attempt_at_idx" ON "step"("state", "next_attempt_at");

-- CreateIndex
CREATE INDEX "step_tenant_id_finished_at_idx" ON "step"("tenant_id", "finished_at");

-- CreateIndex
CREATE UNIQUE INDEX "step_run_id_name_key" ON "step"("run_id", "name");

-- CreateIndex
CREATE UNIQUE INDEX "effect_idempotency_key_key" ON "effect"("idempotency_key");

-- CreateIndex
CREATE UNIQUE INDEX "effect_step_id_number_key" ON "effect"("step_id", "number");

-- CreateIndex
CREATE INDEX "outbox_due_at_idx" ON "outbox"("due_at");

-- CreateIndex
CREATE INDEX "outbox_step_id_idx" ON "outbox"("step_id");

-- CreateIndex
CREATE UNIQUE INDEX "plan_task_id_revision_key" ON "plan"("task_id", "revision");

-- CreateIndex
CREATE UNIQUE INDEX "policy_decision_task_id_revision_key" ON "policy_decision"("task_id", "revision");

-- CreateIndex
CREATE INDEX "task_tenant_id_id_idx" ON "task"("tenant_id", "id");

-- CreateIndex
CREATE INDEX "task_status_tenant_id_id_idx" ON "task"("status", "tenant_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "task_tenant_id_submitted_by_id_idempotency_key_key" ON "task"("tenant_id", "submitted_by_id", "idempotency_key");

-- AddForeignKey
ALTER TABLE "principal" ADD CONSTRAINT "principal_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenant"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "principal" ADD CONSTRAINT "principal_owner_id_fkey" FOREIGN KEY ("owner_id") REFERENCES "principal"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_key" ADD CONSTRAINT "api_key_principal_id_fkey" FOREIGN KEY ("principal_id") REFERENCES "principal"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sign_in_link" ADD CONSTRAINT "sign_in_link_principal_id_fkey" FOREIGN KEY ("principal_id") REFERENCES "principal"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "session" ADD CONSTRAINT "session_principal_id_fkey" FOREIGN KEY ("principal_id") REFERENCES "principal"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "review" ADD CONSTRAINT "review_approval_id_fkey" FOREIGN KEY ("approval_id") REFERENCES "approval_request"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "step" ADD CONSTRAINT "step_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "run"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "effect" ADD CONSTRAINT "effect_step_id_fkey" FOREIGN KEY ("step_id") REFERENCES "step"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "plan" ADD CONSTRAINT "plan_task_id_fkey" FOREIGN KEY ("task_id") REFERENCES "task"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
