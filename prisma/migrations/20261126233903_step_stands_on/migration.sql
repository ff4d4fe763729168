-- AlterTable
ALTER TABLE "step" ADD COLUMN     "stands_on" JSONB;
