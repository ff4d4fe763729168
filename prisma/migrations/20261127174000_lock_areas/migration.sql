-- What a claim is upon, whatever area of it.
CREATE FUNCTION "claimed_path"("claim" TEXT) RETURNS TEXT LANGUAGE sql IMMUTABLE AS $$
  SELECT regexp_replace("claim", '#[a-z]+=\d+-\d+(,[a-z]+=\d+-\d+)*$', '')
$$;

-- Whether two claims upon one thing meet: they do, unless their areas lie apart on some axis.
CREATE FUNCTION "areas_meet"("one" TEXT, "other" TEXT) RETURNS BOOLEAN LANGUAGE sql IMMUTABLE AS $$
  SELECT NOT EXISTS (
    SELECT FROM regexp_matches(substr("one", length("claimed_path"("one")) + 1), '([a-z]+)=(\d+)-(\d+)', 'g') AS "a"("span"),
      regexp_matches(substr("other", length("claimed_path"("other")) + 1), '([a-z]+)=(\d+)-(\d+)', 'g') AS "b"("span")
    WHERE "a"."span"[1] = "b"."span"[1] AND ("a"."span"[3]::numeric < "b"."span"[2]::numeric
      OR "b"."span"[3]::numeric < "a"."span"[2]::numeric))
$$;

-- All locks that keep one of this name waiting, or that it keeps: of the same, of what it lies within, and of what
-- lies within it; upon one thing, those alone whose areas meet.
CREATE OR REPLACE FUNCTION "locks_about"("claim" TEXT) RETURNS SETOF "resource_lock" LANGUAGE sql STABLE AS $$
  WITH "around" AS (
    SELECT array_to_string("parts"[1:"length"], '/') AS "place", "length" = cardinality("parts") AS "is_itself"
    FROM (SELECT string_to_array("claimed_path"("claim"), '/') AS "parts") AS "split",
      generate_series(1, cardinality("parts")) AS "length")
  SELECT "l".* FROM "around" JOIN "resource_lock" "l" ON "l"."name" COLLATE "C" = "place"
  UNION ALL
  SELECT "l".* FROM "around" JOIN "resource_lock" "l"
    ON "l"."name" COLLATE "C" > "place" || '#' AND "l"."name" COLLATE "C" < "place" || '$'
  WHERE "claimed_path"("l"."name") = "place" AND (NOT "is_itself" OR "areas_meet"("l"."name", "claim"))
  UNION ALL
  SELECT * FROM "resource_lock"
  WHERE "name" COLLATE "C" > "claimed_path"("claim") || '/' AND "name" COLLATE "C" < "claimed_path"("claim") || '0'
$$;
