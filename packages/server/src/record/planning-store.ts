import type { Planning } from '../domain/specialist.ts';
import type { Sight } from '../domain/sight.ts';
import type { Connections, StatementRunner, Transaction } from '../infra/database.ts';
import { columnsOf, insertRows, updateRows, type Table } from '../infra/rows.ts';
import { tables } from './tables.ts';
import { andNumbered, isTaskInSight } from './in-sight.ts';

const rows: Table<Planning> = tables.planning;

/** One call of a language model. Prompt and answer are redacted, and forgotten after a while. */
export interface ModelCall {
  readonly id: string;
  readonly tenantId: string;
  readonly taskId: string;
  readonly agent: string;
  readonly model: string;
  readonly at: Date;
  readonly durationMs: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costMicros: number | null;
  readonly prompt: unknown;
  readonly answer: unknown;
  readonly failure: string | null;
}

const calls: Table<ModelCall> = tables.modelCall;

/** What a specialist's plans came to within the window. */
export interface SpecialistCounts {
  readonly agent: string;
  readonly planned: number;
  readonly refused: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly rejected: number;
  readonly tokens: number;
  readonly costMicros: number;
}

export interface Spent {
  readonly tokens: number;
  readonly costMicros: number;
}

const windowDays = 90;
const erasedAtOnce = 1_000;

export const createPlanningStore = (database: Connections & { readonly reports: Connections }) => ({
  insert: (tx: Transaction, planning: Planning): void => {
    insertRows(tx, rows, [planning]);
  },
  update: (tx: Transaction, planning: Planning): void => {
    updateRows(tx, rows, [planning]);
  },
  findMany(sight: Sight, taskIds: readonly string[]): Promise<Planning[]> {
    const [and, values] = andNumbered(isTaskInSight(sight, 'planning.id'), 2);
    return database.query<Planning>(
      `SELECT ${columnsOf(rows)} FROM planning WHERE tenant_id = $1 AND id = ANY($2::uuid[])${and}`,
      [sight.tenantId, taskIds, ...values],
    );
  },
  async find(runner: StatementRunner, taskId: string): Promise<Planning | null> {
    const [found = null] = await runner.query<Planning>(
      `SELECT ${columnsOf(rows)} FROM planning WHERE id = $1`,
      [taskId],
    );
    return found;
  },
  insertCall: (tx: Transaction, call: ModelCall): void => {
    insertRows(tx, calls, [call]);
  },
  /** What a tenant's planning took since midnight, UTC. */
  spentToday: (tenantId: string): Promise<Spent> =>
    sum(database, `tenant_id = $1 AND at >= date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'`, [
      tenantId,
    ]),
  /** Of the last ninety days. */
  counts: (tenantId: string): Promise<SpecialistCounts[]> =>
    database.reports.query<SpecialistCounts>(
      `SELECT planning.agent, count(*) FILTER (WHERE task.revision > 0)::int AS planned,
         count(*) FILTER (WHERE task.revision = 0 AND task.status = 'FAILED')::int AS refused,
         count(*) FILTER (WHERE task.status = 'SUCCEEDED')::int AS succeeded,
         count(*) FILTER (WHERE task.revision > 0 AND task.status IN ('FAILED', 'ROLLED_BACK', 'NEEDS_ATTENTION'))::int AS failed,
         count(*) FILTER (WHERE task.status = 'REJECTED')::int AS rejected,
         coalesce(sum(input_tokens + output_tokens), 0)::float8 AS tokens,
         coalesce(sum(cost_micros), 0)::float8 AS "costMicros"
       FROM planning JOIN task ON task.id = planning.id
       WHERE planning.tenant_id = $1 AND planning.started_at > now() - interval '${windowDays} days'
       GROUP BY planning.agent`,
      [tenantId],
    ),
  /** Forgets what was said to models and by them before; true where more is left. */
  async eraseBefore(days: number): Promise<boolean> {
    const erased = await database.query(
      `UPDATE model_call SET prompt = NULL, answer = NULL WHERE id IN (
         SELECT id FROM model_call WHERE at < now() - $1 * interval '1 day' AND prompt IS NOT NULL
         LIMIT ${erasedAtOnce}) RETURNING id`,
      [days],
    );
    return erased.length === erasedAtOnce;
  },
});

export type PlanningStore = ReturnType<typeof createPlanningStore>;

const sum = async (database: Connections, condition: string, values: readonly unknown[]): Promise<Spent> => {
  const [row] = await database.query<Spent>(
    `SELECT coalesce(sum(input_tokens + output_tokens), 0)::float8 AS tokens,
       coalesce(sum(cost_micros), 0)::float8 AS "costMicros" FROM model_call WHERE ${condition}`,
    values,
  );
  return row ?? { tokens: 0, costMicros: 0 };
};
