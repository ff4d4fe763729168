-- As before, and no word is given with what somebody could have called with who may not decide: couldBe in domain/hands.ts.
DO $patch$
DECLARE
  was text := pg_get_functiondef('public.guard_review'::regproc);
  becomes text := replace(replace(was,
    $$SELECT v.plan_hash, v.reviewer_id, v.verdict,$$,
    $$SELECT v.plan_hash, v.reviewer_id, coalesce(v.maker_ids, '{}') AS maker_ids, v.verdict,$$),
    $$IF vote.reviewer_id = ANY (vote.excluded_ids) OR vote.is_approver IS NOT TRUE THEN$$,
    $$IF vote.reviewer_id = ANY (vote.excluded_ids) OR vote.maker_ids && vote.excluded_ids
       OR vote.is_approver IS NOT TRUE THEN$$);
BEGIN
  IF becomes NOT LIKE '%AS maker_ids%vote.maker_ids && vote.excluded_ids%' THEN
    RAISE EXCEPTION 'the gate looks at votes in another way than this migration knows';
  END IF;
  EXECUTE becomes;
END $patch$;
