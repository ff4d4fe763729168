-- AlterTable
ALTER TABLE "approval_request" ADD COLUMN     "escalate_after_ms" INTEGER,
ADD COLUMN     "escalate_to" TEXT,
ADD COLUMN     "escalated_at" TIMESTAMPTZ(3),
ADD COLUMN     "next_turn_at" TIMESTAMPTZ(3),
ADD COLUMN     "remind_after_ms" JSONB NOT NULL DEFAULT '[]',
ADD COLUMN     "reminders_sent" SMALLINT NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "review" ADD COLUMN     "stands_for_ids" UUID[] DEFAULT ARRAY[]::UUID[];

-- CreateTable
CREATE TABLE "delegation" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "from_id" UUID NOT NULL,
    "to_id" UUID NOT NULL,
    "starts_at" TIMESTAMPTZ(3) NOT NULL,
    "ends_at" TIMESTAMPTZ(3) NOT NULL,
    "created_by_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "delegation_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "delegation_to_id_ends_at_idx" ON "delegation"("to_id", "ends_at");

-- CreateIndex
CREATE INDEX "delegation_from_id_ends_at_idx" ON "delegation"("from_id", "ends_at");

-- CreateIndex
CREATE INDEX "delegation_tenant_id_ends_at_id_idx" ON "delegation"("tenant_id", "ends_at", "id");

-- CreateIndex
CREATE INDEX "approval_request_status_next_turn_at_idx" ON "approval_request"("status", "next_turn_at");

-- How many of which group each stage asks for, whoever may give it in that group's place.
CREATE FUNCTION asked_of_stages(stages jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(jsonb_agg(jsonb_build_array(s.stage->'name', (
    SELECT jsonb_object_agg(n.asked, n.required) FROM (
      SELECT coalesce(e.need->>'insteadOf', e.need->>'group', '') AS asked, sum((e.need->>'required')::int) AS required
        FROM jsonb_array_elements(s.stage->'needs') AS e (need) GROUP BY 1) AS n)) ORDER BY s.place), '[]')
    FROM jsonb_array_elements(stages) WITH ORDINALITY AS s (stage, place)
$$;

-- What a request asks for is written once. The gate counts by it, so of all changes only this one is let through: that
-- one of a group is asked of another instead, where others may decide by now or somebody decides in another's place.
CREATE FUNCTION guard_request_terms() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NEW.escalated_at IS DISTINCT FROM OLD.escalated_at AND (OLD.escalated_at IS NOT NULL OR NEW.escalate_after_ms IS NULL
     OR NEW.escalated_at < NEW.created_at + NEW.escalate_after_ms * interval '1 millisecond') THEN
    RAISE EXCEPTION 'request refused: it is not escalated so' USING ERRCODE = 'CS002';
  END IF;
  IF NEW.stages IS NOT DISTINCT FROM OLD.stages THEN
    RETURN NEW;
  END IF;
  IF OLD.status <> 'PENDING' OR public.asked_of_stages(NEW.stages) IS DISTINCT FROM public.asked_of_stages(OLD.stages) THEN
    RAISE EXCEPTION 'request refused: what it asks for does not change' USING ERRCODE = 'CS002';
  END IF;
  IF EXISTS (
    SELECT FROM jsonb_array_elements(NEW.stages) WITH ORDINALITY AS s (stage, place)
      CROSS JOIN LATERAL jsonb_array_elements(s.stage->'needs') AS n (need)
     WHERE n.need ? 'insteadOf'
       AND NOT (OLD.stages->(s.place - 1)::int->'needs' @> jsonb_build_array(n.need))
       AND (NEW.escalated_at <= clock_timestamp() AND n.need->>'group' = NEW.escalate_to) IS NOT TRUE
       AND NOT EXISTS (
         SELECT FROM public.delegation d JOIN public.principal f ON f.id = d.from_id
          WHERE d.tenant_id = NEW.tenant_id AND '@' || d.to_id = n.need->>'group' AND n.need->>'required' = '1'
            AND n.need->>'insteadOf' = ANY (f.groups) AND d.ended_at IS NULL
            AND d.starts_at <= clock_timestamp() AND d.ends_at > clock_timestamp())) THEN
    RAISE EXCEPTION 'request refused: nobody may approve in that place' USING ERRCODE = 'CS002';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER request_keeps_its_terms BEFORE UPDATE ON "approval_request" FOR EACH ROW
  WHEN (OLD.stages IS DISTINCT FROM NEW.stages OR OLD.escalated_at IS DISTINCT FROM NEW.escalated_at)
  EXECUTE FUNCTION guard_request_terms();
