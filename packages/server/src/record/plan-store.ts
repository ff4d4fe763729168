import type { Plan, PlanDocument, PlanPresentation } from '../domain/plan.ts';
import type { Sight } from '../domain/sight.ts';
import type { Database, StatementRunner, Transaction } from '../infra/database.ts';
import { columnsOf, insertRows, type Table } from '../infra/rows.ts';
import { canonicalJson } from '../infra/digest.ts';
import { planOutline, type PlanOutline } from '../domain/plan-outline.ts';
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

/** Bytes of rows that are on their way at once, beside one more row. */
const bytesAtOnce = 2 * 1024 * 1024;
/** What a row counts as whose presentation is stored compressed: how large it is, nobody knows before it is read. */
const unknownBytes = bytesAtOnce / 4;

type StoredPlan = Plan & { readonly outline: PlanOutline | null };

const plans: Table<StoredPlan> = tables.plan;

export const outlineOf = ({ document, presentation }: Pick<Plan, 'document' | 'presentation'>): PlanOutline =>
  planOutline(JSON.parse(document) as PlanDocument, presentation);

/** What the gates of the database believed was another plan: then this one is not what was planned. */
const isAsOutlined = (plan: StoredPlan): boolean => {
  if (plan.outline === null) return true;
  try {
    return canonicalJson(outlineOf(plan)) === canonicalJson(plan.outline);
  } catch {
    return false;
  }
};

const readable = (stored: StoredPlan): Plan => {
  const { outline: _, ...plan } = stored;
  const shown = isPresentation(plan.presentation) ? plan : { ...plan, presentation: nothingToShow };
  return isAsOutlined(stored) ? shown : { ...shown, document: '' };
};

export const createPlanStore = (database: Database): PlanStore => {
  const find: PlanStore['find'] = async (tx, keys) => {
    const found = await tx.query<StoredPlan>(
      `SELECT ${columnsOf(plans)} FROM plan JOIN unnest($1::uuid[], $2::int[]) AS k(task_id, revision)
       ON plan.task_id = k.task_id AND plan.revision = k.revision`,
      [keys.map((key) => key.taskId), keys.map((key) => key.revision)],
    );
    return found.map(readable);
  };
  return {
    insert: (tx, made) =>
      insertRows(
        tx,
        plans,
        made.map((plan) => ({ ...plan, outline: tx.cells.encryptsWith() === null ? null : outlineOf(plan) })),
      ),
    find,
    async findFirst(sight, keys) {
      const [and, values] = andNumbered(isTaskInSight(sight, 'plan.task_id'), 3);
      const found = await database.query<StoredPlan>(
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
