-- AlterTable
ALTER TABLE "step_figures_cursor" ADD COLUMN     "after_id" UUID,
ADD COLUMN     "next_at" TIMESTAMPTZ(3),
ALTER COLUMN "seq" DROP NOT NULL;
