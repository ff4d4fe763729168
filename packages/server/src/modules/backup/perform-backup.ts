import { randomUUID } from 'node:crypto';
import type { Keys } from '@countersign/audit/verify-audit';
import { toShortText } from '../../domain/json.ts';
import { checkedProgress, tooMany, writtenProgress, type BackupRun } from '../../domain/backup-run.ts';
import type { Connections } from '../../infra/database.ts';
import type { Logger } from '../../infra/logger.ts';
import type { Journal } from '../../record/journal.ts';
import {
  findKeptBackups,
  noteBackupRemoved,
  stepBackupRun,
  takeUpBackupRun,
  type BackupStep,
} from '../../record/backup-run-store.ts';
import type { BackupPlace } from './backup-place.ts';
import type { Manifest } from './manifest.ts';
import { Overtaken } from './overtaken.ts';
import { takeBackup, type BackupContents, type BackupDependencies } from './take-backup.ts';
import { tellProgress } from './tell-progress.ts';
import { backupVerdictWords, verifyBackup } from './verify-backup.ts';

/** What a worker takes backups with. */
export interface PerformBackup extends Omit<BackupDependencies, 'place' | 'signal' | 'onWritten'> {
  readonly database: Connections;
  readonly journal: Pick<Journal, 'transaction'>;
  /** As the configuration says now. */
  readonly openPlace: () => BackupPlace & AsyncDisposable;
  readonly keep: () => number;
  /** Those that sign backups here. */
  readonly keys: Keys;
  /** The first is the one that the installation began with. */
  readonly findTenantIds: () => Promise<readonly string[]>;
  readonly contents: () => Pick<BackupContents, 'release' | 'secrets' | 'files'>;
  readonly logger: Logger;
}

const longestError = 500;

/** A run in the hands of one try. */
type TakenUp = Pick<BackupRun, 'id' | 'byId' | 'progress'> & { readonly tryId: string };

/**
 * Takes it, reads all of it back, and removes what there is too much of. What goes wrong ends the run; what is
 * stopped is left to the next try, and what goes wrong with a try that another has come after is nothing to the run.
 */
export const performBackup = async (
  deps: PerformBackup,
  asked: BackupRun,
  signal: AbortSignal,
): Promise<void> => {
  const run: TakenUp = { ...asked, tryId: randomUUID() };
  if (!(await takeUpBackupRun(deps.database, run.id, run.tryId))) return;
  await using stack = new AsyncDisposableStack();
  let place: BackupPlace;
  try {
    place = stack.use(deps.openPlace());
    await take(deps, place, run, signal);
  } catch (error) {
    if (signal.aborted) throw error;
    if (error instanceof Overtaken) return;
    deps.logger.error({ err: error, backupId: run.id }, 'a backup failed');
    const words = error instanceof Error ? error.message : String(error);
    await tell(deps, run, {
      state: 'FAILED',
      progress: run.progress,
      error: toShortText(words, longestError),
    });
    return;
  }
  await removeOld(deps, place);
};

const take = async (
  deps: PerformBackup,
  place: BackupPlace,
  run: TakenUp,
  signal: AbortSignal,
): Promise<void> => {
  const { id, byId } = run;
  // Where a try before this one came so far, it only remains to be seen whether it is good.
  if ((await place.files(id)) === null) {
    await step(deps, run, {
      state: 'APPLYING',
      progress: writtenProgress(0, 1),
      location: `${place.name}/${id}`,
    });
    await takeBackup(
      {
        ...deps,
        place,
        signal,
        onWritten: (done, all) =>
          note(deps, run, { state: 'APPLYING', progress: writtenProgress(done, all) }),
      },
      {
        ...deps.contents(),
        id,
        byId,
        tenantIds: await deps.findTenantIds(),
        through: byId === null ? 'SCHEDULE' : 'API',
      },
    );
  }
  await step(deps, run, {
    state: 'VALIDATING',
    progress: checkedProgress(0, 1),
    location: `${place.name}/${id}`,
  });
  const verdict = await verifyBackup(place, id, deps.keys, (done, all) => {
    signal.throwIfAborted();
    return note(deps, run, { state: 'VALIDATING', progress: checkedProgress(done, all) });
  });
  if (!verdict.ok) throw new Error(backupVerdictWords(verdict));
  await step(deps, run, { state: 'COMPLETE', progress: 100, ...factsOf(verdict.manifest, verdict.sha256) });
};

const factsOf = ({ takenAt, tables, files }: Manifest, sha256: string) => ({
  takenAt: new Date(takenAt),
  sha256,
  rows: BigInt(tables.reduce((sum, table) => sum + table.rows, 0)),
  bytes: BigInt(files.reduce((sum, file) => sum + file.bytes, 0)),
});

/** Another state, which the log tells. */
const step = async (deps: PerformBackup, run: TakenUp, next: BackupStep): Promise<void> => {
  if (!(await tell(deps, run, next))) throw new Overtaken();
};

/** False where it is not this try's any more. */
const tell = async (deps: PerformBackup, run: TakenUp, next: BackupStep): Promise<boolean> => {
  const [firstTenant = null] = await deps.findTenantIds();
  return deps.journal.transaction(async (tx) => {
    if (!(await stepBackupRun(tx, run, next))) return false;
    tellProgress(tx, firstTenant, { ...next, id: run.id, byId: run.byId }, deps.clock.now());
    return true;
  });
};

/** Within a state. */
const note = async ({ database }: PerformBackup, run: TakenUp, next: BackupStep): Promise<void> => {
  if (!(await stepBackupRun(database, run, next))) throw new Overtaken();
};

/** Of those that the server took itself: what others put there stays. Those that are no good go first. */
const removeOld = async ({ database, keep, logger }: PerformBackup, place: BackupPlace): Promise<void> => {
  const kept = (await findKeptBackups(database)).filter(
    ({ id, location }) => location === `${place.name}/${id}`,
  );
  const good = kept.filter(({ state }) => state === 'COMPLETE');
  const bad = kept.filter(({ state }) => state !== 'COMPLETE');
  for (const { id } of [...bad, ...tooMany(good, keep())])
    try {
      await place.remove(id);
      await noteBackupRemoved(database, id);
    } catch (error) {
      logger.warn({ err: error, backupId: id }, 'an old backup could not be removed');
    }
};
