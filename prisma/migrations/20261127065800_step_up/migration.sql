-- CreateEnum
CREATE TYPE "step_up_terms" AS ENUM ('OFF', 'WHERE_REGISTERED', 'REQUIRED');

-- AlterTable
ALTER TABLE "approval_request" ADD COLUMN     "step_up" "step_up_terms" NOT NULL DEFAULT 'OFF';

-- AlterTable
ALTER TABLE "review" ADD COLUMN     "passkey_id" UUID,
ADD COLUMN     "step_up_id" UUID;

-- CreateTable
CREATE TABLE "passkey" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "principal_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "credential_id" TEXT NOT NULL,
    "public_key" TEXT NOT NULL,
    "transports" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "counter" BIGINT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "last_used_at" TIMESTAMPTZ(3),
    "suspected_at" TIMESTAMPTZ(3),
    "removed_at" TIMESTAMPTZ(3),
    "removed_by_id" UUID,

    CONSTRAINT "passkey_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "step_up" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "principal_id" UUID NOT NULL,
    "nonce" TEXT NOT NULL,
    "subject" JSONB NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),
    "passkey_id" UUID,

    CONSTRAINT "step_up_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "passkey_credential_id_key" ON "passkey"("credential_id");

-- CreateIndex
CREATE INDEX "passkey_principal_id_idx" ON "passkey"("principal_id");

-- CreateIndex
CREATE INDEX "step_up_principal_id_expires_at_idx" ON "step_up"("principal_id", "expires_at");

-- Whether a yes is worth what was asked for: a passkey of its author answered for exactly this plan, once; or, where it
-- is asked only of those who have one, they had none.
CREATE FUNCTION is_stepped_up(terms public.step_up_terms, reviewer uuid, answered uuid, given_at timestamptz,
  task uuid, of_revision int, hash text) RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
  SELECT terms = 'OFF'
    OR EXISTS (SELECT FROM public.step_up s JOIN public.passkey p ON p.id = s.passkey_id
                WHERE s.id = answered AND s.principal_id = reviewer AND p.principal_id = reviewer
                  AND s.used_at IS NOT NULL
                  AND s.subject @> jsonb_build_object('kind', 'APPROVE', 'tasks', jsonb_build_array(
                        jsonb_build_object('taskId', task, 'revision', of_revision, 'planHash', hash))))
    OR terms = 'WHERE_REGISTERED'
       AND NOT EXISTS (SELECT FROM public.passkey p
                        WHERE p.principal_id = reviewer AND p.created_at <= given_at
                          AND (p.removed_at IS NULL OR p.removed_at > given_at))
$$;

-- A challenge is answered once, in time, by a passkey of the person whom it was made for; what was answered stays.
CREATE FUNCTION guard_step_up() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.passkey_id IS NOT NULL THEN
      RAISE EXCEPTION 'step-up refused: what was answered stays' USING ERRCODE = 'CS002';
    END IF;
    RETURN OLD;
  END IF;
  IF TG_OP = 'INSERT' THEN
    IF NEW.used_at IS NOT NULL OR NEW.passkey_id IS NOT NULL
       OR NEW.expires_at > clock_timestamp() + interval '10 minutes' THEN
      RAISE EXCEPTION 'step-up refused: it is answered once it is there' USING ERRCODE = 'CS002';
    END IF;
    RETURN NEW;
  END IF;
  IF OLD.used_at IS NOT NULL OR NEW.used_at IS NULL THEN
    RAISE EXCEPTION 'step-up refused: it is answered once' USING ERRCODE = 'CS002';
  END IF;
  IF NEW.passkey_id IS NOT NULL AND (OLD.expires_at <= clock_timestamp()
     OR NOT EXISTS (SELECT FROM public.passkey p
                     WHERE p.id = NEW.passkey_id AND p.principal_id = OLD.principal_id
                       AND p.removed_at IS NULL AND p.suspected_at IS NULL)) THEN
    RAISE EXCEPTION 'step-up refused: no passkey of theirs answered in time' USING ERRCODE = 'CS002';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER step_up_is_answered_once BEFORE INSERT OR UPDATE OR DELETE ON "step_up"
  FOR EACH ROW EXECUTE FUNCTION guard_step_up();
CREATE TRIGGER step_up_is_not_truncated BEFORE TRUNCATE ON "step_up"
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER passkey_is_kept BEFORE DELETE ON "passkey" FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER passkey_is_not_truncated BEFORE TRUNCATE ON "passkey"
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- As before, and a yes of which a passkey was asked names the challenge that it answered.
CREATE OR REPLACE FUNCTION guard_review() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  vote record;
BEGIN
  FOR vote IN
    SELECT v.plan_hash, v.reviewer_id, v.verdict, v.at, v.step_up_id, a.step_up, a.revision,
           t.id AS task_id, a.status, a.plan_hash AS asked_hash, a.expires_at,
           a.excluded_ids || t.hand_ids || t.submitted_by_id || s.owner_id AS excluded_ids,
           p.tenant_id = v.tenant_id AND p.type = 'HUMAN' AND p.disabled_at IS NULL
             AND 'APPROVER' = ANY (p.roles) AS is_approver
      FROM votes v
      LEFT JOIN public.approval_request a ON a.id = v.approval_id AND a.tenant_id = v.tenant_id
      LEFT JOIN public.task t ON t.id = a.task_id AND t.tenant_id = a.tenant_id
      LEFT JOIN public.principal s ON s.id = t.submitted_by_id
      LEFT JOIN public.principal p ON p.id = v.reviewer_id
  LOOP
    IF vote.task_id IS NULL OR vote.plan_hash <> vote.asked_hash THEN
      RAISE EXCEPTION 'review refused: nobody asked about this plan' USING ERRCODE = 'CS002';
    END IF;
    IF vote.at < date_trunc('milliseconds', transaction_timestamp())
       OR vote.at > clock_timestamp() + interval '1 millisecond' THEN
      RAISE EXCEPTION 'review refused: it is not given now' USING ERRCODE = 'CS002';
    END IF;
    IF vote.verdict = 'WITHDRAW' THEN
      IF vote.status NOT IN ('PENDING', 'APPROVED') THEN
        RAISE EXCEPTION 'review refused: the request is closed' USING ERRCODE = 'CS002';
      END IF;
      CONTINUE;
    END IF;
    IF vote.status <> 'PENDING' OR vote.at >= vote.expires_at THEN
      RAISE EXCEPTION 'review refused: the request is closed' USING ERRCODE = 'CS002';
    END IF;
    IF vote.reviewer_id = ANY (vote.excluded_ids) OR vote.is_approver IS NOT TRUE THEN
      RAISE EXCEPTION 'review refused: its author may not decide this' USING ERRCODE = 'CS002';
    END IF;
    IF vote.verdict = 'APPROVE' AND vote.step_up <> 'OFF'
       AND NOT public.is_stepped_up(vote.step_up, vote.reviewer_id, vote.step_up_id, vote.at,
         vote.task_id, vote.revision, vote.plan_hash) THEN
      RAISE EXCEPTION 'review refused: it needs the passkey of its author' USING ERRCODE = 'CS002';
    END IF;
  END LOOP;
  RETURN NULL;
END $$;

-- The gate is as it is, and of a yes that a passkey was asked for it counts only one that has it.
DO $patch$
DECLARE
  was text := pg_get_functiondef('public.guard_effect_intent'::regproc);
  becomes text := replace(replace(was,
    $$SELECT DISTINCT ON (v.reviewer_id) v.id, v.reviewer_id, v.verdict, v.at, v.stage, v.maker_ids, v.hand_ids
$$,
    $$SELECT DISTINCT ON (v.reviewer_id) v.id, v.reviewer_id, v.verdict, v.at, v.stage, v.maker_ids, v.hand_ids,
                 v.step_up_id
$$),
    $$AND o.id IS DISTINCT FROM (SELECT m.owner_id FROM public.principal m WHERE m.id = t.submitted_by_id)
$$,
    $$AND o.id IS DISTINCT FROM (SELECT m.owner_id FROM public.principal m WHERE m.id = t.submitted_by_id)
             AND (a.step_up = 'OFF'
                  OR public.is_stepped_up(a.step_up, w.reviewer_id, w.step_up_id, w.at, t.id, a.revision, i.plan_hash))
$$);
BEGIN
  IF becomes NOT LIKE '%v.step_up_id%is_stepped_up%' THEN
    RAISE EXCEPTION 'the gate counts approvals in another way than this migration knows';
  END IF;
  EXECUTE becomes;
END $patch$;
