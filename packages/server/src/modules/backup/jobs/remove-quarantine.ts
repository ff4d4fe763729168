import { z } from 'zod';
import { defineJob } from '../../../infra/queue/job.ts';
import type { Quarantine } from '../perform-restore.ts';

/** Removes what a discarded restore left. */
export const removeQuarantineJob = defineJob({
  name: 'removeQuarantine',
  schema: z.strictObject({ restoreId: z.uuid() }),
  run: ({ quarantine }: { readonly quarantine: Quarantine }, { restoreId }) => quarantine.remove(restoreId),
});
