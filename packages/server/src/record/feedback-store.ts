import type { Feedback } from '../domain/feedback.ts';
import type { Sight } from '../domain/sight.ts';
import type { StatementRunner, Transaction } from '../infra/database.ts';
import { columnsOf, insertRows, type Table } from '../infra/rows.ts';
import { tables } from './tables.ts';
import { andNumbered, isRowInSight, isTaskInSight } from './in-sight.ts';

const rows: Table<Feedback> = tables.feedback;

/** On one task at most, of all who said something; each says it 20 times at most. */
const mostShown = 200;

/** What people and agents said of what tasks came to. */
export const feedbackStore = {
  insert: (tx: Transaction, said: readonly Feedback[]) => insertRows(tx, rows, said),
  /** Of these tasks, the newest first. */
  find(runner: StatementRunner, sight: Sight, taskIds: readonly string[]): Promise<Feedback[]> {
    const [and, values] = andNumbered(isTaskInSight(sight, 't.id'), 2);
    return runner.query<Feedback>(
      `SELECT ${columnsOf(rows, 'f')} FROM unnest($2::uuid[]) AS t(id) CROSS JOIN LATERAL (
         SELECT * FROM feedback WHERE task_id = t.id AND tenant_id = $1 ORDER BY at DESC, id DESC LIMIT ${mostShown}) f
       WHERE true${and} ORDER BY f.at DESC, f.id DESC`,
      [sight.tenantId, taskIds, ...values],
    );
  },
  findOf: (tx: StatementRunner, taskId: string, principalId: string): Promise<Feedback[]> =>
    tx.query<Feedback>(
      `SELECT ${columnsOf(rows)} FROM feedback WHERE task_id = $1 AND principal_id = $2 ORDER BY at DESC, id DESC`,
      [taskId, principalId],
    ),
  /** About what somebody submitted, the newest first; what was said anew is left out. */
  findAbout(runner: StatementRunner, sight: Sight, submitterId: string, limit: number): Promise<Feedback[]> {
    const [and, values] = andNumbered(isRowInSight(sight, 'task'), 3);
    return runner.query<Feedback>(
      `SELECT ${columnsOf(rows, 'f')} FROM (
         SELECT DISTINCT ON (feedback.task_id, feedback.principal_id) feedback.* FROM feedback
           JOIN (SELECT id FROM task WHERE tenant_id = $1 AND submitted_by_id = $2${and} ORDER BY id DESC LIMIT 1000) t
             ON t.id = feedback.task_id
          ORDER BY feedback.task_id, feedback.principal_id, feedback.at DESC, feedback.id DESC) f
       ORDER BY f.at DESC, f.id DESC LIMIT $3`,
      [sight.tenantId, submitterId, limit, ...values],
    );
  },
};
