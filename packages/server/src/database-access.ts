import { ensureApplicationUser } from '@countersign/prisma/application-user';
import { withUser } from '@countersign/prisma/database-logins';
import { prepareDatabase, type DatabaseLogins } from '@countersign/prisma/prepare-database';
import type { Config } from './config.ts';
import { readAppliedMigrations } from './infra/applied-migrations.ts';
import { createCellCipher, type CellCipher } from './infra/cell-cipher.ts';
import { createDatabase, type Database } from './infra/database.ts';
import { ensureReachable } from './infra/ensure-reachable.ts';
import { startEmbeddedDatabase } from './infra/embedded-database.ts';
import type { Logger } from './infra/logger.ts';
import { migrateQueue } from './infra/queue/postgres-backend.ts';

export interface DatabaseAccess {
  readonly database: Database;
  /** What encrypts payload there. */
  readonly cells: CellCipher;
  /** Of the user who owns the queue and nothing else; null where Redis holds the queue. */
  readonly queueUrl: string | null;
}

export interface DatabaseUse {
  /** Whether much is looked back at: only then the replica is connected to. */
  readonly readsHistory?: boolean;
}

/**
 * Makes the database ready as the tables' owner, lets go of the owner, and works from there on as users who
 * cannot become it.
 */
export const openDatabase = async (
  config: Config,
  logger: Logger,
  stack: AsyncDisposableStack,
  { readsHistory = false }: DatabaseUse = {},
): Promise<DatabaseAccess> => {
  const logins = await loginsOf(config, logger, stack);
  const cells = createCellCipher(config.encryption.keys);
  const database = stack.use(
    createDatabase({
      connectionString: logins.app,
      replicaUrl: readsHistory ? replicaOf(config, logins) : null,
      poolSize: config.database.connections,
      cells,
      logger,
    }),
  );
  await ensureApplicationUser((text) => database.query(text));
  await ensurePrepared(database);
  return { database, cells, queueUrl: config.queue.redis === null ? logins.queue : null };
};

/** Users are the same there, and so are their passwords. */
const replicaOf = ({ database: { replicaUrl } }: Config, { app }: DatabaseLogins): string | null => {
  if (replicaUrl === null || new URL(replicaUrl).username !== '') return replicaUrl;
  const { username, password } = new URL(app);
  return withUser(replicaUrl, decodeURIComponent(username), decodeURIComponent(password));
};

/** Throws one sentence where nobody with the owner's password has been here. */
const ensurePrepared = async (database: Database): Promise<void> => {
  if (await readAppliedMigrations(database)) return;
  throw new Error(
    'The database has no tables yet: start one process with DATABASE_URL, of the user who owns them.',
  );
};

const loginsOf = async (
  { database: { url, given }, queue: { redis }, retention, home }: Config,
  logger: Logger,
  stack: AsyncDisposableStack,
): Promise<DatabaseLogins> => {
  // Somebody else migrates: this process never has the owner's password.
  if (url === null && given !== null) {
    for (const login of [given.app, given.queue]) if (login !== null) await ensureReachable(login);
    return given;
  }
  const ownerUrl = url ?? stack.use(await startEmbeddedDatabase(home, logger)).connectionString;
  await ensureReachable(ownerUrl);
  return prepareDatabase(ownerUrl, {
    given: given ?? undefined,
    migrateQueue: redis === null ? migrateQueue : null,
    keepAuditMs: retention.auditMs,
  });
};
