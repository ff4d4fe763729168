import type { Keys } from '@countersign/audit/verify-audit';
import { createGunzip } from 'node:zlib';
import type { NewEvent } from '../../domain/events.ts';
import { fillTables, raiseTransactions, type TableFilling } from '../../infra/table-copies.ts';
import { appendEvents } from '../../record/event-store.ts';
import type { JournalTransaction } from '../../record/journal.ts';
import {
  byReference,
  closeRestored,
  countRows,
  ensureSameSchema,
  openForRestore,
} from '../../record/restored.ts';
import type { BackupPlace } from './backup-place.ts';
import type { BackupFile, Manifest } from './manifest.ts';
import type { RestoredFiles } from './restored-files.ts';
import { archivesLackWords, backupVerdictWords, readVerified, verifyBackup } from './verify-backup.ts';

export const restoreStates = ['STAGED', 'APPLYING', 'VALIDATING', 'COMPLETE'] as const;
export type RestoreState = (typeof restoreStates)[number];

/** Where it is restored to: nothing of it is opened before the backup is verified. */
export interface RestoreTarget {
  /** Of the owner of the tables, which are made by then. */
  readonly connectionString: string;
  /** Where the data lies, as far as this process can see it. */
  readonly place: string | null;
}

export interface RestoreDependencies {
  readonly place: BackupPlace;
  readonly keys: Keys;
  readonly openTarget: () => Promise<RestoreTarget>;
  readonly files: RestoredFiles;
  /** Stops everything, on record, before anybody can see what was restored. */
  readonly stop: (tx: JournalTransaction, manifest: Manifest) => Promise<void>;
  /** Throws where what was restored could not be worked with; gives what people should know of it. */
  readonly check: (tx: TableFilling, manifest: Manifest) => Promise<readonly string[]>;
  readonly tell: (state: RestoreState, words: string) => void;
}

export interface Restored {
  readonly manifest: Manifest;
  readonly rows: number;
  /** What people should know. */
  readonly notes: readonly string[];
}

/**
 * Restores a backup into a database where nothing is: all of it, as one transaction, or nothing of it. Each byte is
 * looked at twice: before anything is begun, and when it is taken.
 */
export const restoreBackup = async (deps: RestoreDependencies, id: string): Promise<Restored> => {
  const { place, keys, openTarget, files, tell } = deps;
  const verdict = await verifyBackup(place, id, keys);
  if (!verdict.ok) throw new Error(backupVerdictWords(verdict));
  const { manifest } = verdict;
  await using staged = await files.stage(manifest, (file) => readVerified(place, id, file));
  const target = await openTarget();
  tell('STAGED', `Backup ${id} of ${manifest.takenAt} is what was signed, and there is room for it.`);
  await raiseTransactions(target.connectionString, firstTransactionAfter(manifest));
  const done = await fillTables(target.connectionString, async (tx) => {
    const rows = await apply(deps, tx, id, manifest, target.place);
    tell('VALIDATING', `${rows} rows are in ${manifest.tables.length} tables.`);
    const notes = await validate(deps, tx, manifest, () => staged.place());
    return { manifest, rows, notes };
  });
  staged.keep();
  tell('COMPLETE', `Everything is as it was at ${manifest.takenAt}, and stopped.`);
  return done;
};

const bitsPerTransaction = 20n;
const firstTransactionAfter = ({ log: { horizon, lastSeq } }: Manifest): bigint => {
  const [open, last] = [BigInt(horizon) >> bitsPerTransaction, BigInt(lastSeq ?? 0) >> bitsPerTransaction];
  return open > last ? open : last + 1n;
};

const apply = async (
  { place, stop, tell }: RestoreDependencies,
  tx: TableFilling,
  id: string,
  manifest: Manifest,
  dataPlace: string | null,
): Promise<number> => {
  await ensureSameSchema(tx, manifest);
  await openForRestore(tx);
  tell('APPLYING', `${manifest.tables.length} tables are filled.`);
  const order = await byReference(tx);
  let rows = 0;
  for (const name of order) {
    const table = manifest.tables.find((each) => each.name === name);
    const file = manifest.files.find(({ path }) => path === table?.path);
    if (!table || !file) throw new Error(`The backup has no table ${name}.`);
    rows += await tx.copyIn(table, unzipped(place, id, file));
  }
  await closeRestored(tx, dataPlace);
  const events: NewEvent[] = [];
  await stop(
    {
      query: (text, values) => tx.query(text, values),
      write: (text, values) => {
        tx.write(text, values);
      },
      record: (event) => void events.push(event),
      wake: () => undefined,
    },
    manifest,
  );
  appendEvents(tx, events);
  return rows;
};

const unzipped = (place: BackupPlace, id: string, file: BackupFile) => {
  const unzip = createGunzip();
  const bytes = readVerified(place, id, file);
  bytes.on('error', (error) => unzip.destroy(error));
  return bytes.pipe(unzip);
};

/** The schema was compared before; what the restore itself said is more than the backup has. */
const validate = async (
  { check }: RestoreDependencies,
  tx: TableFilling,
  manifest: Manifest,
  placeFiles: () => Promise<void>,
): Promise<readonly string[]> => {
  for (const table of manifest.tables) {
    const count = await countRows(tx, table);
    if (count < BigInt(table.rows))
      throw new Error(`Of ${table.rows} rows of the table ${table.name} there are ${count}.`);
  }
  await placeFiles();
  const lack = archivesLackWords(manifest);
  return [...(lack === null ? [] : [lack]), ...(await check(tx, manifest))];
};
