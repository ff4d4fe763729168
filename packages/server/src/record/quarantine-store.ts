import type { TaskStatus } from '@countersign/shared';
import { quarantineRule } from '../domain/decision.ts';
import type { Quarantine, TaskSource } from '../domain/source.ts';
import type { Connections, StatementRunner, Transaction } from '../infra/database.ts';
import { columnsOf, insertRows, updateRows, type Table } from '../infra/rows.ts';
import { releaseHeld } from './held-steps.ts';
import { tables } from './tables.ts';
import { turnToAdd } from './turn-to-add.ts';

const rows: Table<Quarantine> = tables.quarantine;

/** Of one tenant: each is looked at for every task that names a source. */
export const mostQuarantines = 500;

/** Tasks that have still to go on. */
const waiting: readonly TaskStatus[] = [
  'PLANNING',
  'AWAITING_APPROVAL',
  'HELD',
  'QUEUED',
  'RUNNING',
  'PAUSED',
];
const mostLookedAt = 2_000;

export interface WaitingTask {
  readonly id: string;
  readonly sources: readonly TaskSource[];
}

export interface QuarantineStore {
  /** Of all tenants. */
  findStanding(): Promise<Quarantine[]>;
  /** Of one tenant, those that stand first, newest first. */
  list(tenantId: string, limit: number): Promise<Quarantine[]>;
  /** Those of a tenant that rest on anything, newest first, 2,000 at most. */
  findWaiting(runner: StatementRunner, tenantId: string): Promise<WaitingTask[]>;
  /** By whoever adds one now: nobody else does before it is committed. */
  countStanding(tx: StatementRunner, tenantId: string): Promise<number>;
  lock(tx: StatementRunner, tenantId: string, id: string): Promise<Quarantine | null>;
  insert(tx: Transaction, quarantine: Quarantine): void;
  update(tx: Transaction, quarantine: Quarantine): void;
  /** Has steps that a quarantine held come after this many milliseconds, a thousand at most. */
  release(tx: Transaction, tenantId: string, afterMs: number): Promise<void>;
  now(tx: StatementRunner): Promise<Date>;
}

export const createQuarantineStore = (
  database: Connections & { readonly reports: Connections },
): QuarantineStore => ({
  findStanding: () =>
    database.query<Quarantine>(
      `SELECT ${columnsOf(rows)} FROM quarantine WHERE released_at IS NULL ORDER BY at`,
    ),
  list: (tenantId, limit) =>
    database.reports.query<Quarantine>(
      `SELECT ${columnsOf(rows)} FROM quarantine WHERE tenant_id = $1
       ORDER BY released_at IS NOT NULL, coalesce(released_at, at) DESC, id LIMIT $2`,
      [tenantId, limit],
    ),
  findWaiting: (runner, tenantId) =>
    runner.query<WaitingTask>(
      `SELECT id, sources FROM task WHERE tenant_id = $1 AND status = ANY($2::task_status[]) AND sources <> '[]'
       ORDER BY id DESC LIMIT ${mostLookedAt}`,
      [tenantId, waiting],
    ),
  async countStanding(tx, tenantId) {
    await turnToAdd(tx, 'quarantines', tenantId);
    const [row] = await tx.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM quarantine WHERE tenant_id = $1 AND released_at IS NULL',
      [tenantId],
    );
    return row?.count ?? 0;
  },
  async lock(tx, tenantId, id) {
    const [found = null] = await tx.query<Quarantine>(
      `SELECT ${columnsOf(rows)} FROM quarantine WHERE tenant_id = $1 AND id = $2 FOR UPDATE`,
      [tenantId, id],
    );
    return found;
  },
  insert: (tx, quarantine) => insertRows(tx, rows, [quarantine]),
  update: (tx, quarantine) => updateRows(tx, rows, [quarantine]),
  release: (tx, tenantId, afterMs) =>
    releaseHeld(tx, { tenantId, platform: null, rules: [quarantineRule] }, afterMs),
  async now(tx) {
    const [row] = await tx.query<{ now: Date }>('SELECT clock_timestamp() AS now');
    if (!row) throw new Error('The database gave no time.');
    return row.now;
  },
});
