-- AlterEnum
ALTER TYPE "verdict" ADD VALUE 'REQUEST_CHANGES';

-- AlterTable
ALTER TABLE "approval_request" ADD COLUMN     "edited_by_id" UUID,
ADD COLUMN     "may_editor_approve" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "question" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "approval_id" UUID NOT NULL,
    "asked_by_id" UUID NOT NULL,
    "question" TEXT NOT NULL,
    "asked_at" TIMESTAMPTZ(3) NOT NULL,
    "answer" TEXT,
    "answered_by_id" UUID,
    "answered_at" TIMESTAMPTZ(3),

    CONSTRAINT "question_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "question_approval_id_idx" ON "question"("approval_id");
