import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { describeProcess } from './described-process.ts';
import { freePort, isPortFree } from './free-port.ts';
import { PostgresClient } from './postgres-client.ts';
import { durableSettings, type PostgresServer, startPostgresServer } from './postgres-server.ts';
import { postmasterNoteFile, readPostmasterNote } from './postmaster-note.ts';

/** As pino's. */
interface Log {
  debug(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

export interface EmbeddedPostgresOptions {
  /** Absolute path; ours alone for as long as it runs. */
  folder: string;
  /** Of the database, and of its owner. */
  name: string;
  logger: Log;
}

export interface EmbeddedPostgres extends AsyncDisposable {
  /** Of the owner, who may migrate. */
  connectionString: string;
}

const stopOrphanTimeoutMs = 10_000;
const firstRestartMs = 100;
const lastRestartMs = 5_000;

/**
 * A real PostgreSQL in `folder`: made on the first start, found again with its data on the next, started again
 * should it die, and stopped with us, however we end. Faults an operator can mend are one sentence.
 */
export async function startEmbeddedPostgres({
  folder,
  name,
  logger,
}: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const dataFolder = join(folder, 'data');
  mkdirSync(folder, { recursive: true });
  await stopOrphan(dataFolder, logger);
  const access = await readAccess(folder, dataFolder);
  const server = await superviseServer(
    () =>
      startPostgresServer({
        dataFolder,
        ...access,
        superuser: name,
        settings: durableSettings,
        isDurable: true,
        onLog: (line) => {
          if (/^(FATAL|PANIC)/.test(line))
            logger.warn({ postgres: line }, 'the embedded PostgreSQL complains');
          else logger.debug({ postgres: line }, 'the embedded PostgreSQL says');
        },
      }),
    logger,
  );
  await using started = new AsyncDisposableStack();
  started.use(server);
  await ensureDatabase(connectionTo(access, name, 'postgres'), name);
  started.move();
  return {
    connectionString: connectionTo(access, name),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

const connectionTo = ({ port, password }: Access, name: string, database = name): string =>
  `postgresql://${name}:${password}@127.0.0.1:${port}/${database}`;

/** Tells the data in a folder from a copy of it, wherever that is put; null where there is none yet. */
export const placeOfData = (folder: string): string | null => {
  // Written when the data was made, and never again.
  const file = statSync(join(folder, 'data', 'PG_VERSION'), { bigint: true, throwIfNoEntry: false });
  return file ? `${file.ino}/${file.birthtimeNs}` : null;
};

/** The connection string of one that runs already, by what it noted of itself; null where none answers there. */
export async function findEmbeddedPostgres(folder: string, name: string): Promise<string | null> {
  const file = join(folder, 'access.json');
  if (!existsSync(file)) return null;
  const connectionString = connectionTo(JSON.parse(readFileSync(file, 'utf8')) as Access, name);
  const client = new PostgresClient({ connectionString });
  try {
    await client.connect();
    return connectionString;
  } catch {
    return null;
  } finally {
    await client.end().catch(() => undefined);
  }
}

interface Access {
  port: number;
  password: string;
}

/** The port and password of the last start, as far as they still serve; new ones otherwise. */
async function readAccess(folder: string, dataFolder: string): Promise<Access> {
  const file = join(folder, 'access.json');
  const remembered = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Access) : undefined;
  if (!remembered && existsSync(dataFolder)) {
    throw new Error(
      `The password of the database in ${dataFolder} was kept in ${file}, which is gone: bring it back, or remove both to start anew.`,
    );
  }
  const access = {
    port: remembered && (await isPortFree(remembered.port)) ? remembered.port : await freePort(),
    password: remembered?.password ?? randomBytes(24).toString('hex'),
  };
  writeFileSync(file, JSON.stringify(access), { mode: 0o600 });
  return access;
}

/** A server that outlived whoever started it keeps the data locked: it is stopped, never taken over half known. */
async function stopOrphan(dataFolder: string, logger: Log): Promise<void> {
  const note = readPostmasterNote(dataFolder);
  if (!note) return;
  const isRunning = (): boolean =>
    describeProcess(note.pid)?.commandLine.includes(`postgres -D ${dataFolder} `) ?? false;
  if (isRunning()) {
    logger.warn({ pid: note.pid }, 'stopping the PostgreSQL that an earlier process left running');
    process.kill(note.pid, 'SIGINT');
    const deadline = performance.now() + stopOrphanTimeoutMs;
    while (isRunning() && performance.now() < deadline) await sleep(20);
    if (isRunning()) process.kill(note.pid, 'SIGQUIT');
    while (isRunning()) await sleep(20);
  }
  // Whoever has this number now is somebody else, which PostgreSQL cannot see.
  rmSync(postmasterNoteFile(dataFolder), { force: true });
}

/** Starts the server again when it dies without having been asked to. */
async function superviseServer(start: () => Promise<PostgresServer>, logger: Log): Promise<AsyncDisposable> {
  const stop = new AbortController();
  let server = await start();
  const watching = (async () => {
    let delayMs = firstRestartMs;
    for (;;) {
      await server.exited;
      if (stop.signal.aborted) return;
      logger.error({}, 'the embedded PostgreSQL has ended by itself; starting it again');
      try {
        server = await start();
        delayMs = firstRestartMs;
        if (stop.signal.aborted) await server[Symbol.asyncDispose]();
      } catch (error) {
        logger.error({ err: error }, 'the embedded PostgreSQL does not start');
        await sleep(delayMs, undefined, { signal: stop.signal }).catch(() => undefined);
        // oxlint-disable-next-line no-useless-assignment -- The next failure waits so long.
        delayMs = Math.min(delayMs * 2, lastRestartMs);
      }
    }
  })();
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await server[Symbol.asyncDispose]();
      await watching;
    },
  };
}

async function ensureDatabase(connectionString: string, name: string): Promise<void> {
  const client = new PostgresClient({ connectionString });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
}
