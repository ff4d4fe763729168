import { withUser } from '@countersign/prisma/database-logins';
import type pg from 'pg';

/** Users as an administrator makes them: they own nothing, and the queue's owns the queue. */
export const testLogins = { app: 'countersign_app', queue: 'countersign_queue' } as const;
const password = 'as good as none';

/** The same database, as the application and its queue log in. */
export const loginsAt = (connectionString: string): { app: string; queue: string } => ({
  app: withUser(connectionString, testLogins.app, password),
  queue: withUser(connectionString, testLogins.queue, password),
});

/** Once on each server. */
export const createTestLogins = async (server: pg.Client): Promise<void> => {
  for (const login of Object.values(testLogins))
    await server.query(`CREATE ROLE ${login} LOGIN PASSWORD '${password}'`);
};

/** What PostgreSQL does not copy with a template: who may do what with the database itself. */
export const grantClone = (database: string): string =>
  `REVOKE TEMPORARY, CREATE ON DATABASE ${database} FROM PUBLIC;
   GRANT CONNECT ON DATABASE ${database} TO ${testLogins.app};
   GRANT CONNECT, TEMPORARY ON DATABASE ${database} TO ${testLogins.queue}`;
