import { createDatabase } from '../packages/server/src/infra/database.ts';
import { createLogger } from '../packages/server/src/infra/logger.ts';
import { writeCrowd, type Crowd } from '../packages/server/testing/crowd.ts';
import { embeddedDatabase } from './sign-in-link.ts';

/** Work of the installation's agent, in its tenant. */
export const fill = async (home: string, crowd: Pick<Crowd, 'waiting' | 'finished'>): Promise<void> => {
  const connectionString = await embeddedDatabase(home);
  await using database = createDatabase({
    connectionString,
    poolSize: 1,
    logger: createLogger({ level: 'error' }),
  });
  const [agent] = await database.query<{ id: string; tenant_id: string }>(
    `SELECT id, tenant_id FROM principal WHERE type = 'AGENT' LIMIT 1`,
  );
  if (!agent) throw new Error('The installation has no agent.');
  await writeCrowd(database, { ...crowd, tenantId: agent.tenant_id, submitterId: agent.id });
};
