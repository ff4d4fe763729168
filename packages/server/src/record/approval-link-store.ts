import type { ApprovalLink } from '../domain/approval-link.ts';
import type { Database, Transaction } from '../infra/database.ts';
import { columnsOf, insertRows, type Table } from '../infra/rows.ts';
import { tables } from './tables.ts';
import { turnToAdd } from './turn-to-add.ts';

export interface ApprovalLinkStore {
  insert(tx: Transaction, link: ApprovalLink): void;
  find(id: string): Promise<ApprovalLink | null>;
  /** Not used and not over, of one revision of a task; nobody adds another until the transaction ends. */
  countOpen(tx: Transaction, taskId: string, revision: number): Promise<{ count: number; now: Date }>;
  /** Which of these can be used, nobody else's until the transaction ends. */
  lockOpen(tx: Transaction, ids: readonly string[]): Promise<Set<string>>;
  use(tx: Transaction, ids: readonly string[]): void;
}

const links: Table<ApprovalLink> = tables.approvalLink;

export const createApprovalLinkStore = (database: Database): ApprovalLinkStore => ({
  insert: (tx, link) => insertRows(tx, links, [link]),
  async find(id) {
    const rows = await database.query<ApprovalLink>(
      `SELECT ${columnsOf(links)} FROM approval_link WHERE id = $1`,
      [id],
    );
    return rows[0] ?? null;
  },
  async countOpen(tx, taskId, revision) {
    await turnToAdd(tx, 'approval links', taskId);
    const rows = await tx.query<{ count: number; now: Date }>(
      `SELECT count(*)::int AS count, now() AS now FROM approval_link
       WHERE task_id = $1 AND revision = $2 AND used_at IS NULL AND expires_at > now()`,
      [taskId, revision],
    );
    return rows[0] ?? { count: 0, now: new Date(0) };
  },
  async lockOpen(tx, ids) {
    if (ids.length === 0) return new Set();
    const rows = await tx.query<{ id: string }>(
      `SELECT id FROM approval_link WHERE id = ANY($1::uuid[]) AND used_at IS NULL AND expires_at > now()
       ORDER BY id FOR UPDATE`,
      [ids],
    );
    return new Set(rows.map(({ id }) => id));
  },
  use(tx, ids) {
    if (ids.length > 0)
      tx.write('UPDATE approval_link SET used_at = clock_timestamp() WHERE id = ANY($1::uuid[])', [ids]);
  },
});
