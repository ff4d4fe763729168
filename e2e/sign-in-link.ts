import { systemClock } from '../packages/server/src/infra/clock.ts';
import { createDatabase } from '../packages/server/src/infra/database.ts';
import { findEmbeddedDatabase } from '../packages/server/src/infra/embedded-database.ts';
import { newId } from '../packages/server/src/infra/ids.ts';
import { createLogger } from '../packages/server/src/infra/logger.ts';
import { createWakeUps } from '../packages/server/src/infra/wakeups.ts';
import { createAccessService } from '../packages/server/src/modules/access/index.ts';
import { createAccessStore } from '../packages/server/src/record/access-store.ts';
import { createCredentialStore } from '../packages/server/src/record/credential-store.ts';
import { createGroupStore } from '../packages/server/src/record/group-store.ts';
import { createJournal } from '../packages/server/src/record/journal.ts';

/** A sign-in link for a person who is there already, made on the database of a running installation. */
export const makeSignInLink = async (home: string, url: string, name: string): Promise<string> => {
  await using stack = new AsyncDisposableStack();
  const logger = createLogger({ level: 'error' });
  const connectionString = await embeddedDatabase(home);
  const database = stack.use(createDatabase({ connectionString, poolSize: 2, logger }));
  const wakeUps = stack.use(await createWakeUps(database, logger));
  const access = stack.use(
    createAccessService({
      journal: createJournal(database, wakeUps),
      access: createAccessStore(database),
      credentials: createCredentialStore(database),
      groups: createGroupStore(database),
      clock: systemClock,
      newId,
      logger,
    }),
  );
  const { id: tenantId } = await access.ensureTenant('default');
  const { id } = await access.ensurePrincipal({
    tenantId,
    type: 'HUMAN',
    name,
    roles: ['VIEWER', 'APPROVER'],
  });
  const link = await access.createSignInLink(id);
  if (!link.ok) throw new Error(link.refusal.message);
  return `${url}/sign-in#token=${link.value.token}`;
};

/** Where a running installation keeps its record, as its superuser. */
export const embeddedDatabase = async (home: string): Promise<string> => {
  const connectionString = await findEmbeddedDatabase(home);
  if (connectionString === null) throw new Error(`No database answers for ${home}.`);
  return connectionString;
};
