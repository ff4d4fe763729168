import type { StatementRunner, Transaction } from '../infra/database.ts';
import { columnsOf, placesOf, type Table } from '../infra/rows.ts';
import { tables } from './tables.ts';

/** What a file of the archive, `TENANT/NUMBER-HASH.jsonl`, is encrypted as: its hash is known once it is written. */
export const encryptedAs = (fileName: string): string => `audit-archive/${fileName.replace(/-[^/]*$/, '')}`;

/** Every file that stands for entries. */
export const findArchiveFiles = async (runner: StatementRunner): Promise<readonly string[]> => {
  const rows = await runner.query<{ fileName: string }>(
    `SELECT DISTINCT ON (tenant_id, number) file_name AS "fileName" FROM audit_archive ORDER BY tenant_id, number, revision DESC`,
  );
  return rows.map(({ fileName }) => fileName);
};

/** Entries of a tenant's record that are in a file. */
export interface Archive {
  readonly tenantId: string;
  readonly number: number;
  readonly revision: number;
  readonly fromSize: bigint;
  readonly size: bigint;
  readonly fromSeq: bigint;
  readonly toSeq: bigint;
  readonly root: string;
  readonly fileName: string;
  readonly fileHash: string;
  readonly bytes: bigint;
  readonly at: Date;
  readonly process: string;
  readonly keyId: string;
  readonly signature: string;
}

const archives: Table<Archive> = tables.auditArchive;

/** Of each number the newest file, in order: those that hold what comes after a place. */
export const archivesAfter = (
  runner: StatementRunner,
  tenantId: string,
  seq: bigint,
  limit: number,
): Promise<Archive[]> =>
  runner.query<Archive>(
    `SELECT DISTINCT ON (number) ${columnsOf(archives)} FROM audit_archive
      WHERE tenant_id = $1 AND to_seq > $2 ORDER BY number, revision DESC LIMIT $3`,
    [tenantId, seq, limit],
  );

/** Null where nothing was archived. */
export const lastArchive = async (runner: StatementRunner, tenantId: string): Promise<Archive | null> => {
  const [row] = await runner.query<Archive>(
    `SELECT ${columnsOf(archives)} FROM audit_archive
      WHERE tenant_id = $1 ORDER BY number DESC, revision DESC LIMIT 1`,
    [tenantId],
  );
  return row ?? null;
};

/** @throws where the database knows of a reason against it: its guard says which */
export const insertArchive = (tx: Transaction, archive: Archive): void => {
  const keys = Object.keys(archives.columns);
  tx.write(
    `INSERT INTO audit_archive (${placesOf(archives)}) VALUES (${keys.map((_, at) => `$${at + 1}`).join(', ')})`,
    keys.map((key) => archive[key as keyof Archive]),
  );
};

/** Whether the log still holds entries that are in the archive's file. */
export const isInLog = async (
  runner: StatementRunner,
  { tenantId, fromSeq, toSeq }: Pick<Archive, 'tenantId' | 'fromSeq' | 'toSeq'>,
): Promise<boolean> => {
  const rows = await runner.query(
    'SELECT 1 FROM event WHERE tenant_id = $1 AND seq BETWEEN $2 AND $3 LIMIT 1',
    [tenantId, fromSeq, toSeq],
  );
  return rows.length > 0;
};

/** Takes so many of its entries out of the log; gives how many it did. */
export const removeArchived = async (
  runner: StatementRunner,
  { tenantId, number }: Pick<Archive, 'tenantId' | 'number'>,
  most: number,
): Promise<number> => {
  const [row] = await runner.query<{ removed: number }>(
    'SELECT remove_archived_events($1, $2, $3) AS removed',
    [tenantId, number, most],
  );
  return row?.removed ?? 0;
};

/** Up to where everybody has read the log who reads it onwards: counts, notices, webhooks. Null where nobody does. */
export const readTo = async (runner: StatementRunner, tenantId: string): Promise<bigint | null> => {
  const [row] = await runner.query<{ seq: bigint | null }>(
    `SELECT least((SELECT min(seq) FROM notice_cursor), (SELECT min(seq) FROM track_cursor),
              (SELECT min(cursor) FROM webhook WHERE tenant_id = $1 AND disabled_at IS NULL)) AS seq`,
    [tenantId],
  );
  return row?.seq ?? null;
};

/** What administrators see of it. */
export interface ArchiveTotals {
  readonly archives: number;
  readonly entries: bigint;
  readonly bytes: bigint;
}

export const archiveTotals = async (runner: StatementRunner, tenantId: string): Promise<ArchiveTotals> => {
  const [row] = await runner.query<ArchiveTotals>(
    `SELECT count(*)::int AS archives, coalesce(max(size), 0) AS entries,
            coalesce(sum(bytes), 0)::bigint AS bytes
       FROM (SELECT DISTINCT ON (number) size, bytes FROM audit_archive
              WHERE tenant_id = $1 ORDER BY number, revision DESC) AS newest`,
    [tenantId],
  );
  return row ?? { archives: 0, entries: 0n, bytes: 0n };
};

/** What was archived before a task began holds nothing of it: the place after that. */
export const archivedBefore = async (
  runner: StatementRunner,
  tenantId: string,
  taskId: string,
): Promise<bigint> => {
  const [row] = await runner.query<{ seq: bigint }>(
    `SELECT coalesce(max(a.to_seq) + 1, 0) AS seq FROM audit_archive a
       JOIN audit_seal s ON s.tenant_id = a.tenant_id AND s.size = a.size
      WHERE a.tenant_id = $1 AND s.at < (SELECT created_at FROM task WHERE tenant_id = $1 AND id = $2)`,
    [tenantId, taskId],
  );
  return row?.seq ?? 0n;
};

/** Of these files, those that stand for an archive now. */
export const namedFiles = async (
  runner: StatementRunner,
  tenantId: string,
  fileNames: readonly string[],
): Promise<ReadonlySet<string>> => {
  const rows = await runner.query<{ name: string }>(
    `SELECT file_name AS name FROM audit_archive a WHERE tenant_id = $1 AND file_name = ANY($2::text[])
        AND NOT EXISTS (SELECT FROM audit_archive n WHERE n.tenant_id = a.tenant_id AND n.number = a.number
                          AND n.revision > a.revision)`,
    [tenantId, fileNames],
  );
  return new Set(rows.map(({ name }) => name));
};
