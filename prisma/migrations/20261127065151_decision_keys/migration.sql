-- AlterTable
ALTER TABLE "review" ADD COLUMN     "idempotency_key" TEXT;

-- CreateIndex
CREATE UNIQUE INDEX "review_reviewer_id_idempotency_key_key" ON "review"("reviewer_id", "idempotency_key");

-- As before; what rests on content from outside is never let through without asking.
CREATE OR REPLACE FUNCTION guard_grant_use() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  taken record;
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'use refused: it must see what is committed now' USING ERRCODE = 'CS004';
  END IF;
  PERFORM FROM public.standing_grant g WHERE g.id IN (SELECT u.grant_id FROM new_uses u) ORDER BY g.id FOR NO KEY UPDATE;
  FOR taken IN
    SELECT u.takes, u.number, g.id AS grant_id, g.uses, public.grant_lacks(g) AS lacks,
           t.submitted_by_id = g.agent_id AND t.environment = g.environment AND t.risk <= g.max_risk
             AND t.risk < 'CRITICAL' AND t.tenant_id = g.tenant_id AND u.tenant_id = g.tenant_id
             AND p.hash = u.plan_hash AND p.hash = t.plan_hash
             AND NOT jsonb_path_exists(p.document::jsonb, '$.sources[*] ? (@.trust == "OUTSIDE")')
             AND d.outcome = 'ALLOW' AND d.context->'grant'->>'grantId' = g.id::text AS is_of_task,
           coalesce((SELECT max(o.number) FROM public.grant_use o
                      WHERE o.grant_id = u.grant_id AND o.number < u.number), 0) AS before,
           changed.changes, changed.are_covered
      FROM new_uses u
      LEFT JOIN public.standing_grant g ON g.id = u.grant_id
      LEFT JOIN public.task t ON t.id = u.task_id AND t.revision = u.revision
      LEFT JOIN public.plan p ON p.task_id = u.task_id AND p.revision = u.revision
      LEFT JOIN public.policy_decision d ON d.task_id = u.task_id AND d.revision = u.revision
      LEFT JOIN LATERAL (
        SELECT count(*) AS changes,
               bool_and(s.step->>'action' = g.action_type AND jsonb_array_length(s.step->'targets') > 0
                 AND NOT EXISTS (
                   SELECT FROM jsonb_array_elements(s.step->'targets') AS o (target)
                    WHERE (o.target->>'name' LIKE replace(replace(replace(replace(replace(
                      g.target, '\', '\\'), '%', '\%'), '_', '\_'), '*', '%'), '?', '_')) IS NOT TRUE)) AS are_covered
          FROM jsonb_array_elements(p.document::jsonb->'steps') WITH ORDINALITY AS s (step, place)
         WHERE p.presentation->'steps'->(s.place - 1)::int->>'category' IS DISTINCT FROM 'READ'
            OR jsonb_path_exists(s.step, '$.targets[*] ? (@.kind == "secret")')
      ) changed ON true
  LOOP
    IF taken.grant_id IS NULL OR taken.is_of_task IS NOT TRUE OR taken.are_covered IS NOT TRUE THEN
      RAISE EXCEPTION 'use refused: the grant does not cover this plan' USING ERRCODE = 'CS004';
    END IF;
    IF taken.lacks IS NOT NULL THEN
      RAISE EXCEPTION 'use refused: the grant %', taken.lacks USING ERRCODE = 'CS004';
    END IF;
    IF taken.takes <> taken.changes OR taken.number <> taken.before + taken.takes OR taken.number > taken.uses THEN
      RAISE EXCEPTION 'use refused: % of % uses are taken', taken.before, taken.uses USING ERRCODE = 'CS004';
    END IF;
  END LOOP;
  RETURN NULL;
END $$;

-- That somebody decides in another's place is said now, by whoever is away or an administrator, of two people who may
-- decide, and is not handed on; what was said stays, and ends early at most.
CREATE FUNCTION guard_delegation() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF OLD.ended_at IS NOT NULL OR NEW.ended_at IS NULL OR NEW.ended_at > clock_timestamp() + interval '1 millisecond'
       OR (NEW.id, NEW.tenant_id, NEW.from_id, NEW.to_id, NEW.starts_at, NEW.ends_at, NEW.created_by_id, NEW.created_at)
          IS DISTINCT FROM
          (OLD.id, OLD.tenant_id, OLD.from_id, OLD.to_id, OLD.starts_at, OLD.ends_at, OLD.created_by_id, OLD.created_at) THEN
      RAISE EXCEPTION 'delegation refused: what was said of it stays' USING ERRCODE = 'CS005';
    END IF;
    RETURN NEW;
  END IF;
  IF NEW.created_at < date_trunc('milliseconds', transaction_timestamp())
     OR NEW.created_at > clock_timestamp() + interval '1 millisecond' OR NEW.ended_at IS NOT NULL THEN
    RAISE EXCEPTION 'delegation refused: it is not made now' USING ERRCODE = 'CS005';
  END IF;
  IF NEW.ends_at <= greatest(NEW.starts_at, NEW.created_at) OR NEW.ends_at > NEW.starts_at + interval '91 days' THEN
    RAISE EXCEPTION 'delegation refused: nobody is away so' USING ERRCODE = 'CS005';
  END IF;
  IF NEW.from_id = NEW.to_id OR NOT public.may_grant(NEW.from_id, NEW.tenant_id)
     OR NOT public.may_grant(NEW.to_id, NEW.tenant_id) THEN
    RAISE EXCEPTION 'delegation refused: it is not of two people who may decide' USING ERRCODE = 'CS005';
  END IF;
  IF NEW.created_by_id <> NEW.from_id
     AND NOT EXISTS (SELECT FROM public.principal p
                      WHERE p.id = NEW.created_by_id AND p.tenant_id = NEW.tenant_id AND p.type = 'HUMAN'
                        AND p.disabled_at IS NULL AND 'ADMIN' = ANY (p.roles)) THEN
    RAISE EXCEPTION 'delegation refused: its author may not say so' USING ERRCODE = 'CS005';
  END IF;
  -- Two that are made at once wait for each other here, as they do in the application.
  PERFORM FROM public.principal p WHERE p.id IN (NEW.from_id, NEW.to_id) ORDER BY p.id FOR NO KEY UPDATE;
  IF EXISTS (SELECT FROM public.delegation d
              WHERE d.ended_at IS NULL AND d.starts_at < NEW.ends_at AND NEW.starts_at < d.ends_at
                AND (d.from_id = NEW.from_id OR d.to_id = NEW.from_id OR d.from_id = NEW.to_id)) THEN
    RAISE EXCEPTION 'delegation refused: it is not handed on' USING ERRCODE = 'CS005';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER delegation_is_a_word BEFORE INSERT OR UPDATE ON "delegation"
  FOR EACH ROW EXECUTE FUNCTION guard_delegation();

-- Nobody's word without its fact in the log, of the same transaction and by the same person.
CREATE FUNCTION require_delegation_fact() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  place bigint := pg_current_xact_id()::text::bigint;
BEGIN
  IF NOT EXISTS (SELECT FROM public.event e
                  WHERE e.seq >= place << 20 AND e.seq < (place + 1) << 20 AND e.type = 'principal.delegated'
                    AND e.tenant_id = NEW.tenant_id AND e.actor_id = NEW.created_by_id AND e.at = NEW.created_at
                    AND e.data->>'delegationId' = NEW.id::text AND e.data->>'fromId' = NEW.from_id::text
                    AND e.data->>'principalId' = NEW.to_id::text) THEN
    RAISE EXCEPTION 'delegation refused: the log does not tell of it' USING ERRCODE = 'CS005';
  END IF;
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER delegation_has_its_fact AFTER INSERT ON "delegation"
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_delegation_fact();
CREATE TRIGGER delegation_is_kept BEFORE DELETE ON "delegation"
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER delegation_is_not_truncated BEFORE TRUNCATE ON "delegation"
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
