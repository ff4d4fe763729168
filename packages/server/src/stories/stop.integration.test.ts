import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inheritedEnvironment } from '../../testing/inherited-environment.ts';
import { programOf } from '../../testing/programs.ts';
import { startRedis, type RedisServer } from '../../testing/redis-server.ts';
import { startRestartablePostgres, type RestartablePostgres } from '../../testing/restartable-postgres.ts';
import { until } from '../../testing/until.ts';

const drainMs = 1_000;
/** What is said of it, and some seconds for a machine that is busy with other things. */
const endsWithinMs = drainMs + 5_000 + 14_000;

let postgres: RestartablePostgres;
let redis: RedisServer;
beforeAll(async () => {
  [postgres, redis] = await Promise.all([startRestartablePostgres(), startRedis()]);
});
afterAll(async () => {
  await Promise.all([postgres[Symbol.asyncDispose](), redis[Symbol.asyncDispose]()]);
});

/** The product's own process, as it is started anywhere. */
const startServer = async (
  home: string,
  role: string,
  more: object,
): Promise<{ readonly server: ChildProcess; readonly url: string }> => {
  await writeFile(join(home, 'config.json'), JSON.stringify({ drainMs }));
  const child = spawn(process.execPath, [programOf('main')], {
    env: {
      ...inheritedEnvironment(),
      COUNTERSIGN_HOME: home,
      COUNTERSIGN_ROLE: role,
      DATABASE_URL: postgres.connectionString,
      PORT: '0',
      ...more,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stdout?.on('data', (text) => (said += String(text)));
  child.stderr?.on('data', (text) => (said += String(text)));
  await until(
    () => (said.includes('is ready') || child.exitCode !== null ? true : undefined),
    () => `the server was not ready: ${said}`,
    { timeoutMs: 180_000 },
  );
  const url = /is ready at (http\S+)/.exec(said)?.[1];
  if (url === undefined) throw new Error(`The server ended: ${said}`);
  return { server: child, url };
};

/** What it does by itself has met the silence: its own checks say so. */
const hasNoticed = (url: string, checks: readonly string[]): Promise<true> =>
  until(
    async () => {
      const answer = (await (await fetch(`${url}/readyz`)).json()) as { checks: Record<string, string> };
      return checks.every((check) => answer.checks[check] === 'failed') || undefined;
    },
    () => `the server did not notice that ${checks.join(' and ')} hangs`,
  );

/** Nobody can answer them now; who follows the log waits for more. They end with the server, however it ends. */
const waitingCalls = async (home: string, url: string): Promise<readonly Promise<unknown>[]> => {
  const { agentKey } = JSON.parse(await readFile(join(home, 'first-run.json'), 'utf8')) as {
    agentKey: string;
  };
  const authorization = `Bearer ${agentKey}`;
  const call = (query: string): Promise<Response> =>
    fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization },
      body: JSON.stringify({ query }),
    });
  const followed = fetch(`${url}/api/actions/events`, { headers: { authorization } });
  const cut = (): null => null;
  const untilCut = (answering: Promise<Response>) => answering.then((answer) => answer.text()).catch(cut);
  return [...Array.from({ length: 8 }, () => call('{ tasks { nodes { id } } }')), followed].map(untilCut);
};

const cases = [
  ['worker', 'nothing', [0], [], () => []],
  ['worker', 'PostgreSQL', [2], ['database'], () => [postgres]],
  ['worker', 'Redis', [0, 2], ['queue'], () => [redis]],
  ['api', 'PostgreSQL', [2], ['database'], () => [postgres]],
  [
    'all',
    'PostgreSQL and Redis, with callers who wait for answers,',
    [2],
    ['database', 'queue'],
    () => [postgres, redis],
  ],
] as const;

test.each(cases)(
  'told to stop, a process of role %s ends in time while %s hangs',
  async (role, _what, codes, checks, trouble) => {
    const home = await mkdtemp(join(tmpdir(), 'countersign-stop-'));
    const { server, url } = await startServer(home, role, { REDIS_URL: redis.url });
    const exited = once(server, 'exit');
    trouble().forEach((part) => part.freeze());
    const calls = role === 'all' ? await waitingCalls(home, url) : [];
    try {
      await hasNoticed(url, checks);
      const toldAt = performance.now();
      server.kill('SIGTERM');
      await exited;
      expect(performance.now() - toldAt).toBeLessThan(endsWithinMs);
      expect(server.signalCode).toBeNull();
      expect(codes).toContain(server.exitCode);
    } finally {
      trouble().forEach((part) => part.thaw());
      await rm(home, { recursive: true, force: true });
    }
    await Promise.all(calls);
  },
  300_000,
);
