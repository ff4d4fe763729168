import { z } from 'zod';
import { defineJob } from '../../../infra/queue/job.ts';
import { retainAll, type RetentionDependencies } from '../retain-all.ts';

/** Archives and removes what is past its time, of the whole installation. Cut off anywhere, the next one goes on. */
export const retainJob = defineJob({
  name: 'retain',
  schema: z.strictObject({}),
  async run(deps: RetentionDependencies, _payload, { signal }) {
    await retainAll(deps, signal);
  },
});
