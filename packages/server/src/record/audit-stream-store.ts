import type { StatementRunner } from '../infra/database.ts';
import { columnsOf, only } from '../infra/rows.ts';
import { tables } from './tables.ts';

const columns = columnsOf(
  only(
    tables.event,
    'seq',
    'type',
    'at',
    'tenantId',
    'taskId',
    'actorId',
    'summary',
    'data',
    'digest',
    'traceparent',
  ),
);

/** An entry of the record as receivers outside get it. */
export interface StreamedEntry {
  readonly seq: bigint;
  readonly type: string;
  readonly at: Date;
  readonly tenantId: string;
  readonly taskId: string | null;
  readonly actorId: string | null;
  readonly summary: string;
  readonly data: unknown;
  readonly digest: string;
  readonly traceparent: string | null;
}

/** How much of the record receivers outside have; one process at a time sends to each. */
export const createAuditStreamStore = (database: StatementRunner) => ({
  /** Gives after which entry to go on; null where another process sends to it. */
  async claim(name: string, lease: string, leaseMs: number): Promise<bigint | null> {
    const [row] = await database.query<{ seq: bigint }>(
      `INSERT INTO audit_stream AS s (name, seq, sent_seq, lease, lease_until)
       VALUES ($1, -1, -1, $2::uuid, now() + $3::float8 * interval '1 millisecond')
       ON CONFLICT (name) DO UPDATE SET lease = excluded.lease, lease_until = excluded.lease_until
         WHERE s.lease = excluded.lease OR s.lease_until IS NULL OR s.lease_until < now()
       RETURNING seq`,
      [name, lease, leaseMs],
    );
    return row?.seq ?? null;
  },
  async save(name: string, lease: string, seq: bigint, sentSeq: bigint): Promise<void> {
    await database.query('UPDATE audit_stream SET seq = $3, sent_seq = $4 WHERE name = $1 AND lease = $2', [
      name,
      lease,
      seq,
      sentSeq,
    ]);
  },
  async release(name: string, lease: string): Promise<void> {
    await database.query(
      'UPDATE audit_stream SET lease = NULL, lease_until = NULL WHERE name = $1 AND lease = $2',
      [name, lease],
    );
  },
  /** Of all tenants, in order. */
  read: (after: bigint, to: bigint, limit: number): Promise<StreamedEntry[]> =>
    database.query<StreamedEntry>(
      `SELECT ${columns} FROM event WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT $3`,
      [after, to, limit],
    ),
  /** When the oldest entry happened that was not sent there; null where all were. */
  async oldestUnsent(name: string): Promise<Date | null> {
    const [row] = await database.query<{ at: Date }>(
      `SELECT at FROM event WHERE seq > coalesce((SELECT sent_seq FROM audit_stream WHERE name = $1), -1)
        ORDER BY seq LIMIT 1`,
      [name],
    );
    return row?.at ?? null;
  },
});

export type AuditStreamStore = ReturnType<typeof createAuditStreamStore>;
