-- CreateEnum
CREATE TYPE "notice_channel" AS ENUM ('SLACK', 'MAIL', 'BROWSER');

-- CreateEnum
CREATE TYPE "notice_kind" AS ENUM ('APPROVAL', 'QUESTION', 'ENDED', 'ALERT');

-- CreateEnum
CREATE TYPE "notice_state" AS ENUM ('PENDING', 'SENT', 'CLOSING', 'CLOSED', 'WITHDRAWN', 'DEAD');

-- CreateTable
CREATE TABLE "contact" (
    "principal_id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "email" TEXT,
    "slack_user_id" TEXT,
    "slack_by_id" UUID,

    CONSTRAINT "contact_pkey" PRIMARY KEY ("principal_id")
);

-- CreateTable
CREATE TABLE "notice_choice" (
    "principal_id" UUID NOT NULL,
    "kind" "notice_kind" NOT NULL,
    "channel" "notice_channel" NOT NULL,
    "is_on" BOOLEAN NOT NULL,

    CONSTRAINT "notice_choice_pkey" PRIMARY KEY ("principal_id","kind","channel")
);

-- CreateTable
CREATE TABLE "notice" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "principal_id" UUID,
    "channel" "notice_channel" NOT NULL,
    "place" TEXT NOT NULL,
    "kind" "notice_kind" NOT NULL,
    "event_seq" BIGINT NOT NULL,
    "task_id" UUID,
    "approval_id" UUID,
    "title" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "path" TEXT NOT NULL,
    "decides" JSONB,
    "state" "notice_state" NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "ended" TEXT,
    "slack_ts" TEXT,
    "slack_channel" TEXT,
    "error" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "notice_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "notice_cursor" (
    "id" INTEGER NOT NULL,
    "seq" BIGINT NOT NULL,

    CONSTRAINT "notice_cursor_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "slack_request" (
    "signature" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "slack_request_pkey" PRIMARY KEY ("signature")
);

-- CreateIndex
CREATE INDEX "contact_slack_user_id_idx" ON "contact"("slack_user_id");

-- CreateIndex
CREATE UNIQUE INDEX "contact_tenant_id_slack_user_id_key" ON "contact"("tenant_id", "slack_user_id");

-- CreateIndex
CREATE INDEX "notice_state_due_at_idx" ON "notice"("state", "due_at");

-- CreateIndex
CREATE INDEX "notice_approval_id_idx" ON "notice"("approval_id");

-- CreateIndex
CREATE UNIQUE INDEX "notice_event_seq_channel_place_key" ON "notice"("event_seq", "channel", "place");

-- CreateIndex
CREATE INDEX "slack_request_at_idx" ON "slack_request"("at");
