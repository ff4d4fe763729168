import type { SeenTargets } from '../domain/target-watch.ts';
import type { Database } from '../infra/database.ts';
import { isNoDecoy } from './no-decoys.ts';

/** A request whose targets are to be looked at now. */
export interface DueWatch {
  readonly approvalId: string;
  readonly tenantId: string;
  readonly taskId: string;
  readonly revision: number;
  readonly isStale: boolean;
  readonly seen: SeenTargets;
}

/** What was due, and whether there may be more of it. */
export interface DueWatches {
  readonly due: readonly DueWatch[];
  readonly isFull: boolean;
}

/** When the targets of what waits for people are looked at. */
export interface WatchStore {
  /**
   * Takes in what waits and is not watched yet, a thousand at most: it is due `againAfterMs` after it was asked. Reads all
   * that waits, and so is for now and then. Gives whether there may be more.
   */
  enrol(terms: WatchTerms): Promise<boolean>;
  /**
   * Those that have waited longest, for this process alone: they are due again after `againAfterMs`. It reads so many as
   * it takes, however many there are, and forgets those of them that wait no more.
   */
  takeDue(limit: number, terms: WatchTerms): Promise<DueWatches>;
  keepSeen(approvalId: string, seen: SeenTargets): Promise<void>;
  /** Puts the next look off, or brings it forward. */
  lookAgain(approvalIds: readonly string[], afterMs: number): Promise<void>;
}

export interface WatchTerms {
  readonly againAfterMs: number;
  readonly beforeRevision: number;
}

const enrolledAtOnce = 1_000;

/** Of a task `t` and a request `a`. */
const waits = `t.status IN ('AWAITING_APPROVAL', 'HELD') AND a.status IN ('PENDING', 'APPROVED')`;

export const createWatchStore = (database: Pick<Database, 'query'>): WatchStore => ({
  async enrol({ againAfterMs, beforeRevision }) {
    const made = await database.query(
      `INSERT INTO target_watch (approval_id, tenant_id, due_at)
       SELECT a.id, a.tenant_id, a.created_at + $2 * interval '1 millisecond'
       FROM task t JOIN approval_request a ON a.task_id = t.id AND a.revision = t.revision
       WHERE ${waits} AND a.revision < $3 AND ${isNoDecoy('t.id')}
         AND NOT EXISTS (SELECT FROM target_watch w WHERE w.approval_id = a.id)
       LIMIT $1 ON CONFLICT DO NOTHING RETURNING approval_id`,
      [enrolledAtOnce, againAfterMs, beforeRevision],
    );
    return made.length === enrolledAtOnce;
  },

  async takeDue(limit, { againAfterMs, beforeRevision }) {
    const rows = await database.query<DueWatch | { readonly taskId: null }>(
      `WITH due AS (
         SELECT approval_id, due_at FROM target_watch WHERE due_at <= now()
         ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED),
       waiting AS (
         SELECT a.id, a.tenant_id, a.task_id, a.revision, a.stale_since IS NOT NULL AS is_stale
         FROM due JOIN approval_request a ON a.id = due.approval_id
         JOIN task t ON t.id = a.task_id AND t.revision = a.revision
         WHERE ${waits} AND a.revision < $3),
       taken AS (
         UPDATE target_watch w SET due_at = now() + $2 * interval '1 millisecond'
         FROM waiting WHERE w.approval_id = waiting.id RETURNING w.approval_id, w.seen),
       ended AS (
         DELETE FROM target_watch w USING due
         WHERE w.approval_id = due.approval_id AND due.approval_id NOT IN (SELECT id FROM waiting))
       SELECT due.approval_id AS "approvalId", tenant_id AS "tenantId", task_id AS "taskId", revision,
         is_stale AS "isStale", seen
       FROM due LEFT JOIN (waiting JOIN taken ON taken.approval_id = waiting.id) ON waiting.id = due.approval_id
       ORDER BY due.due_at`,
      [limit, againAfterMs, beforeRevision],
    );
    const due = rows.filter((row): row is DueWatch => row.taskId !== null);
    return { due, isFull: rows.length === limit };
  },

  async keepSeen(approvalId, seen) {
    await database.query('UPDATE target_watch SET seen = $2 WHERE approval_id = $1', [
      approvalId,
      JSON.stringify(seen),
    ]);
  },

  async lookAgain(approvalIds, afterMs) {
    await database.query(
      `UPDATE target_watch SET due_at = now() + $2 * interval '1 millisecond' WHERE approval_id = ANY($1::uuid[])`,
      [approvalIds, afterMs],
    );
  },
});
