/** Which rows of the outbox may be picked: SQL of `o`, whose parameters it numbers itself. */
export interface FairPick {
  /** Picks the rows of all submitters: equalities, so that an index leads to each submitter's first row. */
  readonly among: string;
  /** Which of a submitter's rows are ready to be picked; in the same index. */
  readonly ready: string;
  /** The column of the index by which a submitter's rows take their turns. */
  readonly by: 'due_at' | 'since';
  /** How many to pick at most. */
  readonly room: string;
}

/** Of more submitters than so many, a round knows the first ones alone. */
const submittersPerRound = 2_000;

/**
 * A query for `id` and `place`: rows picked so that tenants take turns, and within a tenant those who submitted,
 * each with what has waited longest. It costs by how many wait for something and by what is picked, and not by how
 * much waits. Who is first among equals is drawn, so that nobody is always last.
 */
export const fairPick = ({ among, ready, by, room }: FairPick): string => `
  WITH RECURSIVE submitter AS (
    (SELECT o.tenant_id, o.submitter_id FROM outbox o WHERE ${among}
     ORDER BY o.tenant_id, o.submitter_id LIMIT 1)
    UNION ALL
    SELECT following.* FROM submitter s CROSS JOIN LATERAL (
      SELECT o.tenant_id, o.submitter_id FROM outbox o
      WHERE ${among} AND (o.tenant_id, o.submitter_id) > (s.tenant_id, s.submitter_id)
      ORDER BY o.tenant_id, o.submitter_id LIMIT 1) AS following
  ), known AS MATERIALIZED (SELECT * FROM submitter LIMIT ${submittersPerRound}),
  turns AS (
    SELECT own.id, known.tenant_id,
      row_number() OVER (PARTITION BY known.tenant_id, known.submitter_id ORDER BY own.at, own.id) AS turn
    FROM known CROSS JOIN LATERAL (
      SELECT o.id, o.${by} AS at FROM outbox o
      WHERE ${among} AND o.tenant_id = known.tenant_id AND o.submitter_id = known.submitter_id AND ${ready}
      ORDER BY o.${by}, o.id
      LIMIT least(${room}, greatest(1, 4 * ${room} / (SELECT count(*) FROM known)))) AS own
  ), in_tenant AS (
    SELECT id, row_number() OVER (PARTITION BY tenant_id ORDER BY turn, random()) AS turn FROM turns
  )
  SELECT id, row_number() OVER (ORDER BY turn, random()) AS place FROM in_tenant ORDER BY place LIMIT ${room}`;
