import type { Connections } from '../../infra/database.ts';
import type { Logger } from '../../infra/logger.ts';
import { startLoop } from '../../infra/loop.ts';
import { isAskedFor, sendJob } from '../../record/job-store.ts';
import type { Journal } from '../../record/journal.ts';
import { msSinceLastRun } from '../../record/retention-run-store.ts';
import { retainJob } from './jobs/retain.ts';

const everyMs = 10 * 60_000;
const lookEveryMs = 60_000;
/** Nobody's: the installation does it for itself. */
const nobody = '00000000-0000-0000-0000-000000000000';

/** Asks for a run every ten minutes, whichever process comes first. One that is under way is left alone. */
export const startRetention = ({
  database,
  journal,
  logger,
}: {
  readonly database: Connections;
  readonly journal: Pick<Journal, 'transaction'>;
  readonly logger: Logger;
}): AsyncDisposable =>
  startLoop({
    name: 'retention',
    idleMs: lookEveryMs,
    logger,
    round: async () => {
      const sinceMs = await msSinceLastRun(database);
      if ((sinceMs ?? everyMs) < everyMs || (await isAskedFor(database, retainJob))) return lookEveryMs;
      await journal.transaction((tx) => {
        sendJob(tx, retainJob, { key: 'installation', submitterId: nobody }, {});
        return Promise.resolve();
      });
      return lookEveryMs;
    },
  });
