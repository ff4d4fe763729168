import type { Risk } from '@countersign/shared';
import type { Plan, PlanPresentation } from '../domain/plan.ts';
import type { Database, StatementRunner, Transaction } from '../infra/database.ts';
import { insertRows } from '../infra/rows.ts';

export interface PlanStore {
  insert(tx: Transaction, plans: readonly Plan[]): void;
  /** One revision of each task. */
  find(tx: StatementRunner, keys: readonly { taskId: string; revision: number }[]): Promise<Plan[]>;
  /**
   * As `find`, of one tenant, outside a transaction and in the order of the keys: those that come first and
   * are not too large to be on their way together. Empty where there are none.
   */
  findFirst(tenantId: string, keys: readonly { taskId: string; revision: number }[]): Promise<Plan[]>;
}

interface PlanRow {
  id: string;
  tenant_id: string;
  task_id: string;
  revision: number;
  hash: string;
  document: string;
  presentation: unknown;
  summary: string;
  risk: Risk;
  created_at: Date;
}

/** As far as whoever reads on relies on it; a digest in the plan's document tells whether it is what was planned. */
const isPresentation = (value: unknown): value is PlanPresentation => {
  if (typeof value !== 'object' || value === null) return false;
  const { riskFactors, steps } = value as Partial<Record<keyof PlanPresentation, unknown>>;
  return Array.isArray(riskFactors) && Array.isArray(steps);
};

/** No plan is shown so: each has a step. */
const nothingToShow: PlanPresentation = { riskFactors: [], steps: [] };

const toPlan = (row: PlanRow): Plan => ({
  id: row.id,
  tenantId: row.tenant_id,
  taskId: row.task_id,
  revision: row.revision,
  hash: row.hash,
  document: row.document,
  presentation: isPresentation(row.presentation) ? row.presentation : nothingToShow,
  summary: row.summary,
  risk: row.risk,
  createdAt: row.created_at,
});

/** Bytes of rows that are on their way at once, beside one more row. */
const bytesAtOnce = 2 * 1024 * 1024;
/** What a row counts as whose presentation is stored compressed: how large it is, nobody knows before it is read. */
const unknownBytes = bytesAtOnce / 4;

export const createPlanStore = (database: Database): PlanStore => {
  const find: PlanStore['find'] = async (tx, keys) => {
    const rows = await tx.query<PlanRow>(
      `SELECT plan.* FROM plan JOIN unnest($1::uuid[], $2::int[]) AS k(task_id, revision)
       ON plan.task_id = k.task_id AND plan.revision = k.revision`,
      [keys.map((key) => key.taskId), keys.map((key) => key.revision)],
    );
    return rows.map(toPlan);
  };
  return {
    insert: (tx, plans) =>
      insertRows(
        tx,
        'plan',
        plans.map((plan) => ({
          id: plan.id,
          tenant_id: plan.tenantId,
          task_id: plan.taskId,
          revision: plan.revision,
          hash: plan.hash,
          document: plan.document,
          presentation: plan.presentation,
          summary: plan.summary,
          risk: plan.risk,
          created_at: plan.createdAt,
        })),
      ),
    find,
    async findFirst(tenantId, keys) {
      const rows = await database.query<PlanRow>(
        `SELECT * FROM (
           SELECT plan.*, k.place, sum(CASE WHEN pg_column_compression(plan.presentation) IS NULL
               THEN octet_length(plan.document) + pg_column_size(plan.presentation) ELSE ${unknownBytes} END)
             OVER (ORDER BY k.place ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS bytes_before
           FROM unnest($1::uuid[], $2::int[]) WITH ORDINALITY AS k(task_id, revision, place)
           JOIN plan ON plan.task_id = k.task_id AND plan.revision = k.revision
           WHERE plan.tenant_id = $3) AS found
         WHERE coalesce(bytes_before, 0) < ${bytesAtOnce} ORDER BY place`,
        [keys.map((key) => key.taskId), keys.map((key) => key.revision), tenantId],
      );
      return rows.map(toPlan);
    },
  };
};
