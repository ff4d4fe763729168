-- AlterTable
ALTER TABLE "standing_grant" ADD COLUMN     "approved_hand_ids" UUID[] DEFAULT ARRAY[]::UUID[],
ADD COLUMN     "approved_maker_ids" UUID[] DEFAULT ARRAY[]::UUID[],
ADD COLUMN     "resume_asked_at" TIMESTAMPTZ(3),
ADD COLUMN     "resume_asked_by_id" UUID,
ADD COLUMN     "resume_hand_ids" UUID[] DEFAULT ARRAY[]::UUID[],
ADD COLUMN     "resume_maker_ids" UUID[] DEFAULT ARRAY[]::UUID[];

-- Whether one person could have said both: isOneHand in domain/hands.ts.
CREATE FUNCTION is_one_hand(one uuid, one_hands uuid[], one_makers uuid[], other uuid, other_hands uuid[], other_makers uuid[])
RETURNS boolean LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
  SELECT (one || coalesce(one_makers, '{}')) && (other || coalesce(other_hands, '{}'))
      OR (other || coalesce(other_makers, '{}')) && (one || coalesce(one_hands, '{}'))
$$;

-- As before; the second person has hands too, and a grant that two people make is resumed by two.
CREATE OR REPLACE FUNCTION guard_grant() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.created_at < date_trunc('milliseconds', transaction_timestamp())
       OR NEW.created_at > clock_timestamp() + interval '1 millisecond' THEN
      RAISE EXCEPTION 'grant refused: it is not made now' USING ERRCODE = 'CS004';
    END IF;
    IF NOT public.may_grant(NEW.by_id, NEW.tenant_id) OR public.has_hand_in(NEW.by_id, NEW.agent_id)
       OR NOT EXISTS (SELECT FROM public.principal a WHERE a.id = NEW.agent_id AND a.tenant_id = NEW.tenant_id) THEN
      RAISE EXCEPTION 'grant refused: its author may not grant this' USING ERRCODE = 'CS004';
    END IF;
    IF NEW.uses < 1 OR NEW.max_risk = 'CRITICAL' OR NEW.expires_at <= NEW.created_at
       OR NEW.environment = 'PRODUCTION' AND NEW.required < 2 THEN
      RAISE EXCEPTION 'grant refused: nothing of that kind is granted' USING ERRCODE = 'CS004';
    END IF;
    IF NEW.approved_by_id IS NOT NULL OR NEW.approved_at IS NOT NULL OR NEW.resume_asked_by_id IS NOT NULL THEN
      RAISE EXCEPTION 'grant refused: a second person approves what is there' USING ERRCODE = 'CS004';
    END IF;
    RETURN NEW;
  END IF;
  IF OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS DISTINCT FROM OLD.revoked_at
     OR OLD.approved_by_id IS NOT NULL AND
        (NEW.approved_by_id, NEW.approved_at, NEW.approved_hand_ids, NEW.approved_maker_ids)
        IS DISTINCT FROM (OLD.approved_by_id, OLD.approved_at, OLD.approved_hand_ids, OLD.approved_maker_ids) THEN
    RAISE EXCEPTION 'grant refused: what was said of it stays' USING ERRCODE = 'CS004';
  END IF;
  IF OLD.approved_by_id IS NULL AND NEW.approved_by_id IS NOT NULL
     AND (NOT public.may_grant(NEW.approved_by_id, NEW.tenant_id)
          OR public.has_hand_in(NEW.approved_by_id, NEW.agent_id)
          OR public.is_one_hand(NEW.by_id, NEW.hand_ids, NEW.maker_ids,
                                NEW.approved_by_id, NEW.approved_hand_ids, NEW.approved_maker_ids)) THEN
    RAISE EXCEPTION 'grant refused: the second person may not grant this' USING ERRCODE = 'CS004';
  END IF;
  IF OLD.suspended_at IS NOT NULL AND NEW.suspended_at IS NULL
     AND (NEW.resumed_by_id IS NULL OR NOT public.may_grant(NEW.resumed_by_id, NEW.tenant_id)
          OR public.has_hand_in(NEW.resumed_by_id, NEW.agent_id)
          OR NEW.resumed_at IS NOT DISTINCT FROM OLD.resumed_at) THEN
    RAISE EXCEPTION 'grant refused: who resumes it may not grant this' USING ERRCODE = 'CS004';
  END IF;
  -- Where it takes two people to make, the first word on its resumption waits for the second.
  IF NEW.resume_asked_by_id IS NOT NULL AND NEW.resume_asked_at IS DISTINCT FROM OLD.resume_asked_at
     AND (NOT public.may_grant(NEW.resume_asked_by_id, NEW.tenant_id)
          OR public.has_hand_in(NEW.resume_asked_by_id, NEW.agent_id) OR NEW.suspended_at IS NULL
          OR NEW.resume_asked_at < OLD.suspended_at) THEN
    RAISE EXCEPTION 'grant refused: who would resume it may not grant this' USING ERRCODE = 'CS004';
  END IF;
  IF (NEW.resume_asked_by_id, NEW.resume_hand_ids, NEW.resume_maker_ids)
       IS DISTINCT FROM (OLD.resume_asked_by_id, OLD.resume_hand_ids, OLD.resume_maker_ids)
     AND NEW.resume_asked_at IS NOT DISTINCT FROM OLD.resume_asked_at THEN
    RAISE EXCEPTION 'grant refused: what was said of it stays' USING ERRCODE = 'CS004';
  END IF;
  IF OLD.suspended_at IS NOT NULL AND NEW.suspended_at IS NULL
     AND (NEW.required > 1 OR NEW.environment = 'PRODUCTION')
     AND (OLD.resume_asked_by_id IS NULL OR OLD.resume_asked_at < OLD.suspended_at
          OR NOT public.may_grant(OLD.resume_asked_by_id, OLD.tenant_id)
          OR public.is_one_hand(OLD.resume_asked_by_id, OLD.resume_hand_ids, OLD.resume_maker_ids,
                                NEW.resumed_by_id, '{}', '{}')) THEN
    RAISE EXCEPTION 'grant refused: it takes two people to resume it' USING ERRCODE = 'CS004';
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION require_grant_fact() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  place bigint := pg_current_xact_id()::text::bigint;
  wanted text;
  by_whom uuid;
  moment timestamptz;
BEGIN
  IF TG_OP = 'INSERT' THEN
    wanted := 'grant.created';
    by_whom := NEW.by_id;
    moment := NEW.created_at;
  ELSIF OLD.approved_by_id IS NULL AND NEW.approved_by_id IS NOT NULL THEN
    wanted := 'grant.approved';
    by_whom := NEW.approved_by_id;
    moment := NEW.approved_at;
  ELSIF OLD.suspended_at IS NOT NULL AND NEW.suspended_at IS NULL THEN
    wanted := 'grant.resumed';
    by_whom := NEW.resumed_by_id;
    moment := NEW.resumed_at;
  ELSIF NEW.resume_asked_at IS DISTINCT FROM OLD.resume_asked_at AND NEW.resume_asked_by_id IS NOT NULL THEN
    wanted := 'grant.resume_asked';
    by_whom := NEW.resume_asked_by_id;
    moment := NEW.resume_asked_at;
  ELSE
    RETURN NULL;
  END IF;
  IF NOT EXISTS (SELECT FROM public.event e
                  WHERE e.seq >= place << 20 AND e.seq < (place + 1) << 20 AND e.type = wanted
                    AND e.tenant_id = NEW.tenant_id AND e.actor_id = by_whom AND e.at = moment
                    AND e.data->>'grantId' = NEW.id::text) THEN
    RAISE EXCEPTION 'grant refused: the log does not tell of it' USING ERRCODE = 'CS004';
  END IF;
  RETURN NULL;
END $$;
