import type { Plan, PlanPresentation } from '../domain/plan.ts';
import type { Sight } from '../domain/sight.ts';
import type { Database, StatementRunner, Transaction } from '../infra/database.ts';
import { columnsOf, insertRows, type Table } from '../infra/rows.ts';
import { tables } from './tables.ts';
import { andNumbered, isTaskInSight } from './in-sight.ts';

export interface PlanStore {
  insert(tx: Transaction, plans: readonly Plan[]): void;
  /** One revision of each task. */
  find(tx: StatementRunner, keys: readonly { taskId: string; revision: number }[]): Promise<Plan[]>;
  /**
   * As `find`, of what somebody sees, outside a transaction and in the order of the keys: those that come first and
   * are not too large to be on their way together. Empty where there are none.
   */
  findFirst(sight: Sight, keys: readonly { taskId: string; revision: number }[]): Promise<Plan[]>;
}

/** As far as whoever reads on relies on it; a digest in the plan's document tells whether it is what was planned. */
const isPresentation = (value: unknown): value is PlanPresentation => {
  if (typeof value !== 'object' || value === null) return false;
  const { riskFactors, steps } = value as Partial<Record<keyof PlanPresentation, unknown>>;
  return Array.isArray(riskFactors) && Array.isArray(steps);
};

/** No plan is shown so: each has a step. */
const nothingToShow: PlanPresentation = { riskFactors: [], steps: [] };

const readable = (plan: Plan): Plan =>
  isPresentation(plan.presentation) ? plan : { ...plan, presentation: nothingToShow };

/** Bytes of rows that are on their way at once, beside one more row. */
const bytesAtOnce = 2 * 1024 * 1024;
/** What a row counts as whose presentation is stored compressed: how large it is, nobody knows before it is read. */
const unknownBytes = bytesAtOnce / 4;

const plans: Table<Plan> = tables.plan;

export const createPlanStore = (database: Database): PlanStore => {
  const find: PlanStore['find'] = async (tx, keys) => {
    const found = await tx.query<Plan>(
      `SELECT ${columnsOf(plans)} FROM plan JOIN unnest($1::uuid[], $2::int[]) AS k(task_id, revision)
       ON plan.task_id = k.task_id AND plan.revision = k.revision`,
      [keys.map((key) => key.taskId), keys.map((key) => key.revision)],
    );
    return found.map(readable);
  };
  return {
    insert: (tx, made) => insertRows(tx, plans, made),
    find,
    async findFirst(sight, keys) {
      const [and, values] = andNumbered(isTaskInSight(sight, 'plan.task_id'), 3);
      const found = await database.query<Plan>(
        `SELECT ${columnsOf(plans, 'found')} FROM (
           SELECT plan.*, k.place, sum(CASE WHEN pg_column_compression(plan.presentation) IS NULL
               THEN octet_length(plan.document) + pg_column_size(plan.presentation) ELSE ${unknownBytes} END)
             OVER (ORDER BY k.place ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS bytes_before
           FROM unnest($1::uuid[], $2::int[]) WITH ORDINALITY AS k(task_id, revision, place)
           JOIN plan ON plan.task_id = k.task_id AND plan.revision = k.revision
           WHERE plan.tenant_id = $3${and}) AS found
         WHERE coalesce(bytes_before, 0) < ${bytesAtOnce} ORDER BY place`,
        [keys.map((key) => key.taskId), keys.map((key) => key.revision), sight.tenantId, ...values],
      );
      return found.map(readable);
    },
  };
};
