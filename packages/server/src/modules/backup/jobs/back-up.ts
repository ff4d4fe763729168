import { z } from 'zod';
import { defineJob } from '../../../infra/queue/job.ts';
import { findBackupRun } from '../../../record/backup-run-store.ts';
import { performBackup, type PerformBackup } from '../perform-backup.ts';

/** Takes the backup that was asked for. Cut off anywhere, the next try begins it anew, or checks what is there. */
export const backUpJob = defineJob({
  name: 'backUp',
  schema: z.strictObject({ backupId: z.uuid() }),
  async run(deps: PerformBackup, { backupId }, { signal }) {
    const run = await findBackupRun(deps.database, backupId);
    // A restored installation finds the job and no run: it is not the one that was asked.
    if (run?.endedAt === null) await performBackup(deps, run, signal);
  },
});
