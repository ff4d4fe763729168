import type { Database, Transaction } from '../infra/database.ts';
import { columnsOf, type Table } from '../infra/rows.ts';
import { tables } from './tables.ts';
import { turnToAdd } from './turn-to-add.ts';

/** What one person put off or follows. */
export interface TaskMark {
  readonly id: string;
  readonly tenantId: string;
  readonly principalId: string;
  readonly taskId: string;
  readonly isWatching: boolean;
  readonly snoozedUntil: Date | null;
  readonly snoozedRevision: number | null;
  readonly snoozedAt: Date | null;
}

type Marked = Pick<TaskMark, 'id' | 'tenantId' | 'principalId' | 'taskId'>;

export interface TaskMarkStore {
  /** Null takes it back. */
  snooze(tx: Transaction, marked: Marked, until: Date | null, revision: number): void;
  watch(tx: Transaction, marked: Marked, isWatching: boolean): void;
  /** By whoever adds one now: nobody else does before it is committed. */
  countWatched(tx: Transaction, principalId: string): Promise<number>;
  find(principalId: string, taskIds: readonly string[]): Promise<TaskMark[]>;
}

const marks: Table<TaskMark> = tables.taskMark;

/** For WHERE: what the principal `?` has put off of a request `a`, until its time, a new revision or its escalation. */
export const isSnoozed = `EXISTS (SELECT FROM task_mark m WHERE m.principal_id = ?::uuid AND m.task_id = a.task_id
  AND m.snoozed_until > now() AND m.snoozed_revision = a.revision
  AND (a.escalated_at IS NULL OR a.escalated_at < m.snoozed_at))`;

/** For WHERE: whether the principal `?` follows a task of this id. */
export const isWatched = (taskId: string): string =>
  `EXISTS (SELECT FROM task_mark m WHERE m.principal_id = ?::uuid AND m.task_id = ${taskId} AND m.is_watching)`;

export const createTaskMarkStore = (database: Pick<Database, 'query'>): TaskMarkStore => ({
  snooze(tx, { id, tenantId, principalId, taskId }, until, revision) {
    tx.write(
      `INSERT INTO task_mark (id, tenant_id, principal_id, task_id, snoozed_until, snoozed_revision, snoozed_at)
       VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp()) ON CONFLICT (principal_id, task_id) DO UPDATE
       SET snoozed_until = EXCLUDED.snoozed_until, snoozed_revision = EXCLUDED.snoozed_revision, snoozed_at = EXCLUDED.snoozed_at`,
      [id, tenantId, principalId, taskId, until, revision],
    );
  },
  watch(tx, { id, tenantId, principalId, taskId }, isWatching) {
    tx.write(
      `INSERT INTO task_mark (id, tenant_id, principal_id, task_id, is_watching) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (principal_id, task_id) DO UPDATE SET is_watching = EXCLUDED.is_watching`,
      [id, tenantId, principalId, taskId, isWatching],
    );
  },
  async countWatched(tx, principalId) {
    await turnToAdd(tx, 'watched', principalId);
    const [row] = await tx.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM task_mark WHERE principal_id = $1 AND is_watching',
      [principalId],
    );
    return row?.count ?? 0;
  },
  find: (principalId, taskIds) =>
    database.query<TaskMark>(
      `SELECT ${columnsOf(marks)} FROM task_mark WHERE principal_id = $1 AND task_id = ANY($2::uuid[])`,
      [principalId, taskIds],
    ),
});
