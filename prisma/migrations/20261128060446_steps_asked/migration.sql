-- AlterTable
ALTER TABLE "task" ADD COLUMN     "steps_asked" INTEGER NOT NULL DEFAULT 0;

-- What is still to be planned counts as it did; of what is encrypted, each as one until it is planned.
UPDATE "task" SET "steps_asked" = CASE WHEN jsonb_typeof("actions") <> 'array' THEN 1 ELSE
    (SELECT coalesce(sum(CASE WHEN jsonb_typeof(a->'targets') = 'array' THEN jsonb_array_length(a->'targets') ELSE 1 END), 0)
       FROM jsonb_array_elements("actions") AS a) END
 WHERE "status" = 'PLANNING';
