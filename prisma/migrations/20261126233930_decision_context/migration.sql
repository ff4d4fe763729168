-- AlterTable
ALTER TABLE "policy_decision" ADD COLUMN     "context" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN     "holds" JSONB NOT NULL DEFAULT '[]';
