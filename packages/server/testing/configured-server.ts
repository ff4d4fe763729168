import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@countersign/postgres/free-port';
import { stringify } from 'yaml';
import { inheritedEnvironment } from './inherited-environment.ts';
import { createTestDatabase } from './postgres.ts';
import { programOf } from './programs.ts';
import { until } from './until.ts';

/** The product's own server in a process of its own, with a file of settings and a mounted Secret that a story changes. */
export interface ConfiguredServer extends AsyncDisposable {
  readonly url: string;
  readonly file: string;
  readonly keys: { readonly agentKey: string; readonly approverKey: string; readonly adminKey: string };
  /** Lines of the log so far. */
  readonly log: () => string;
  readonly isRunning: () => boolean;
  writes(settings: object): Promise<void>;
  writesText(text: string): Promise<void>;
  /** As Kubernetes does: all files of the Secret at once. */
  mounts(secrets: Readonly<Record<string, string>>): Promise<void>;
  signals(): void;
  asks(key: string, query: string, variables?: object): Promise<Record<string, unknown>>;
}

export interface ConfiguredServerOptions {
  readonly settings: (folder: string) => object;
  readonly secrets: Readonly<Record<string, string>>;
  /** Right after it was started, before it is ready. */
  readonly whileStarting?: (child: ChildProcess) => void;
}

export const startConfiguredServer = async ({
  settings,
  secrets,
  whileStarting,
}: ConfiguredServerOptions): Promise<ConfiguredServer> => {
  await using stack = new AsyncDisposableStack();
  const database = stack.use(await createTestDatabase());
  const folder = await mkdtemp(join(tmpdir(), 'countersign-configured-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const home = join(folder, 'home');
  const file = join(folder, 'countersign.yaml');
  let mounted = 0;
  const mounts: ConfiguredServer['mounts'] = async (values) => {
    mounted += 1;
    const current = join(folder, 'secrets', `..${mounted}`);
    await mkdir(current, { recursive: true });
    for (const [name, value] of Object.entries(values)) await writeFile(join(current, name), value);
    const link = join(folder, 'secrets', '..data_tmp');
    await symlink(`..${mounted}`, link);
    await rename(link, join(folder, 'secrets', '..data'));
  };
  const writesText = (text: string) => writeFile(file, text);
  const writes: ConfiguredServer['writes'] = (given) => writesText(stringify(given));
  await mounts(secrets);
  await writes(settings(folder));
  const port = await freePort();
  const child = spawn(process.execPath, [programOf('main'), '--config', file], {
    env: {
      ...inheritedEnvironment(),
      DATABASE_URL: database.connectionString,
      COUNTERSIGN_HOME: home,
      PORT: String(port),
    },
  });
  const exited = once(child, 'exit');
  stack.defer(async () => {
    child.kill('SIGTERM');
    await exited;
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  whileStarting?.(child);
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  await until(
    () => {
      if (!isRunning()) throw new Error(`The server ended: ${said}`);
      return said.includes('is ready at ') || undefined;
    },
    () => `the server was not ready: ${said}`,
    { timeoutMs: 120_000, pollMs: 20 },
  );
  const keys = JSON.parse(
    await until(
      () => readFile(join(home, 'first-run.json'), 'utf8').catch(() => undefined),
      () => 'there is no first-run.json',
    ),
  ) as ConfiguredServer['keys'];
  const url = `http://localhost:${port}`;
  const whole = stack.move();
  return {
    url,
    file,
    keys,
    log: () => said,
    isRunning,
    writes,
    writesText,
    mounts,
    signals: () => void child.kill('SIGHUP'),
    async asks(key, query, variables = {}) {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
        body: JSON.stringify({ query, variables }),
      });
      const { data, errors } = (await response.json()) as {
        data: Record<string, unknown>;
        errors?: readonly { readonly message: string }[];
      };
      if (errors) throw new Error(errors.map(({ message }) => message).join(' '));
      return data;
    },
    [Symbol.asyncDispose]: () => whole.disposeAsync(),
  };
};
