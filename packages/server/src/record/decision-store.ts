import type { DecisionOutcome } from '@countersign/shared';
import type { Decision, DecisionContext } from '../domain/decision.ts';
import type { Hold } from '../domain/hold.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Sight } from '../domain/sight.ts';
import type { Database, StatementRunner, Transaction } from '../infra/database.ts';
import { columnsOf, insertRows, without, type Table } from '../infra/rows.ts';
import { tables } from './tables.ts';
import { andNumbered, isTaskInSight } from './in-sight.ts';

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

/** What a claim asks of a decision: what was looked at for it is as large as its plan. */
export type DecidedOnRecord = Omit<RecordedDecision, 'input'>;

export interface DecisionStore {
  insert(tx: Transaction, decisions: readonly RecordedDecision[]): void;
  findDecided(
    tx: StatementRunner,
    keys: readonly { taskId: string; revision: number }[],
  ): Promise<DecidedOnRecord[]>;
  find(
    tx: StatementRunner,
    keys: readonly { taskId: string; revision: number }[],
  ): Promise<RecordedDecision[]>;
  findMany(sight: Sight, keys: readonly { taskId: string; revision: number }[]): Promise<RecordedDecision[]>;
}

const rows: Table<RecordedDecision> = tables.policyDecision;

const ofKeys = (columns: string): string => `SELECT ${columns} FROM policy_decision d
  JOIN unnest($1::uuid[], $2::int[]) AS k(task_id, revision)
    ON d.task_id = k.task_id AND d.revision = k.revision`;
const whole = ofKeys(columnsOf(rows, 'd'));
const decided = ofKeys(columnsOf(without(rows, 'input'), 'd'));

const valuesOf = (keys: readonly { readonly taskId: string; readonly revision: number }[]) => [
  keys.map((key) => key.taskId),
  keys.map((key) => key.revision),
];

export const createDecisionStore = (database: Database): DecisionStore => {
  return {
    insert: (tx, decisions) => insertRows(tx, rows, decisions),
    findDecided: (tx, keys) => tx.query<DecidedOnRecord>(decided, valuesOf(keys)),
    find: (tx, keys) => tx.query<RecordedDecision>(whole, valuesOf(keys)),
    findMany(sight, keys) {
      const [and, values] = andNumbered(isTaskInSight(sight, 'd.task_id'), 3);
      return database.query<RecordedDecision>(`${whole} WHERE d.tenant_id = $3${and}`, [
        ...valuesOf(keys),
        sight.tenantId,
        ...values,
      ]);
    },
  };
};
