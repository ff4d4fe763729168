import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { describeProcess } from './described-process.ts';
import { startEmbeddedPostgres } from './embedded-postgres.ts';
import { isPortFree } from './free-port.ts';
import { readPostmasterNote } from './postmaster-note.ts';

const program = fileURLToPath(new URL('../testing/embedded-postgres-process.ts', import.meta.url));
const ignore = (): void => undefined;
const logger = { debug: ignore, warn: ignore, error: ignore };
let folder: string;
const start = () => startEmbeddedPostgres({ folder, name: 'of_a_test', logger });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'embedded-postgres-'));
  chmodSync(folder, 0o711);
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function query(connectionString: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<object>(text)).rows;
  } finally {
    await client.end();
  }
}

/** Another process that has our folder, once its database is up. */
async function startOther(): Promise<{ child: ChildProcess; connectionString: string; postmaster: number }> {
  const child = spawn(process.execPath, [program, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [output] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, connectionString: output.toString(), postmaster: postmasterPid() };
}

function postmasterPid(): number {
  return readPostmasterNote(join(folder, 'data'))?.pid ?? 0;
}

async function kill(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

const isGone = (pid: number): boolean => describeProcess(pid) === undefined;

describe('startEmbeddedPostgres', () => {
  it('finds its data again after a restart, at the same address, and leaves nothing running', async () => {
    let connectionString: string;
    let pid: number;
    {
      await using first = await start();
      ({ connectionString } = first);
      pid = postmasterPid();
      await query(connectionString, 'CREATE TABLE kept AS SELECT 1 AS one');
      expect(await query(connectionString, 'SHOW synchronous_commit')).toEqual([
        { synchronous_commit: 'on' },
      ]);
    }
    expect(isGone(pid)).toBe(true);
    await using second = await start();
    expect(second.connectionString).toBe(connectionString);
    expect(await query(connectionString, 'SELECT * FROM kept')).toEqual([{ one: 1 }]);
    expect(statSync(join(folder, 'access.json')).mode & 0o777).toBe(0o600);
  });

  it('goes down with a process that is killed, and starts again with what was committed', async () => {
    const other = await startOther();
    await query(other.connectionString, 'CREATE TABLE kept AS SELECT 2 AS two');
    await kill(other.child);
    await using embedded = await start();
    expect(isGone(other.postmaster)).toBe(true);
    expect(await query(embedded.connectionString, 'SELECT * FROM kept')).toEqual([{ two: 2 }]);
  });

  it('stops a server that outlived even its watchdog', async () => {
    const other = await startOther();
    const stat = readFileSync(`/proc/${other.postmaster}/stat`, 'utf8');
    const watchdog = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    const children = readFileSync(`/proc/${watchdog}/task/${watchdog}/children`, 'utf8')
      .trim()
      .split(' ')
      .map(Number);
    for (const pid of [watchdog, ...children.filter((child) => child !== other.postmaster)])
      process.kill(pid, 'SIGKILL');
    await kill(other.child);
    expect(isGone(other.postmaster)).toBe(false);
    await using embedded = await start();
    expect(isGone(other.postmaster)).toBe(true);
    expect(await query(embedded.connectionString, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('is not stopped by a number in a stale note that has become somebody else’s', async () => {
    await (await start())[Symbol.asyncDispose]();
    const dataFolder = join(folder, 'data');
    const { uid, gid } = statSync(dataFolder);
    const stranger = spawn('sleep', ['60'], process.getuid?.() === 0 ? { uid, gid } : {});
    writeFileSync(
      join(dataFolder, 'postmaster.pid'),
      [stranger.pid, dataFolder, 1, 5432, '', '', '', 'ready', ''].join('\n'),
    );
    await using embedded = await start();
    expect(await query(embedded.connectionString, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(stranger.exitCode).toBeNull();
    await kill(stranger);
  });

  it('comes back by itself when its server dies', async () => {
    await using embedded = await start();
    await query(embedded.connectionString, 'CREATE TABLE kept AS SELECT 3 AS three');
    const before = postmasterPid();
    process.kill(before, 'SIGKILL');
    await vi.waitUntil(() => ![before, 0].includes(postmasterPid()), { timeout: 30_000 });
    const rows = await vi.waitFor(() => query(embedded.connectionString, 'SELECT * FROM kept'), {
      timeout: 30_000,
    });
    expect(rows).toEqual([{ three: 3 }]);
  });

  it('leaves nothing running where its start fails', async () => {
    await (await start())[Symbol.asyncDispose]();
    const file = join(folder, 'access.json');
    const { port } = JSON.parse(readFileSync(file, 'utf8')) as { port: number };
    // The server itself starts, and lets nobody in.
    writeFileSync(file, JSON.stringify({ port, password: 'another' }));
    await expect(start()).rejects.toThrow('password');
    expect(postmasterPid()).toBe(0);
    expect(await isPortFree(port)).toBe(true);
  });

  it('does not begin anew beside data whose password is gone', async () => {
    await (await start())[Symbol.asyncDispose]();
    rmSync(join(folder, 'access.json'));
    await expect(start()).rejects.toThrow('access.json, which is gone');
  });
});
