import { randomUUID } from 'node:crypto';
import { toShortText } from '../../domain/json.ts';
import { restoreProgress, type RestoreRun } from '../../domain/restore-run.ts';
import type { Clock } from '../../infra/clock.ts';
import type { Connections } from '../../infra/database.ts';
import type { Logger } from '../../infra/logger.ts';
import type { Journal } from '../../record/journal.ts';
import {
  findRestoreRun,
  stepRestoreRun,
  takeUpRestoreRun,
  type RestoreStep,
} from '../../record/restore-run-store.ts';
import { Overtaken } from './overtaken.ts';
import type { Restored, RestoreDependencies } from './restore-backup.ts';
import { tellRestore } from './tell-restore.ts';

/** One restore of one try. */
export interface QuarantinedRestore extends Pick<RestoreDependencies, 'tell'> {
  readonly run: Pick<RestoreRun, 'id' | 'backupId' | 'sha256' | 'approvedById'> & {
    readonly askedById: string;
  };
  readonly tryId: string;
  readonly signal: AbortSignal;
}

/** Homes with databases of their own, beside the one that runs. */
export interface Quarantine {
  /** Restores into one that is made for it, and looks whether it works. Of one that fails nothing stays. */
  restore(asked: QuarantinedRestore): Promise<Restored & { readonly location: string }>;
  /** All that tries of this restore left here, or that of one; nothing where there is nothing. */
  remove(restoreId: string, tryId?: string): Promise<void>;
  /** What tries left here, but for what is switched to at this moment. */
  list(): Promise<readonly { readonly restoreId: string; readonly tryId: string }[]>;
}

/** What a worker restores with. */
export interface PerformRestore {
  readonly database: Connections;
  readonly journal: Pick<Journal, 'transaction'>;
  readonly clock: Clock;
  readonly findFirstTenant: () => Promise<string | null>;
  readonly quarantine: Quarantine;
  readonly logger: Logger;
}

const longestError = 500;
const mostNotes = 100;

interface TakenUp extends RestoreRun {
  readonly tryId: string;
}

/** Restores it beside what runs. What goes wrong ends the run; what is stopped is left to the next try. */
export const performRestore = async (
  deps: PerformRestore,
  asked: RestoreRun,
  signal: AbortSignal,
): Promise<void> => {
  const run: TakenUp = { ...asked, tryId: randomUUID() };
  if (!(await takeUpRestoreRun(deps.database, run.id, run.tryId))) return;
  try {
    await removeLeft(deps, run.id);
    const { rows, notes, location } = await deps.quarantine.restore({
      run: { ...run, askedById: run.asked.reviewerId },
      tryId: run.tryId,
      signal,
      async tell(state) {
        // Complete it is once it was tried whether it works.
        if (state === 'APPLYING' || state === 'VALIDATING')
          await step(deps, run, { state, progress: restoreProgress[state] });
      },
    });
    await step(deps, run, {
      state: 'COMPLETE',
      progress: restoreProgress.COMPLETE,
      location,
      rows: BigInt(rows),
      notes: notes.slice(0, mostNotes),
    });
  } catch (thrown) {
    const error = beforeCleaning(thrown);
    if (error instanceof Overtaken) return removeLeft(deps, run.id, run.tryId);
    if (signal.aborted) throw error;
    const words = error instanceof Error ? error.message : String(error);
    // Told first: it waits for a commit of which only the answer was lost, after which it is complete, and its files wanted.
    const isFailed = await tell(deps, run, {
      state: 'FAILED',
      progress: run.progress,
      error: toShortText(words, longestError),
    });
    if (!isFailed && (await isComplete(deps, run))) return;
    deps.logger.error({ err: error, restoreId: run.id }, 'a restore failed');
    await removeLeft(deps, run.id, run.tryId);
  }
};

/** What went wrong, where cleaning up after it went wrong as well. */
const beforeCleaning = (error: unknown): unknown =>
  error instanceof SuppressedError ? beforeCleaning(error.suppressed as unknown) : error;

/** What cannot be removed now changes nothing of the run: it is removed later, as nobody wants it. */
const removeLeft = async (
  { quarantine, logger }: PerformRestore,
  restoreId: string,
  tryId?: string,
): Promise<void> => {
  try {
    await quarantine.remove(restoreId, tryId);
  } catch (error) {
    logger.warn({ err: error, restoreId }, 'what a restore left could not be removed');
  }
};

const isComplete = async ({ database }: PerformRestore, { id, tryId }: TakenUp): Promise<boolean> => {
  const run = await findRestoreRun(database, id);
  return run?.state === 'COMPLETE' && run.tryId === tryId;
};

/** Another state, which the log tells. */
const step = async (deps: PerformRestore, run: TakenUp, next: RestoreStep): Promise<void> => {
  if (!(await tell(deps, run, next))) throw new Overtaken();
};

/** False where it is not this try's any more. */
const tell = async (deps: PerformRestore, run: TakenUp, next: RestoreStep): Promise<boolean> => {
  const tenantId = await deps.findFirstTenant();
  return deps.journal.transaction(async (tx) => {
    if (!(await stepRestoreRun(tx, run, next))) return false;
    if (tenantId !== null)
      tellRestore(
        tx,
        tenantId,
        { ...next, id: run.id, backupId: run.backupId, actorId: null },
        deps.clock.now(),
      );
    return true;
  });
};
