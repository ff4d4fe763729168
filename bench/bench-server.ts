import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { withoutLimits } from '../packages/server/src/config/limit-settings.ts';
import { readConfig } from '../packages/server/src/config.ts';

export interface BenchServer extends AsyncDisposable {
  readonly pid: number;
  readonly url: string;
  readonly agentKey: string;
  readonly approverKey: string;
  readonly adminKey: string;
}

interface Backends {
  readonly databaseUrl: string;
  /** Null puts the queues on the database. */
  readonly redisUrl: string | null;
  /** Limits as they are by default, and these hosts inside may be called. */
  readonly usualLimits?: { readonly allowedInternalHosts: readonly string[] };
}

/** Approvals take effect at once, so that what is measured is ours and not a wait for people. */
const writePolicyData = async (home: string): Promise<string> => {
  const source = join(import.meta.dirname, '../policies/data.json');
  const data = JSON.parse(await readFile(source, 'utf8')) as {
    settings: { approval: { default: { undoWindowMs: number } } };
  };
  data.settings.approval.default.undoWindowMs = 0;
  const file = join(home, 'policy-data.json');
  await writeFile(file, JSON.stringify(data));
  return file;
};

type Keys = Pick<BenchServer, 'url' | 'agentKey' | 'approverKey' | 'adminKey'>;

/** The log goes the same way, and may come first. */
const keysAmong = (lines: Interface): Promise<Keys> =>
  new Promise((resolve) => {
    lines.on('line', (line) => {
      const told = JSON.parse(line) as Keys | { readonly level: string };
      if ('agentKey' in told) resolve(told);
    });
  });

/** Starts the product as a process of its own on a free port. */
export const startBenchServer = async ({
  databaseUrl,
  redisUrl,
  usualLimits,
}: Backends): Promise<BenchServer> => {
  const home = await mkdtemp(join(tmpdir(), 'countersign-bench-'));
  const base = readConfig({
    COUNTERSIGN_HOME: home,
    COUNTERSIGN_HOST: '127.0.0.1',
    PORT: '0',
    DATABASE_URL: databaseUrl,
    COUNTERSIGN_POLICY_DATA: await writePolicyData(home),
    PATH: process.env.PATH,
    ...(redisUrl === null ? {} : { REDIS_URL: redisUrl }),
  });
  const unlimited = { limit: 1_000_000_000, windowMs: 60_000 };
  const noop = { noop: { rate: unlimited, bulkhead: { concurrent: 1_000, queued: 100_000 } } };
  const executors = { ...base.executors, platforms: noop };
  const config = usualLimits
    ? {
        ...base,
        executors: { ...executors, egress: { ...base.executors.egress, ...usualLimits } },
      }
    : {
        ...base,
        http: { ...base.http, limits: withoutLimits },
        approvals: { openEach: 1_000_000_000, watchEveryMs: 30_000 },
        admission: { waitingSteps: 1_000_000_000, highPerMinute: 1_000_000_000 },
        executors,
      };
  const child = spawn(process.execPath, [join(import.meta.dirname, 'server.ts'), JSON.stringify(config)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const keys = await Promise.race([
    keysAmong(createInterface({ input: child.stdout })),
    exited.then(() => Promise.reject(new Error('The server ended before it was ready.'))),
  ]);
  if (child.pid === undefined) throw new Error('The server did not start.');
  return {
    pid: child.pid,
    ...keys,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await exited;
      await rm(home, { recursive: true, force: true });
    },
  };
};
