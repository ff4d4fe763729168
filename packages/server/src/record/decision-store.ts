import type { DecisionOutcome } from '@countersign/shared';
import type { Decision, DecisionContext } from '../domain/decision.ts';
import type { Hold } from '../domain/hold.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Database, StatementRunner, Transaction } from '../infra/database.ts';
import { columnsOf, insertRows, type Table } from '../infra/rows.ts';
import { tables } from './tables.ts';

/** A decision as it was recorded, with the input that gave it. */
export interface RecordedDecision {
  readonly id: string;
  readonly tenantId: string;
  readonly taskId: string;
  readonly revision: number;
  readonly planHash: string;
  readonly outcome: DecisionOutcome;
  readonly reasons: Decision['reasons'];
  readonly bundleHash: string;
  readonly input: JsonObject;
  readonly inputHash: string;
  readonly context: DecisionContext;
  readonly holds: readonly Hold[];
  readonly decidedAt: Date;
}

export interface DecisionStore {
  insert(tx: Transaction, decisions: readonly RecordedDecision[]): void;
  find(
    tx: StatementRunner,
    keys: readonly { taskId: string; revision: number }[],
  ): Promise<RecordedDecision[]>;
  findMany(
    tenantId: string,
    keys: readonly { taskId: string; revision: number }[],
  ): Promise<RecordedDecision[]>;
}

const rows: Table<RecordedDecision> = tables.policyDecision;

export const createDecisionStore = (database: Database): DecisionStore => {
  const find: DecisionStore['find'] = (tx, keys) =>
    tx.query<RecordedDecision>(
      `SELECT ${columnsOf(rows, 'd')} FROM policy_decision d
       JOIN unnest($1::uuid[], $2::int[]) AS k(task_id, revision)
       ON d.task_id = k.task_id AND d.revision = k.revision`,
      [keys.map((key) => key.taskId), keys.map((key) => key.revision)],
    );
  return {
    insert: (tx, decisions) => insertRows(tx, rows, decisions),
    find,
    findMany: async (tenantId, keys) =>
      (await find(database, keys)).filter((decision) => decision.tenantId === tenantId),
  };
};
