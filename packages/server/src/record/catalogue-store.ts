import type { JsonObject } from '../domain/json.ts';
import type { Connections, Transaction } from '../infra/database.ts';
import { columnsOf, insertRows, type Table } from '../infra/rows.ts';
import { counted } from './conditions.ts';
import { tables } from './tables.ts';
import { behindRow } from './place-in-list.ts';

/** One entry of an imported catalogue. */
export interface StoredEntry {
  readonly id: string;
  readonly tenantId: string;
  readonly importId: string;
  readonly externalId: string;
  readonly name: string;
  readonly at: Date | null;
  readonly data: JsonObject;
}

const rows: Table<StoredEntry> = tables.catalogueEntry;

/** Of each source, the entries of so many imports are kept, so that what was cited opens. */
const keptImports = 5;

export interface EntryQuery {
  readonly search?: string | undefined;
  readonly externalIds?: readonly string[] | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

export interface CatalogueStore {
  /** Newest first, then by id. */
  find(
    importIds: readonly string[],
    query: EntryQuery,
    limit: number,
    after?: string | null,
  ): Promise<StoredEntry[]>;
  /** `most` for so many and more. */
  count(importIds: readonly string[], query: EntryQuery, most: number): Promise<number>;
}

const conditionsOf = (importIds: readonly string[], { search, externalIds, from, to }: EntryQuery) => {
  const values: unknown[] = [importIds];
  const value = (one: unknown): string => `$${values.push(one)}`;
  const all = ['e.import_id = ANY($1::uuid[])'];
  if (search)
    all.push(
      `position(lower(${value(search)}) IN lower(concat_ws(' ', e.external_id, e.name, e.data::text))) > 0`,
    );
  if (externalIds) all.push(`e.external_id = ANY(${value(externalIds)}::text[])`);
  if (from) all.push(`e.at >= ${value(from)}`);
  if (to) all.push(`e.at < ${value(to)}`);
  return { text: all.join(' AND '), values };
};

export const createCatalogueStore = (database: { readonly reports: Connections }): CatalogueStore => ({
  find(importIds, query, limit, after) {
    const { text, values } = conditionsOf(importIds, query);
    const place = "(coalesce(e.at, '-infinity'), e.id)";
    const from = after
      ? `AND ${place} < (SELECT coalesce(l.at, '-infinity'), l.id FROM catalogue_entry l WHERE l.import_id = ANY($1::uuid[]) AND l.id = $${values.push(after)})`
      : '';
    const page = database.reports.query<StoredEntry>(
      `SELECT ${columnsOf(rows, 'e')} FROM catalogue_entry e WHERE ${text} ${from}
       ORDER BY coalesce(e.at, '-infinity') DESC, e.id DESC LIMIT $${values.push(limit)}`,
      values,
    );
    return behindRow(after ?? null, page, () =>
      database.reports.query('SELECT FROM catalogue_entry WHERE import_id = ANY($1::uuid[]) AND id = $2', [
        importIds,
        after,
      ]),
    );
  },
  async count(importIds, query, most) {
    const { text, values } = conditionsOf(importIds, query);
    const [row] = await database.reports.query<{ count: number }>(
      counted(`SELECT FROM catalogue_entry e WHERE ${text}`, `$${values.push(most)}`),
      values,
    );
    return row?.count ?? 0;
  },
});

export const insertEntries = (tx: Transaction, entries: readonly StoredEntry[]): void => {
  insertRows(tx, rows, entries);
};

export const forgetOldEntries = (
  tx: Transaction,
  tenantId: string,
  dataSet: string,
  source: string,
): void => {
  tx.write(
    `DELETE FROM catalogue_entry WHERE import_id IN (
       SELECT id FROM data_import WHERE tenant_id = $1 AND data_set = $2::data_set AND source = $3
        ORDER BY at DESC, id DESC OFFSET ${keptImports})`,
    [tenantId, dataSet, source],
  );
};
