import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, isPortFree } from '@countersign/prisma/free-port';
import { postmasterNoteFile, readPostmasterNote } from '@countersign/prisma/postmaster-note';
import {
  durableSettings,
  type PostgresServer,
  postgresSuperuser,
  startPostgresServer,
} from '@countersign/prisma/postgres-server';
import { PostgresClient } from '@countersign/prisma/postgres-client';
import { claimFolder, describeFolderError } from './claimed-folder.ts';
import { describeProcess } from './described-process.ts';
import type { Logger } from './logger.ts';

export interface EmbeddedPostgresOptions {
  /** The folder that holds everything of this installation; the data goes to `postgres` in it. */
  home: string;
  logger: Logger;
}

export interface EmbeddedPostgres extends AsyncDisposable {
  /** Of the owner, who may migrate. */
  connectionString: string;
}

const databaseName = 'countersign';
const stopOrphanTimeoutMs = 10_000;
const firstRestartMs = 100;
const lastRestartMs = 5_000;

/**
 * A real PostgreSQL under `home`: made on the first start, found again with its data on the next, started
 * again should it die, and stopped with us, however we end. Faults an operator can mend are one sentence.
 */
export async function startEmbeddedPostgres({
  home,
  logger,
}: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const folder = resolve(home, 'postgres');
  const dataFolder = join(folder, 'data');
  await using started = new AsyncDisposableStack();
  started.use(claimFolder(folder));
  await stopOrphan(dataFolder, logger);
  const access = await readAccess(folder, dataFolder);
  const server = await superviseServer(
    () =>
      startPostgresServer({
        dataFolder,
        ...access,
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
  started.use(server);
  const url = new URL(
    `postgresql://${postgresSuperuser}:${access.password}@127.0.0.1:${access.port}/postgres`,
  );
  await ensureDatabase(url.href);
  url.pathname = databaseName;
  const running = started.move();
  return { connectionString: url.href, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

/** Tells the data of this installation from a copy of it, wherever that is put; null where there is none yet. */
export const placeOfData = (home: string): string | null => {
  // Written when the data was made, and never again.
  const file = statSync(resolve(home, 'postgres', 'data', 'PG_VERSION'), {
    bigint: true,
    throwIfNoEntry: false,
  });
  return file ? `${file.ino}/${file.birthtimeNs}` : null;
};

/** The connection string of one that runs already, by what it noted of itself; null where none answers there. */
export async function findEmbeddedPostgres(home: string): Promise<string | null> {
  const file = join(resolve(home, 'postgres'), 'access.json');
  if (!existsSync(file)) return null;
  const { port, password } = JSON.parse(readFileSync(file, 'utf8')) as Access;
  const connectionString = `postgresql://${postgresSuperuser}:${password}@127.0.0.1:${port}/${databaseName}`;
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
  try {
    writeFileSync(file, JSON.stringify(access), { mode: 0o600 });
  } catch (error) {
    throw describeFolderError(error, folder);
  }
  return access;
}

/** A server that outlived a killed Countersign keeps the data locked: it is stopped, never taken over half known. */
async function stopOrphan(dataFolder: string, logger: Logger): Promise<void> {
  const note = readPostmasterNote(dataFolder);
  if (!note) return;
  const isRunning = (): boolean =>
    describeProcess(note.pid)?.commandLine.includes(`postgres -D ${dataFolder} `) ?? false;
  if (isRunning()) {
    logger.warn({ pid: note.pid }, 'stopping the PostgreSQL that an earlier Countersign left running');
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
async function superviseServer(
  start: () => Promise<PostgresServer>,
  logger: Logger,
): Promise<AsyncDisposable> {
  const stop = new AbortController();
  let server = await start();
  const watching = (async () => {
    let delayMs = firstRestartMs;
    for (;;) {
      await server.exited;
      if (stop.signal.aborted) return;
      logger.error('the embedded PostgreSQL has ended by itself; starting it again');
      try {
        server = await start();
        delayMs = firstRestartMs;
        if (stop.signal.aborted) await server[Symbol.asyncDispose]();
      } catch (error) {
        logger.error({ err: error }, 'the embedded PostgreSQL does not start');
        await sleep(delayMs, undefined, { signal: stop.signal }).catch(() => undefined);
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

async function ensureDatabase(connectionString: string): Promise<void> {
  const client = new PostgresClient({ connectionString });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [databaseName]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${databaseName}`);
  } finally {
    await client.end();
  }
}
