import { z } from 'zod';
import { defineJob } from '../../../infra/queue/job.ts';
import { findRestoreRun } from '../../../record/restore-run-store.ts';
import { performRestore, type PerformRestore } from '../perform-restore.ts';

/** Restores what two people asked for, into quarantine. Cut off anywhere, the next try begins it anew. */
export const restoreJob = defineJob({
  name: 'restore',
  schema: z.strictObject({ restoreId: z.uuid() }),
  async run(deps: PerformRestore, { restoreId }, { signal }) {
    // A restored installation finds the job and no run: it is not the one that was asked.
    const run = await findRestoreRun(deps.database, restoreId);
    if (run) await performRestore(deps, run, signal);
  },
});
