import type { BackupState } from '@countersign/shared';
import type { Keys } from '@countersign/audit/verify-audit';
import type { NewEvent } from '../../domain/events.ts';
import type { NewId } from '../../infra/ids.ts';
import { fillTables, raiseTransactions, type TableFilling } from '../../infra/table-copies.ts';
import { appendEvents } from '../../record/event-store.ts';
import type { JournalTransaction } from '../../record/journal.ts';
import { backedUp } from '../../record/backed-up.ts';
import {
  byReference,
  closeRestored,
  countRows,
  ensureClockReaches,
  ensureSameSchema,
  openForRestore,
} from '../../record/restored.ts';
import type { BackupPlace } from './backup-place.ts';
import type { Manifest } from './manifest.ts';
import type { RestoredFiles } from './restored-files.ts';
import { restoredRows, stoppable, type EnsureRoom } from './restored-rows.ts';
import { archivesLackWords, backupVerdictWords, readVerified, verifyBackup } from './verify-backup.ts';

export type RestoreStep = Exclude<BackupState, 'FAILED'>;

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
  readonly newId: NewId;
  readonly openTarget: () => Promise<RestoreTarget>;
  readonly files: RestoredFiles;
  /** Stops everything, on record, before anybody can see what was restored. */
  readonly stop: (tx: JournalTransaction, manifest: Manifest) => Promise<void>;
  /** Throws where what was restored could not be worked with; gives what people should know of it. */
  readonly check: (tx: TableFilling, manifest: Manifest) => Promise<readonly string[]>;
  readonly tell: (state: RestoreStep, words: string) => Promise<void>;
  /** Of its manifest, in hex, where that was settled before. */
  readonly sha256?: string;
  /** Throws where there is no room any more for so many bytes: asked before anything, and again and again. */
  readonly ensureRoom?: EnsureRoom;
  /** Aborted, it throws, and nothing of it stays. */
  readonly signal?: AbortSignal;
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
  const { keys, openTarget, files, signal, tell } = deps;
  const place = stoppable(deps.place, signal);
  const verdict = await verifyBackup(place, id, keys, () => {
    signal?.throwIfAborted();
    return Promise.resolve();
  });
  if (!verdict.ok) throw new Error(backupVerdictWords(verdict));
  if (deps.sha256 !== undefined && verdict.sha256 !== deps.sha256)
    throw new Error(`The backup ${id} is another one than the one that was asked for.`);
  const { manifest } = verdict;
  signal?.throwIfAborted();
  await deps.ensureRoom?.(roomFor(manifest));
  await using staged = await files.stage(manifest, (file) => readVerified(place, id, file));
  const target = await openTarget();
  await tell(
    'STAGED',
    `Backup ${id} of ${manifest.takenAt} is what was signed, and its files lie beside their places.`,
  );
  await raiseTransactions(target.connectionString, firstTransactionAfter(manifest));
  const done = await fillTables(target.connectionString, async (tx) => {
    const rows = await apply({ ...deps, place }, tx, id, manifest, target.place);
    await tell('VALIDATING', `${rows} rows are in ${manifest.tables.length} tables.`);
    const notes = await validate(deps, tx, manifest, () => staged.place());
    return { manifest, rows, notes };
  });
  staged.keep();
  await tell('COMPLETE', `Everything is as it was at ${manifest.takenAt}, and stopped.`);
  return done;
};

/**
 * Tables are compressed in a backup, and have indexes where they stand: seven times as much was measured of the log of
 * events. The write-ahead log takes as much again, up to what PostgreSQL keeps of it (max_wal_size). Other files, those
 * of the archive most of all, are placed as they are.
 */
const timesItsBytes = 10;
const mostLogBytes = 1_024 ** 3;
export const roomFor = ({ files, tables }: Pick<Manifest, 'files' | 'tables'>): number => {
  const paths = new Set(tables.map(({ path }) => path));
  const [zipped, asTheyAre] = [true, false].map((isTable) =>
    files.reduce((sum, { path, bytes }) => sum + (paths.has(path) === isTable ? bytes : 0), 0),
  ) as [number, number];
  const rows = timesItsBytes * zipped;
  return rows + Math.min(rows, mostLogBytes) + asTheyAre;
};

const bitsPerTransaction = 20n;
const firstTransactionAfter = ({ log: { horizon, lastSeq } }: Manifest): bigint => {
  const [open, last] = [BigInt(horizon) >> bitsPerTransaction, BigInt(lastSeq ?? 0) >> bitsPerTransaction];
  return open > last ? open : last + 1n;
};

const apply = async (
  { place, newId, stop, signal, tell, ensureRoom }: RestoreDependencies,
  tx: TableFilling,
  id: string,
  manifest: Manifest,
  dataPlace: string | null,
): Promise<number> => {
  await ensureSameSchema(tx, manifest);
  const takenAt = new Date(manifest.takenAt);
  await ensureClockReaches(tx, takenAt);
  await openForRestore(tx);
  await tell('APPLYING', `${manifest.tables.length} tables are filled.`);
  const order = await byReference(tx);
  let rows = 0;
  for (const name of order) {
    signal?.throwIfAborted();
    const table = manifest.tables.find((each) => each.name === name);
    const file = manifest.files.find(({ path }) => path === table?.path);
    if (!table || !file) throw new Error(`The backup has no table ${name}.`);
    await ensureRoom?.(0);
    rows += await tx.copyIn(table, restoredRows(place, id, file, ensureRoom));
  }
  await closeRestored(tx, dataPlace, { id: newId(), backupId: manifest.id, takenAt });
  const events: NewEvent[] = [];
  await stop(
    {
      cells: tx.cells,
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

/** The schema was compared before; what the restore itself said is more than the backup has. */
const validate = async (
  { check, ensureRoom }: RestoreDependencies,
  tx: TableFilling,
  manifest: Manifest,
  placeFiles: () => Promise<void>,
): Promise<readonly string[]> => {
  await ensureRoom?.(0);
  // A release of the same tables may have backed up some that this one reckons anew.
  for (const table of manifest.tables.filter(({ name }) => backedUp.includes(name))) {
    const count = await countRows(tx, table);
    if (count < BigInt(table.rows))
      throw new Error(`Of ${table.rows} rows of the table ${table.name} there are ${count}.`);
  }
  await placeFiles();
  const lack = archivesLackWords(manifest);
  return [...(lack === null ? [] : [lack]), ...(await check(tx, manifest))];
};
