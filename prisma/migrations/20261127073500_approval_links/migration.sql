-- CreateTable
CREATE TABLE "approval_link" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "principal_id" UUID NOT NULL,
    "task_id" UUID NOT NULL,
    "revision" INTEGER NOT NULL,
    "plan_hash" TEXT NOT NULL,
    "created_by_id" UUID,
    "hand_ids" UUID[] DEFAULT ARRAY[]::UUID[],
    "decides_in" "environment"[],
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "approval_link_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "approval_link_task_id_revision_idx" ON "approval_link"("task_id", "revision");

-- A link is used once, in time, and what it stands for stays.
CREATE FUNCTION guard_approval_link() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.used_at IS NOT NULL THEN
      RAISE EXCEPTION 'link refused: it is used once it is there' USING ERRCODE = 'CS002';
    END IF;
    RETURN NEW;
  END IF;
  IF OLD.used_at IS NOT NULL OR NEW.used_at IS NULL OR OLD.expires_at <= clock_timestamp() THEN
    RAISE EXCEPTION 'link refused: it is used once, and in time' USING ERRCODE = 'CS002';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER approval_link_is_used_once BEFORE INSERT OR UPDATE ON "approval_link"
  FOR EACH ROW EXECUTE FUNCTION guard_approval_link();
CREATE TRIGGER approval_link_is_kept BEFORE DELETE ON "approval_link" FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER approval_link_is_not_truncated BEFORE TRUNCATE ON "approval_link"
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
