import type { BackupRun } from '../../domain/backup-run.ts';
import type { Clock } from '../../infra/clock.ts';
import type { NewId } from '../../infra/ids.ts';
import { findOpenBackupRun, insertBackupRun } from '../../record/backup-run-store.ts';
import { sendJob } from '../../record/job-store.ts';
import type { Journal } from '../../record/journal.ts';
import { backUpJob } from './jobs/back-up.ts';
import { tellProgress } from './tell-progress.ts';

export interface AskBackupDependencies {
  readonly journal: Pick<Journal, 'transaction'>;
  readonly clock: Clock;
  readonly newId: NewId;
  /** The tenant that the installation began with: its administrators look after the installation. */
  readonly findFirstTenant: () => Promise<string | null>;
}

/** Nobody's: the installation does it for itself. */
const nobody = '00000000-0000-0000-0000-000000000000';

/** Asks for a backup; gives the one that is under way, where there is one. */
export const askBackup = async (
  { journal, clock, newId, findFirstTenant }: AskBackupDependencies,
  /** Null where its time has come. */
  by: { readonly id: string; readonly reason: string | null } | null,
): Promise<BackupRun> => {
  const byId = by?.id ?? null;
  const tenantId = await findFirstTenant();
  return journal.transaction(async (tx) => {
    const run: BackupRun = {
      id: newId(),
      state: 'STAGED',
      tryId: null,
      progress: 0,
      byId,
      at: clock.now(),
      takenAt: null,
      endedAt: null,
      location: null,
      sha256: null,
      rows: null,
      bytes: null,
      error: null,
      removedAt: null,
    };
    if (!(await insertBackupRun(tx, run))) {
      const open = await findOpenBackupRun(tx);
      if (open) return open;
      throw new Error('A backup ended at this moment: ask again.');
    }
    tellProgress(tx, tenantId, { ...run, reason: by?.reason ?? null }, clock.now());
    sendJob(tx, backUpJob, { key: run.id, submitterId: byId ?? nobody }, { backupId: run.id });
    return run;
  });
};
