import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '@countersign/postgres/free-port';
import { inheritedEnvironment } from '../testing/inherited-environment.ts';
import { createTestDatabase, type TestDatabase } from '../testing/postgres.ts';
import { programOf } from '../testing/programs.ts';
import { testConfig } from '../testing/test-config.ts';
import { until } from '../testing/until.ts';
import { createApp } from './app.ts';
import { createLogger } from './infra/logger.ts';

let database: TestDatabase;
let folder: string;
let environment: Record<string, string>;

beforeEach(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'countersign-starting-'));
  environment = {
    ...inheritedEnvironment(),
    DATABASE_URL: database.connectionString,
    COUNTERSIGN_HOME: join(folder, 'home'),
    PORT: String(await freePort()),
  };
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
  await database[Symbol.asyncDispose]();
});

/** The product's own entry point; what it printed until it was ready. Stopped in good order. */
const start = async (
  more: Record<string, string> = {},
): Promise<AsyncDisposable & { readonly said: string }> => {
  const child = spawn(process.execPath, [programOf('main')], { env: { ...environment, ...more } });
  const exited = once(child, 'exit');
  let said = '';
  let complaints = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
  await until(
    async () => {
      if (child.exitCode !== null) throw new Error(`The server ended: ${complaints}`);
      return Promise.resolve(/is ready at [^]*\n$/.test(said) || undefined);
    },
    () => `the server was not ready: ${said}${complaints}`,
    { timeoutMs: 60_000, pollMs: 20 },
  );
  return {
    get said() {
      return said;
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await exited;
    },
  };
};

const countersign = (...words: string[]): Promise<{ code: number; out: string; err: string }> =>
  new Promise((resolve) => {
    execFile(process.execPath, [programOf('cli'), ...words], { env: environment }, (error, out, err) => {
      resolve({ code: error ? Number(error.code) : 0, out, err });
    });
  });

const signsIn = async (signInUrl: string): Promise<number> => {
  const { origin, hash } = new URL(signInUrl);
  const response = await fetch(`${origin}/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token: hash.replace('#token=', '') }),
  });
  return response.status;
};

const countOf = async (): Promise<object> => {
  await using owner = database.open({ as: 'OWNER' });
  const [row] = await owner.query<object>(
    `SELECT (SELECT count(*)::int FROM principal) AS principals, (SELECT count(*)::int FROM api_key) AS keys,
       (SELECT count(*)::int FROM sign_in_link) AS links, (SELECT count(*)::int FROM event) AS events`,
  );
  return row ?? {};
};

const readFirstRun = async () =>
  JSON.parse(await readFile(join(environment.COUNTERSIGN_HOME ?? '', 'first-run.json'), 'utf8')) as Record<
    string,
    string
  >;

const viewerOf = async (key: string | undefined): Promise<unknown> => {
  const response = await fetch(`http://localhost:${environment.PORT}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({
      query: '{ viewer { principal { name roles owner { name } } canApprove canAdminister } }',
    }),
  });
  return ((await response.json()) as { data: { viewer: unknown } }).data.viewer;
};

describe('a start', () => {
  it('can be told to make the database ready, and no more', async () => {
    const before = await countOf();
    expect(await countersign('database', 'prepare')).toEqual({
      code: 0,
      out: 'The database is ready for this version.\n',
      err: '',
    });
    expect(await countOf()).toEqual(before);
    expect(await countersign('database')).toMatchObject({ code: 2 });
  });

  it('makes credentials the first time, and no more of them and none to be seen from then on, whatever its home', async () => {
    let first: Record<string, string>;
    {
      await using server = await start();
      first = await readFirstRun();
      expect(server.said).toContain(first['signInUrl']);
      expect(server.said).toContain(first['agentKey']);
      expect(Object.keys(first).toSorted()).toEqual(
        [
          'url',
          'signInUrl',
          'agentKey',
          'approverKey',
          'approver2Key',
          'adminKey',
          'demoRepository',
        ].toSorted(),
      );
      expect(await viewerOf(first['agentKey'])).toMatchObject({
        principal: { name: 'demo-agent', owner: { name: 'Developer' } },
      });
      expect(await viewerOf(first['approverKey'])).toMatchObject({ canApprove: true, canAdminister: false });
      expect(await viewerOf(first['approver2Key'])).toMatchObject({ canApprove: true, canAdminister: false });
      expect(await viewerOf(first['adminKey'])).toMatchObject({ canAdminister: true });
      expect(await signsIn(first['signInUrl'] ?? '')).toBe(204);
    }
    const before = await countOf();
    {
      await using again = await start();
      expect(await countOf()).toEqual(before);
      expect(await readFirstRun()).toEqual(first);
      for (const secret of ['signInUrl', 'agentKey', 'approverKey', 'adminKey']) {
        expect(again.said).not.toContain(first[secret]);
      }
      expect(again.said).not.toMatch(/cs_|#token=/);
      expect(again.said).toContain('sign-in-link');
      expect(again.said).toContain('curl -s');
    }
    // With an empty home it adds no key either.
    await using server = await start({ COUNTERSIGN_HOME: join(folder, 'elsewhere') });
    expect(await countOf()).toEqual(before);
    expect(existsSync(join(folder, 'elsewhere', 'first-run.json'))).toBe(false);
    expect(server.said).not.toMatch(/cs_|#token=|curl/);
    expect(server.said).toContain('sign-in-link');
  }, 120_000);

  it('that fails says why in one sentence, and that another try would end the same way', async () => {
    const child = spawn(process.execPath, [programOf('main')], {
      env: { ...environment, COUNTERSIGN_ROLE: 'nobody' },
    });
    let complaints = '';
    child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number];
    expect(code).toBe(78);
    expect(complaints).toMatch(/^The configuration cannot be used: .+\n$/);
  });
});

describe('countersign', () => {
  it('bootstrap lets somebody into an api node that nobody could enter, once', async () => {
    await using server = await start({ COUNTERSIGN_ROLE: 'api' });
    expect(server.said).toContain('Nobody can sign in yet');
    expect(await countOf()).toMatchObject({ principals: 0, keys: 0, links: 0 });
    expect(await countersign('sign-in-link')).toMatchObject({
      code: 1,
      err: expect.stringContaining('bootstrap') as string,
    });
    const made = await countersign('bootstrap', '--json');
    expect(made.code).toBe(0);
    const { signInUrl, principal } = JSON.parse(made.out) as Record<string, string>;
    expect(principal).toBe('Operator');
    expect(await signsIn(signInUrl ?? '')).toBe(204);
    const before = await countOf();
    const again = await countersign('bootstrap');
    expect(again).toMatchObject({ code: 0, out: expect.stringContaining('set up before') as string });
    expect(again.out).not.toContain('token');
    expect(await countOf()).toEqual(before);
  });

  it('bootstrap makes one tenant where several ask at once', async () => {
    const outcomes = await Promise.all([1, 2, 3].map(() => countersign('bootstrap', '--json')));
    expect(outcomes.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(outcomes.filter(({ out }) => out.includes('signInUrl'))).toHaveLength(1);
    expect(await countOf()).toMatchObject({ principals: 1, keys: 0, links: 1 });
  });

  it('sign-in-link lets the operator of the machine in, or whom they name', async () => {
    await using _server = await start();
    const own = await countersign('sign-in-link');
    expect(own.out).toMatch(/^Sign in as Operator .+#token=.{43}\n$/);
    expect(await signsIn(/http\S+/.exec(own.out)?.[0] ?? '')).toBe(204);
    const other = await countersign('sign-in-link', '--principal', 'Second approver', '--json');
    const link = JSON.parse(other.out) as Record<string, string>;
    expect(link['principal']).toBe('Second approver');
    expect(await signsIn(link['signInUrl'] ?? '')).toBe(204);
    expect(await countersign('sign-in-link', '--principal', 'demo-agent')).toMatchObject({
      code: 1,
      err: expect.stringContaining('Operator') as string,
    });
  });

  it.each([
    [['nothing']],
    [['bootstrap', '--principal', 'x']],
    [['sign-in-link', '--colour']],
    [['bootstrap', 'x']],
  ])('says how it is used, with 2, on %j', async (words) => {
    const { code, err, out } = await countersign(...words);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain('usage: countersign');
  });
});

it('a worker serves probes and metrics, and nothing else', async () => {
  const config = testConfig(database.connectionString, folder, { role: 'worker' });
  await using app = await createApp(config, createLogger({ level: 'silent' }), {});
  const statusOf = async (path: string, method = 'GET'): Promise<number> =>
    (await fetch(`${app.url}${path}`, { method })).status;
  for (const path of ['/healthz', '/readyz', '/livez', '/metrics']) {
    await expect.poll(() => statusOf(path), { timeout: 20_000 }).toBe(200);
  }
  for (const path of ['/', '/graphql', '/session', '/sign-in', '/approvals']) {
    expect(await statusOf(path)).toBe(404);
    expect(await statusOf(path, 'POST')).toBe(404);
  }
  const socket = new WebSocket(app.url.replace('http', 'ws') + '/graphql', 'graphql-transport-ws');
  await once(socket, 'error');
});
