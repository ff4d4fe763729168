import type { DecisionOutcome } from '@countersign/shared';
import type { Database } from '../infra/database.ts';
import { cellsOf } from '../infra/rows.ts';
import { tables } from './tables.ts';
import { isNoDecoy } from './no-decoys.ts';

/** From when until when, both of the database's clock. */
export interface PastRange {
  readonly since: Date;
  readonly until: Date;
}

/** A recorded decision as it is stored: what is long stays text, for a thread to read. */
export interface PastDecision {
  readonly id: string;
  readonly taskId: string;
  readonly revision: number;
  readonly bundleHash: string;
  readonly outcome: DecisionOutcome;
  readonly reasons: string;
  readonly holds: string;
  readonly input: string;
  readonly context: string;
}

/** What one decision was about. */
export interface DecisionKey {
  readonly taskId: string;
  readonly revision: number;
}

/** Decisions of a tenant on real work that were recorded, the newest first. */
export interface PolicyPast {
  /** Counts to `most` at most. */
  count(tenantId: string, range: PastRange, most: number): Promise<number>;
  /**
   * Ids of `most` decisions at most: in turns the newest of each requester, environment and outcome, and of these in
   * turns the newest of each kind of action, so that whatever is done often does not fill it. They are looked for among
   * the newest `sampledFrom` and as many of those that ask or deny.
   */
  sample(tenantId: string, range: PastRange, most: number): Promise<string[]>;
  find(tenantId: string, ids: readonly string[]): Promise<PastDecision[]>;
  /** Of all tenants: the decision of an id, or those about a task of it. */
  keysOf(id: string): Promise<DecisionKey[]>;
  /** Of all tenants, the newest first. */
  keysSince(since: Date, limit: number): Promise<DecisionKey[]>;
  /** Inputs of different shape, as far as kinds of action and environments make one, and a task that had it. */
  shapes(tenantId: string, limit: number): Promise<{ readonly taskId: string; readonly input: string }[]>;
}

/** Among how many of the newest decisions shapes are looked for. */
const lookedThrough = 2_000;

/** Of all decisions, and once more of those that ask or deny, so many of the newest are looked at for a sample. */
const sampledFrom = 20_000;

/** Ids of decisions begin with the time at which they were made, so that their own index gives a range of time. */
export const firstIdAt = (at: Date): string => {
  const hex = Math.max(0, at.getTime()).toString(16).padStart(12, '0').slice(-12);
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
};

const inputRead = (id: string): string =>
  cellsOf(tables.policyDecision, { input: 'input' }, { id, tenantId: '@tenant' }, true);

const isReal = isNoDecoy('policy_decision.task_id');

export const createPolicyPast = ({ history }: Pick<Database, 'history'>): PolicyPast => ({
  async count(tenantId, { since, until }, most) {
    const [row] = await history.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM (SELECT FROM policy_decision
       WHERE tenant_id = $1 AND id >= $2::uuid AND id < $3::uuid AND ${isReal} LIMIT $4) found`,
      [tenantId, firstIdAt(since), firstIdAt(until), most],
    );
    return row?.count ?? 0;
  },

  async sample(tenantId, { since, until }, most) {
    const newest = (more: string) =>
      `(SELECT id, task_id, revision, outcome FROM policy_decision
        WHERE tenant_id = $1 AND id >= $2::uuid AND id < $3::uuid AND ${isReal}${more} ORDER BY id DESC LIMIT $5)`;
    const rows = await history.query<{ readonly id: string }>(
      `WITH looked_at AS (${newest('')} UNION ${newest(` AND outcome <> 'ALLOW'`)}),
       of_kind AS (
         SELECT d.id, d.outcome, t.submitted_by_id, t.environment, row_number() OVER (
           PARTITION BY t.submitted_by_id, t.environment, d.outcome, p.kind ORDER BY d.id DESC) AS turn
         FROM looked_at d JOIN task t ON t.id = d.task_id
           LEFT JOIN plan p ON p.task_id = d.task_id AND p.revision = d.revision),
       of_requester AS (
         SELECT id, row_number() OVER (
           PARTITION BY submitted_by_id, environment, outcome ORDER BY turn, id DESC) AS turn
         FROM of_kind)
       SELECT id FROM of_requester ORDER BY turn, id DESC LIMIT $4`,
      [tenantId, firstIdAt(since), firstIdAt(until), most, sampledFrom],
    );
    return rows.map(({ id }) => id);
  },

  find: (tenantId, ids) =>
    history.query<PastDecision>(
      `SELECT id, task_id AS "taskId", revision, bundle_hash AS "bundleHash", outcome, reasons::text AS reasons,
              holds::text AS holds, input::text AS input, context::text AS context,
              tenant_id AS "@tenant"
       FROM policy_decision WHERE tenant_id = $1 AND id = ANY($2::uuid[]) ORDER BY id DESC${inputRead('id')}`,
      [tenantId, ids],
    ),

  keysOf: (id) =>
    history.query<DecisionKey>(
      `SELECT task_id AS "taskId", revision FROM policy_decision WHERE id = $1 OR task_id = $1 ORDER BY revision LIMIT 100`,
      [id],
    ),

  keysSince: (since, limit) =>
    history.query<DecisionKey>(
      `SELECT task_id AS "taskId", revision FROM policy_decision WHERE id >= $1::uuid ORDER BY id DESC LIMIT $2`,
      [firstIdAt(since), limit],
    ),

  shapes: (tenantId, limit) =>
    history.query(
      `WITH shape AS (
         SELECT (array_agg(d.id ORDER BY d.id DESC))[1] AS id, count(*) AS count
         FROM (SELECT id, task_id, revision FROM policy_decision
                 WHERE tenant_id = $1 AND ${isReal} ORDER BY id DESC LIMIT $3) d
           JOIN task t ON t.id = d.task_id LEFT JOIN plan p ON p.task_id = d.task_id AND p.revision = d.revision
         GROUP BY t.environment, p.kind ORDER BY count(*) DESC LIMIT $2)
       SELECT d.task_id AS "taskId", d.input::text AS input, d.id AS "@id", d.tenant_id AS "@tenant"
       FROM shape JOIN policy_decision d USING (id) ORDER BY shape.count DESC${inputRead('@id')}`,
      [tenantId, limit, lookedThrough],
    ),
});
