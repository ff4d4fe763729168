-- AlterTable
ALTER TABLE "api_key" ADD COLUMN     "created_by_id" UUID,
ADD COLUMN     "decides_in" "environment"[] DEFAULT ARRAY[]::"environment"[],
ADD COLUMN     "hand_ids" UUID[] DEFAULT ARRAY[]::UUID[];

-- AlterTable
ALTER TABLE "principal" ADD COLUMN     "created_by_id" UUID,
ADD COLUMN     "hand_ids" UUID[] DEFAULT ARRAY[]::UUID[];

-- AlterTable
ALTER TABLE "review" ADD COLUMN     "hand_ids" UUID[] DEFAULT ARRAY[]::UUID[],
ADD COLUMN     "maker_ids" UUID[] DEFAULT ARRAY[]::UUID[];

-- AlterTable
ALTER TABLE "session" ADD COLUMN     "hand_ids" UUID[] DEFAULT ARRAY[]::UUID[];

-- AlterTable
ALTER TABLE "sign_in_link" ADD COLUMN     "created_by_id" UUID,
ADD COLUMN     "hand_ids" UUID[] DEFAULT ARRAY[]::UUID[];

-- AlterTable
ALTER TABLE "task" ADD COLUMN     "hand_ids" UUID[] DEFAULT ARRAY[]::UUID[];

-- Who made what is there already is in the log; what the log names nobody for, the operator of the machine made.
UPDATE "principal" p SET "created_by_id" = e.actor_id, "hand_ids" = ARRAY[e.actor_id]
  FROM "event" e WHERE e.type = 'principal.created' AND e.actor_id IS NOT NULL
   AND (e.data->>'principalId')::uuid = p.id;
UPDATE "api_key" k SET "created_by_id" = e.actor_id, "hand_ids" = ARRAY[e.actor_id]
  FROM "event" e WHERE e.type = 'api_key.created' AND e.actor_id IS NOT NULL
   AND (e.data->>'apiKeyId')::uuid = k.id;

-- A person's key decides where it decided, save in production: there people sign in.
UPDATE "api_key" k SET "decides_in" = ARRAY['DEVELOPMENT', 'STAGING']::"environment"[]
  FROM "principal" p WHERE p.id = k.principal_id AND p.type = 'HUMAN';

-- Somebody answers for every agent and service: the person who made it, or else the tenant's first
-- administrator. Where there is neither, nobody does, and it may not act until somebody looks into it.
UPDATE "principal" a SET "owner_id" = coalesce(
    (SELECT m.id FROM "principal" m WHERE m.id = a.created_by_id AND m.type = 'HUMAN'),
    (SELECT m.id FROM "principal" m WHERE m.tenant_id = a.tenant_id AND m.type = 'HUMAN'
        AND 'ADMIN' = ANY (m.roles) AND m.disabled_at IS NULL ORDER BY m.created_at, m.id LIMIT 1))
 WHERE a.type <> 'HUMAN' AND a.owner_id IS NULL;
UPDATE "principal" SET "disabled_at" = coalesce("disabled_at", now())
 WHERE type <> 'HUMAN' AND "owner_id" IS NULL;
ALTER TABLE "principal" ADD CONSTRAINT "principal_has_an_owner"
  CHECK ("type" = 'HUMAN' OR "owner_id" IS NOT NULL OR "disabled_at" IS NOT NULL);
