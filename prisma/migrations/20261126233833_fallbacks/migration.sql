-- AlterEnum
-- This migration adds more than one value to an enum.
-- With PostgreSQL versions 11 and earlier, this is not possible
-- in a single migration. This can be worked around by creating
-- multiple migrations, each migration adding only one value to
-- the enum.


ALTER TYPE "step_state" ADD VALUE 'REPLACED';
ALTER TYPE "step_state" ADD VALUE 'SKIPPED';

-- AlterTable
ALTER TABLE "step" ADD COLUMN     "fallback_for" TEXT;

-- A fallback is begun only in the place of a step that gave its place up and of which nothing may have been done.
-- Without a claim the gate admits no effect.
CREATE FUNCTION guard_fallback() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM public.step s
                  WHERE s.run_id = NEW.run_id AND s.name = NEW.fallback_for AND s.state = 'REPLACED'
                    AND NOT EXISTS (SELECT FROM public.effect e WHERE e.step_id = s.id AND e.state <> 'FAILED')) THEN
    RAISE EXCEPTION 'fallback refused: the step that it is for may have done something' USING ERRCODE = 'CS001';
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER guard_fallback AFTER UPDATE OF state ON step FOR EACH ROW
  WHEN (NEW.fallback_for IS NOT NULL AND NEW.kind = 'ACTION' AND NEW.state = 'RUNNING')
  EXECUTE FUNCTION guard_fallback();
