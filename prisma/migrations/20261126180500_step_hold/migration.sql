-- AlterTable
ALTER TABLE "step" ADD COLUMN     "hold" JSONB;
