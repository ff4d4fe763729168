import type { SourceTrust } from '@countersign/shared';
import type { DataSet, Provenance } from '../domain/asset.ts';
import type { Connections, StatementRunner, Transaction } from '../infra/database.ts';
import { columnsOf, insertRows, type Table } from '../infra/rows.ts';
import { tables } from './tables.ts';

/** That data was taken in, and what it changed. */
export interface DataImport {
  readonly id: string;
  readonly tenantId: string;
  readonly dataSet: DataSet;
  readonly source: string;
  readonly format: string;
  readonly trust: SourceTrust;
  /** Of the file. */
  readonly rows: number;
  readonly added: number;
  readonly changed: number;
  readonly retired: number;
  readonly at: Date;
  /** Null where a job read it from a platform. */
  readonly byId: string | null;
}

const rows: Table<DataImport> = tables.dataImport;

export const provenanceOf = ({ id, source, at, byId, trust }: DataImport): Provenance => ({
  importId: id,
  source,
  importedAt: at,
  importedById: byId,
  trust,
});

/** The newest of each source, newest first; of one data set, or of all. */
export const newestImports = (
  runner: StatementRunner,
  tenantId: string,
  { dataSet, source, at }: { readonly dataSet?: DataSet; readonly source?: string; readonly at?: Date },
): Promise<DataImport[]> =>
  runner.query<DataImport>(
    `SELECT * FROM (SELECT DISTINCT ON (data_set, source) ${columnsOf(rows)} FROM data_import
       WHERE tenant_id = $1 AND ($2::data_set IS NULL OR data_set = $2) AND ($3::text IS NULL OR source = $3)
         AND ($4::timestamptz IS NULL OR at <= $4)
       ORDER BY data_set, source, at DESC, id DESC) AS newest ORDER BY at DESC, id DESC LIMIT ${mostSources}`,
    [tenantId, dataSet ?? null, source ?? null, at ?? null],
  );

/** Of one tenant: each is looked at for each question. */
export const mostSources = 200;

export interface ImportStore {
  newest(tenantId: string, of: Parameters<typeof newestImports>[2]): Promise<DataImport[]>;
  findMany(tenantId: string, ids: readonly string[]): Promise<DataImport[]>;
  /** Newest first. */
  list(tenantId: string, limit: number, after: string | null): Promise<DataImport[]>;
}

export const createImportStore = (database: { readonly reports: Connections }): ImportStore => ({
  newest: (tenantId, of) => newestImports(database.reports, tenantId, of),
  findMany: (tenantId, ids) =>
    database.reports.query<DataImport>(
      `SELECT ${columnsOf(rows)} FROM data_import WHERE tenant_id = $1 AND id = ANY($2::uuid[])`,
      [tenantId, ids],
    ),
  list: (tenantId, limit, after) =>
    database.reports.query<DataImport>(
      `SELECT ${columnsOf(rows)} FROM data_import WHERE tenant_id = $1 AND ($2::uuid IS NULL OR id < $2)
       ORDER BY id DESC LIMIT $3`,
      [tenantId, after, limit],
    ),
});

/**
 * One import of a tenant after the other, so that what is committed is in the order of its moments; gives the moment of
 * this one.
 */
export const beginImport = async (tx: StatementRunner, tenantId: string): Promise<Date> => {
  await tx.query("SELECT pg_advisory_xact_lock(hashtextextended('data_import' || $1, 0))", [tenantId]);
  const [row] = await tx.query<{ now: Date }>("SELECT date_trunc('milliseconds', clock_timestamp()) AS now");
  if (!row) throw new Error('The database gave no time.');
  return row.now;
};

export const countSources = async (tx: StatementRunner, tenantId: string): Promise<number> => {
  const [row] = await tx.query<{ count: number }>(
    'SELECT count(DISTINCT (data_set, source))::int AS count FROM data_import WHERE tenant_id = $1',
    [tenantId],
  );
  return row?.count ?? 0;
};

export const insertImport = (tx: Transaction, made: DataImport): void => {
  insertRows(tx, rows, [made]);
};
