import type { SourceTrust } from '@countersign/shared';
import type { Asset, DataSet } from '../../domain/asset.ts';
import { accepted, invalidInput, refusal, refused, type Outcome } from '../../domain/errors.ts';
import type { NewId } from '../../infra/ids.ts';
import { forgetOldAssets, retireAssets, upsertAssets } from '../../record/asset-store.ts';
import { forgetOldEntries, insertEntries } from '../../record/catalogue-store.ts';
import {
  beginImport,
  countSources,
  insertImport,
  mostSources,
  newestImports,
  type DataImport,
} from '../../record/import-store.ts';
import type { Journal, JournalTransaction } from '../../record/journal.ts';
import type { EntryRow } from './formats/entry.ts';
import { formats, type CatalogueFormatName } from './formats/known.ts';
import { readAssets, type AssetFormat, type AssetRow } from './read-assets.ts';

export interface ImportDependencies {
  readonly journal: Pick<Journal, 'transaction'>;
  readonly newId: NewId;
}

/** Whose data it is, and on whose word. */
export interface ImportOrder {
  readonly tenantId: string;
  /** Null where a job reads a platform. */
  readonly by: { readonly id: string; readonly name: string } | null;
  readonly source: string;
  readonly trust: SourceTrust;
}

/** Rows of one statement. */
const batchSize = 1_000;

const batchesOf = function* <Row>(rows: readonly Row[]): Iterable<readonly Row[]> {
  for (let from = 0; from < rows.length; from += batchSize) yield rows.slice(from, from + batchSize);
};

/** A file of assets. Told again, the same changes nothing. */
export const importAssetFile = async (
  deps: ImportDependencies,
  order: ImportOrder & { readonly isComplete: boolean },
  { format, content }: { readonly format: AssetFormat; readonly content: string },
): Promise<Outcome<DataImport>> => {
  const read = await readAssets(format, content);
  if (!read.ok) return refused(invalidInput(read.faults));
  return importAssetRows(deps, order, format, read.rows);
};

/** All or nothing: half an inventory answers questions wrongly. */
export const importAssetRows = (
  { journal, newId }: ImportDependencies,
  { isComplete, ...order }: ImportOrder & { readonly isComplete: boolean },
  format: string,
  rows: readonly AssetRow[],
): Promise<Outcome<DataImport>> =>
  journal.transaction(async (tx) => {
    const begun = await begin(tx, order, 'INVENTORY', newId);
    if (!begun.ok) return begun;
    const { id: importId, at } = begun.value;
    const { tenantId, source } = order;
    let [added, changed] = [0, 0];
    for (const batch of batchesOf(rows)) {
      const assets = batch.map((row): Omit<Asset, 'until'> => ({
        ...row,
        id: newId(),
        tenantId,
        source,
        importId,
        since: at,
      }));
      const counts = await upsertAssets(tx, assets);
      added += counts.added;
      changed += counts.changed;
    }
    const kept = rows.map(({ externalId }) => externalId);
    const retired = isComplete ? await retireAssets(tx, { tenantId, source, at }, kept) : 0;
    forgetOldAssets(tx, tenantId);
    return accepted(end(tx, order, { ...begun.value, format, rows: rows.length, added, changed, retired }));
  });

/** A catalogue, whole: it takes the place of what the source told before. */
export const importCatalogueFile = async (
  { journal, newId }: ImportDependencies,
  order: ImportOrder,
  { format, content }: { readonly format: CatalogueFormatName; readonly content: string },
): Promise<Outcome<DataImport>> => {
  const { kind, read: readFile } = formats[format];
  const read = await readFile(content);
  if (!read.ok) return refused(invalidInput(read.faults));
  const { rows } = read;
  return journal.transaction(async (tx) => {
    const begun = await begin(tx, order, kind, newId);
    if (!begun.ok) return begun;
    const { tenantId, source } = order;
    const [before] = await newestImports(tx, tenantId, { dataSet: kind, source });
    for (const batch of batchesOf(rows))
      insertEntries(
        tx,
        batch.map((row: EntryRow) => ({ ...row, id: newId(), tenantId, importId: begun.value.id })),
      );
    const counts = { rows: rows.length, added: rows.length, changed: 0, retired: before?.rows ?? 0 };
    const made = end(tx, order, { ...begun.value, format, ...counts });
    forgetOldEntries(tx, tenantId, kind, source);
    return accepted(made);
  });
};

type Begun = Pick<DataImport, 'id' | 'tenantId' | 'dataSet' | 'source' | 'trust' | 'at' | 'byId'>;

const begin = async (
  tx: JournalTransaction,
  { tenantId, source, trust, by }: ImportOrder,
  dataSet: DataSet,
  newId: NewId,
): Promise<Outcome<Begun>> => {
  const at = await beginImport(tx, tenantId);
  const isNew = (await newestImports(tx, tenantId, { dataSet, source })).length === 0;
  if (isNew && (await countSources(tx, tenantId)) >= mostSources)
    return refused(
      refusal(
        'NOT_IN_THIS_STATE',
        `There are ${mostSources} sources: import as one of those that are there.`,
      ),
    );
  return accepted({ id: newId(), tenantId, dataSet, source, trust, at, byId: by?.id ?? null });
};

const end = (tx: JournalTransaction, { by }: ImportOrder, made: DataImport): DataImport => {
  insertImport(tx, made);
  const { id, tenantId, dataSet, source, rows, added, changed, retired, trust, at } = made;
  tx.record({
    tenantId,
    type: 'data.imported',
    at,
    taskId: null,
    actorId: by?.id ?? null,
    summary: `${by?.name ?? 'The server'} imported ${rows} rows of ${dataSet.toLowerCase()} from ${source}`,
    data: { importId: id, dataSet, source, rows, added, changed, retired, trust },
  });
  return made;
};
