import type { Entry, Head } from '@countersign/audit/verify-audit';
import type { StatementRunner, Transaction } from '../infra/database.ts';
import { columnsOf, placesOf, type Table } from '../infra/rows.ts';
import { safeHorizon } from './event-store.ts';
import { tables } from './tables.ts';

/** A seal as it is kept. */
export interface Seal {
  readonly tenantId: string;
  readonly size: bigint;
  readonly fromSeq: bigint;
  readonly toSeq: bigint;
  readonly root: string;
  readonly prevRoot: string;
  readonly leaves: Buffer;
  readonly subtrees: readonly string[];
  readonly at: Date;
  readonly keyId: string;
  readonly signature: string;
}

/** Events of one tenant that are to be sealed together: their leaves, in order. */
export interface Cut {
  readonly tenantId: string;
  readonly fromSeq: bigint;
  readonly toSeq: bigint;
  readonly leaves: Buffer;
}

export interface SealBacklog {
  /** When the oldest event happened that no seal holds; null where there is none. */
  readonly oldestAt: Date | null;
}

const seals: Table<Seal> = tables.auditSeal;
const columns = columnsOf(seals);

export const headOf = (seal: Seal): Head => ({
  tenantId: seal.tenantId,
  from: String(seal.fromSeq),
  to: String(seal.toSeq),
  size: Number(seal.size),
  root: seal.root,
  prevRoot: seal.prevRoot,
  time: seal.at.toISOString(),
  keyId: seal.keyId,
  signature: seal.signature,
});

/** Any number that nobody else takes: one process seals at a time. */
const sealingLock = 7_302_027;

/** Until the transaction ends, once no other process seals. */
export const waitForSealing = async (tx: StatementRunner): Promise<true> => {
  await tx.query('SELECT pg_advisory_xact_lock($1)', [sealingLock]);
  return true;
};

/** As waitForSealing, but false where another process seals just now. */
export const lockSealing = async (tx: StatementRunner): Promise<boolean> => {
  const [row] = await tx.query<{ isOurs: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS "isOurs"', [
    sealingLock,
  ]);
  return row?.isOurs ?? false;
};

/** All that was sealed ends at one place for all tenants: each cut goes through the log as it stands. */
const sealedTo = '(SELECT coalesce(max(to_seq), -1) FROM audit_seal)';

/** What comes next, up to the horizon: below it nothing can appear any more. Hashed where it lies. */
export const cutEvents = (tx: StatementRunner, limit: number, perSeal: number): Promise<Cut[]> =>
  tx.query<Cut>(
    `WITH cut AS (
       SELECT seq, tenant_id, digest FROM event WHERE seq > ${sealedTo} AND seq < ${safeHorizon}
        ORDER BY seq LIMIT $1),
     placed AS (
       SELECT *, (row_number() OVER (PARTITION BY tenant_id ORDER BY seq) - 1) / $2::int AS part FROM cut)
     SELECT tenant_id AS "tenantId", min(seq) AS "fromSeq", max(seq) AS "toSeq",
            string_agg(sha256('\\x00'::bytea || convert_to(seq || ':' || digest, 'UTF8')), ''::bytea
                       ORDER BY seq) AS leaves
       FROM placed GROUP BY tenant_id, part ORDER BY tenant_id, part`,
    [limit, perSeal],
  );

/** The newest of each of these tenants. */
export const lastSeals = (tx: StatementRunner, tenantIds: readonly string[]): Promise<Seal[]> =>
  tx.query<Seal>(
    `SELECT ${columnsOf(seals, 's')} FROM unnest($1::uuid[]) AS t(id)
      CROSS JOIN LATERAL (SELECT * FROM audit_seal WHERE tenant_id = t.id ORDER BY size DESC LIMIT 1) s`,
    [tenantIds],
  );

export const insertSeal = (tx: Transaction, seal: Seal): void => {
  tx.write(
    `INSERT INTO audit_seal (${placesOf(seals)}) VALUES (${Object.keys(seals.columns)
      .map((_, at) => `$${at + 1}`)
      .join(', ')})`,
    Object.keys(seals.columns).map((key) => seal[key as keyof Seal]),
  );
};

export const readBacklog = async (tx: StatementRunner): Promise<SealBacklog> => {
  const [row] = await tx.query<{ at: Date }>(
    `SELECT at FROM event WHERE seq > ${sealedTo} ORDER BY seq LIMIT 1`,
  );
  return { oldestAt: row?.at ?? null };
};

/** Whether the tree of a tenant has had this root at this size. */
export const hasHead = async (
  tx: StatementRunner,
  { tenantId, size, root }: Pick<Head, 'tenantId' | 'size' | 'root'>,
): Promise<boolean> => {
  const rows = await tx.query('SELECT 1 FROM audit_seal WHERE tenant_id = $1 AND size = $2 AND root = $3', [
    tenantId,
    size,
    root,
  ]);
  return rows.length > 0;
};

/** Of one tenant, in order. */
export const sealsAfter = (
  tx: StatementRunner,
  tenantId: string,
  size: bigint,
  limit: number,
): Promise<Seal[]> =>
  tx.query<Seal>(
    `SELECT ${columns} FROM audit_seal WHERE tenant_id = $1 AND size > $2 ORDER BY size LIMIT $3`,
    [tenantId, size, limit],
  );

/** The seal after which the tree had this size; null where there is none. */
export const sealOfSize = async (
  tx: StatementRunner,
  tenantId: string,
  size: bigint,
): Promise<Seal | null> => {
  const [seal] = await tx.query<Seal>(
    `SELECT ${columns} FROM audit_seal WHERE tenant_id = $1 AND size = $2`,
    [tenantId, size],
  );
  return seal ?? null;
};

/** The seal that holds an event, and the one before it, which says what was in the tree then; the newest first. */
export const sealAround = (tx: StatementRunner, tenantId: string, seq: bigint): Promise<Seal[]> =>
  tx.query<Seal>(
    `SELECT ${columns} FROM audit_seal
      WHERE tenant_id = $1 AND size <= (SELECT min(size) FROM audit_seal WHERE tenant_id = $1 AND to_seq >= $2)
      ORDER BY size DESC LIMIT 2`,
    [tenantId, seq],
  );

export interface EntryQuery {
  readonly tenantId: string;
  readonly from: bigint;
  readonly to: bigint;
  readonly taskId?: string;
  /** Only those of which what they said can still be erased. */
  readonly areErasable?: boolean;
  readonly type?: string;
  readonly limit: number;
}

interface EntryRow extends Omit<Entry, 'seq' | 'at' | 'summary' | 'data' | 'salt' | 'payloadHash'> {
  readonly seq: bigint;
  readonly at: Date;
  readonly summary: string;
  readonly data: unknown;
  readonly salt: string | null;
  readonly payloadHash: string | null;
}

/** Events as evidence, in order. */
export const readEntries = async (
  tx: StatementRunner,
  { tenantId, from, to, taskId, areErasable = false, type, limit }: EntryQuery,
): Promise<Entry[]> => {
  const rows = await tx.query<EntryRow>(
    `SELECT seq, type, at, task_id AS "taskId", actor_id AS "actorId", traceparent, summary, data, salt,
            payload_hash AS "payloadHash"
       FROM event WHERE tenant_id = $1 AND seq BETWEEN $2 AND $3 AND ($4::uuid IS NULL OR task_id = $4)
        AND (NOT $5::boolean OR salt IS NOT NULL AND type <> 'audit.erased')
        AND ($6::text IS NULL OR type = $6)
      ORDER BY seq LIMIT $7`,
    [tenantId, from, to, taskId ?? null, areErasable, type ?? null, limit],
  );
  return rows.map(({ seq, at, summary, data, salt, payloadHash, ...header }) => ({
    seq: String(seq),
    ...header,
    at: at.toISOString(),
    ...(payloadHash === null ? { summary, data, ...(salt === null ? {} : { salt }) } : { payloadHash }),
  }));
};

/** Takes out what these events said, each once; gives those of which it did. */
export const eraseEvents = async (
  tx: StatementRunner,
  tenantId: string,
  hashes: ReadonlyMap<bigint, string>,
): Promise<readonly bigint[]> => {
  const [row] = await tx.query<{ erased: readonly bigint[] }>(
    'SELECT erase_events($1, $2::bigint[], $3::text[]) AS erased',
    [tenantId, [...hashes.keys()], [...hashes.values()]],
  );
  return row?.erased ?? [];
};
