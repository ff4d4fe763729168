-- AlterTable
ALTER TABLE "planning" ADD COLUMN     "assumptions" TEXT[] DEFAULT ARRAY[]::TEXT[];
