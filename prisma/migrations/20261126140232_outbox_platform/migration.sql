-- Where a dispatch goes, and whether it was laid aside for want of room there.
ALTER TABLE "outbox" ADD COLUMN     "is_shelved" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "platform" TEXT;

UPDATE "outbox" SET "platform" = "step"."platform" FROM "step" WHERE "step"."id" = "outbox"."step_id";

ALTER TABLE "outbox" ALTER COLUMN "platform" SET NOT NULL;
