import { trackWindowDays, noCounts, type TrackCounts, type TriedIn } from '../domain/track-record.ts';
import type { Connections, StatementRunner, Transaction } from '../infra/database.ts';
import { safeHorizon } from './event-store.ts';
import { isNoDecoy } from './no-decoys.ts';
import { forgetFigures } from './step-figures.ts';

export interface TrackKey {
  readonly tenantId: string;
  readonly principalId: string;
  /** Empty for all kinds together. */
  readonly kind: string;
}

export interface TrackDay {
  /** The first moment of the day, UTC. */
  readonly day: Date;
  readonly counts: TrackCounts;
  /** The mean of the scores of that day's decisions; null where there were none. */
  readonly score: number | null;
}

/** What is counted from the log. */
export interface TrackStore {
  find(keys: readonly TrackKey[]): Promise<(TrackKey & TrackCounts)[]>;
  findTried(tenantId: string, likeness: string): Promise<TriedIn[]>;
  /** Newest last; of all kinds together. */
  days(tenantId: string, principalId: string): Promise<TrackDay[]>;
}

const counters = {
  succeeded: 'succeeded',
  failed: 'failed',
  rolledBack: 'rolled_back',
  needsAttention: 'needs_attention',
  approved: 'approved',
  rejected: 'rejected',
  rated: 'rated',
  stars: 'stars',
  faults: 'faults',
} as const satisfies Record<keyof TrackCounts, string>;

const today = 'floor(extract(epoch FROM now()) / 86400)::int';
/** Within the window, by the database's clock. */
const isRecent = (column: string): string => `${column} > ${today} - ${trackWindowDays}`;

/** For a plan's likeness: where it ran well when it ran last, as JSON. */
export const triedOf = (tenant: string, likeness: string): string =>
  `SELECT json_agg(json_build_object('environment', environment, 'runs', runs, 'taskId', task_id) ORDER BY environment)
     FROM tried_plan WHERE tenant_id = ${tenant} AND likeness = ${likeness} AND is_good AND ${isRecent('day')}`;

export const createTrackStore = (database: Connections & { readonly reports: Connections }): TrackStore => ({
  find: (keys) =>
    database.query<TrackKey & TrackCounts>(
      `SELECT tenant_id AS "tenantId", principal_id AS "principalId", kind, ${Object.entries(counters)
        .map(([name, column]) => `greatest(0, sum(${column}))::int AS "${name}"`)
        .join(', ')}
       FROM track_day JOIN unnest($1::uuid[], $2::uuid[], $3::text[]) AS k(tenant_id, principal_id, kind)
         USING (tenant_id, principal_id, kind)
       WHERE ${isRecent('day')} GROUP BY tenant_id, principal_id, kind`,
      [
        keys.map(({ tenantId }) => tenantId),
        keys.map(({ principalId }) => principalId),
        keys.map(({ kind }) => kind),
      ],
    ),

  async findTried(tenantId, likeness) {
    const [row] = await database.query<{ tried: TriedIn[] | null }>(
      `SELECT (${triedOf('$1::uuid', '$2::text')}) AS tried`,
      [tenantId, likeness],
    );
    return row?.tried ?? [];
  },

  async days(tenantId, principalId) {
    const rows = await database.reports.query<TrackCounts & { day: number; score: number | null }>(
      `SELECT day, ${Object.entries(counters)
        .map(([name, column]) => `greatest(0, ${column}) AS "${name}"`)
        .join(', ')}, CASE WHEN scored > 0 THEN score_sum::float8 / scored END AS score
       FROM track_day WHERE tenant_id = $1 AND principal_id = $2 AND kind = '' AND ${isRecent('day')} ORDER BY day`,
      [tenantId, principalId],
    );
    return rows.map(({ day, score, ...counts }) => ({
      day: new Date(day * dayMs),
      counts: { ...noCounts, ...counts },
      score: score === null ? null : Math.round(score),
    }));
  },
});

const dayMs = 86_400_000;

/** Any number that nobody else takes: one process counts at a time. */
const countingLock = 7_302_028;
const eventsPerRound = 5_000;

/** Facts that count, and what they count for. A run that was never begun, and what only planned, count for nothing. */
const ends = {
  succeeded: 'task.succeeded',
  failed: 'task.failed',
  rolled_back: 'task.rolled_back',
  needs_attention: 'task.needs_attention',
} as const;
const endTypes = Object.values(ends).map((type) => `'${type}'`);
const isEnd = `(type IN (${endTypes.join(', ')}) AND mode = 'APPLY' AND data ? 'revision')`;
const moved = (name: string): string =>
  `coalesce(sum((data->'moves'->>'${name}')::int) FILTER (WHERE type = 'feedback.given'), 0)`;
const sums: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    Object.entries(ends).map(([column, type]) => [
      column,
      `count(*) FILTER (WHERE ${isEnd} AND type = '${type}')`,
    ]),
  ),
  // Whoever takes an approval back and gives it again has approved once.
  approved: `count(*) FILTER (WHERE type = 'approval.resolved' AND data->>'status' = 'APPROVED')
    - count(*) FILTER (WHERE type = 'approval.withdrawn')`,
  rejected: "count(*) FILTER (WHERE type = 'approval.resolved' AND data->>'status' = 'REJECTED')",
  rated: moved('rated'),
  stars: moved('stars'),
  faults: moved('faults'),
  scored: "count(*) FILTER (WHERE type = 'policy.decided' AND data ? 'score')",
  score_sum: "coalesce(sum((data->>'score')::int) FILTER (WHERE type = 'policy.decided'), 0)",
};
const summed = Object.keys(sums);

/**
 * Counts what the log holds below its horizon and nobody has counted, so many events at most. Each is counted once:
 * how far it went commits with what it counted.
 */
const counting = `WITH page AS MATERIALIZED (
    SELECT seq, tenant_id, type, at, task_id, data FROM event
     WHERE seq > $1 AND seq < ${safeHorizon} ORDER BY seq LIMIT $2),
  fact AS MATERIALIZED (
    SELECT page.*, floor(extract(epoch FROM page.at) / 86400)::int AS day, task.submitted_by_id AS principal_id,
           task.mode, task.environment, plan.kind, plan.likeness
      FROM page JOIN task ON task.id = page.task_id
      JOIN plan ON plan.task_id = task.id AND plan.revision = coalesce((page.data->>'revision')::int, task.revision)
     WHERE (page.type IN (${endTypes.join(', ')}, 'feedback.given')
        OR page.type = 'approval.resolved' AND page.data->>'status' IN ('APPROVED', 'REJECTED')
        OR page.type = 'approval.withdrawn' AND page.data ? 'wasApproved'
        OR page.type = 'policy.decided' AND page.data ? 'score') AND ${isNoDecoy('page.task_id')}),
  days AS (
    INSERT INTO track_day (tenant_id, principal_id, kind, day, ${summed.join(', ')})
    SELECT tenant_id, principal_id, k.kind, day, ${summed.map((column) => sums[column]).join(', ')}
      FROM fact CROSS JOIN LATERAL (SELECT '' AS kind UNION SELECT fact.kind) k
     GROUP BY tenant_id, principal_id, k.kind, day
    ON CONFLICT (tenant_id, principal_id, kind, day) DO UPDATE
      SET ${summed.map((column) => `${column} = track_day.${column} + excluded.${column}`).join(', ')}),
  tried AS (
    INSERT INTO tried_plan (tenant_id, likeness, environment, is_good, runs, task_id, day)
    SELECT DISTINCT ON (tenant_id, likeness, environment) tenant_id, likeness, environment, type = '${ends.succeeded}',
           count(*) FILTER (WHERE type = '${ends.succeeded}') OVER same, task_id, day
      FROM fact WHERE ${isEnd} AND environment <> 'PRODUCTION' AND likeness <> ''
    WINDOW same AS (PARTITION BY tenant_id, likeness, environment)
     ORDER BY tenant_id, likeness, environment, seq DESC
    ON CONFLICT (tenant_id, likeness, environment) DO UPDATE
      SET is_good = excluded.is_good, task_id = excluded.task_id, day = excluded.day,
          runs = CASE WHEN NOT excluded.is_good THEN 0
                      WHEN tried_plan.is_good THEN tried_plan.runs + excluded.runs ELSE excluded.runs END)
  SELECT max(seq) AS "to", count(*)::int AS events FROM page`;

/** Gives whether there may be more at once. */
export const countEvents = async (tx: Transaction & StatementRunner): Promise<boolean> => {
  const [lock] = await tx.query<{ isOurs: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS "isOurs"', [
    countingLock,
  ]);
  if (!lock?.isOurs) return false;
  const [cursor] = await tx.query<{ seq: bigint }>('SELECT seq FROM track_cursor WHERE id = 1');
  const after = cursor?.seq ?? -1n;
  const [page] = await tx.query<{ to: bigint | null; events: number }>(counting, [after, eventsPerRound]);
  if (!page || page.to === null) return false;
  await tx.query(
    'INSERT INTO track_cursor (id, seq) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET seq = excluded.seq',
    [page.to],
  );
  return page.events === eventsPerRound;
};

const forgottenAtOnce = 1_000;

/** What no score looks at any more. Gives whether there may be more of it. */
export const forgetCounts = async (tx: StatementRunner): Promise<boolean> => {
  let isMore = await forgetFigures(tx);
  for (const table of ['track_day', 'tried_plan']) {
    const gone = await tx.query(
      `DELETE FROM ${table} WHERE ctid IN (
         SELECT ctid FROM ${table} WHERE day <= ${today} - ${trackWindowDays} LIMIT ${forgottenAtOnce}) RETURNING 1 AS gone`,
    );
    isMore ||= gone.length === forgottenAtOnce;
  }
  return isMore;
};
