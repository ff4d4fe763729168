-- CreateEnum
CREATE TYPE "step_kind" AS ENUM ('ACTION', 'GATE', 'UNDO');

-- AlterEnum
ALTER TYPE "step_state" ADD VALUE 'UNDONE';

-- AlterTable
ALTER TABLE "run" ADD COLUMN     "pause" JSONB,
ADD COLUMN     "rollback" JSONB;

-- AlterTable
ALTER TABLE "step" ADD COLUMN     "gate" JSONB,
ADD COLUMN     "kind" "step_kind" NOT NULL DEFAULT 'ACTION',
ADD COLUMN     "resolution" JSONB,
ADD COLUMN     "undoes" TEXT;
