import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { postgresSuperuser } from '@countersign/prisma/postgres-server';
import { systemClock } from '../packages/server/src/infra/clock.ts';
import { createDatabase } from '../packages/server/src/infra/database.ts';
import { newId } from '../packages/server/src/infra/ids.ts';
import { createLogger } from '../packages/server/src/infra/logger.ts';
import { createWakeUps } from '../packages/server/src/infra/wakeups.ts';
import { createAccessService } from '../packages/server/src/modules/access/index.ts';
import { createAccessStore } from '../packages/server/src/record/access-store.ts';
import { createCredentialStore } from '../packages/server/src/record/credential-store.ts';
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
  const text = await readFile(join(home, 'postgres', 'access.json'), 'utf8');
  const { port, password } = JSON.parse(text) as { port: number; password: string };
  return `postgresql://${postgresSuperuser}:${password}@127.0.0.1:${port}/countersign`;
};
