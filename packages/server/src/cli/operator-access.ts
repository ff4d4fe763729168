import type { Config } from '../config.ts';
import { openDatabase, type DatabaseUse } from '../database-access.ts';
import type { Database } from '../infra/database.ts';
import { systemClock } from '../infra/clock.ts';
import { findEmbeddedDatabase } from '../infra/embedded-database.ts';
import { newId } from '../infra/ids.ts';
import type { Logger } from '../infra/logger.ts';
import { createWakeUps } from '../infra/wakeups.ts';
import { createAccessService, type AccessService } from '../modules/access/index.ts';
import { createAccessStore } from '../record/access-store.ts';
import { createCredentialStore } from '../record/credential-store.ts';
import { createGroupStore } from '../record/group-store.ts';
import { createJournal, type Journal } from '../record/journal.ts';

/** What a command of the machine's operator works with: the database of a server that runs, or of one that does not. */
export interface OperatorsTools {
  readonly database: Database;
  readonly journal: Journal;
  readonly access: AccessService;
}

export const openAccess = async (
  config: Config,
  logger: Logger,
  stack: AsyncDisposableStack,
  use: DatabaseUse = {},
): Promise<OperatorsTools> => {
  const { url: given, given: logins } = config.database;
  const url = given ?? (logins === null ? await findEmbeddedDatabase(config.home) : null);
  const { database } = await openDatabase(
    { ...config, database: { ...config.database, url } },
    logger,
    stack,
    use,
  );
  const wakeUps = stack.use(await createWakeUps(database, logger));
  const journal = createJournal(database, wakeUps);
  const access = stack.use(
    createAccessService({
      journal,
      access: createAccessStore(database),
      credentials: createCredentialStore(database),
      groups: createGroupStore(database),
      clock: systemClock,
      newId,
      logger,
    }),
  );
  return { database, journal, access };
};
