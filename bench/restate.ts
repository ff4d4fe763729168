import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from '@countersign/postgres/free-port';
import { spawnGuarded } from '@countersign/postgres/guarded-process';
import { createEndpointHandler, service, type Context } from '@restatedev/restate-sdk';
import type { Peer } from './peer.ts';

/** Tasks that wait for a word, by the number that they were begun with: by what name the word reaches them. */
const waiting = new Map<string, (awakeable: string) => void>();

const bench = service({
  name: 'bench',
  handlers: {
    plain: async (context: Context): Promise<void> => {
      await context.run('nothing', () => undefined);
    },
    asking: async (context: Context, number: string): Promise<void> => {
      const { id, promise } = context.awakeable<string>();
      waiting.get(number)?.(id);
      await promise;
      await context.run('nothing', () => undefined);
    },
  },
});

/** Their server as it comes, and the handlers in this process, beside whoever measures. */
export const startRestate = async (): Promise<Peer> => {
  await using stack = new AsyncDisposableStack();
  const { ingress, admin } = await startServer(stack);
  const deployment = await serveHandlers(stack);
  await post(`${admin}/deployments`, { uri: deployment });
  const call = async (handler: string, body?: string): Promise<void> => {
    await post(`${ingress}/bench/${handler}`, body);
  };
  const running = stack.move();
  return {
    start: () => Promise.resolve({ done: call('plain') }),
    async startAsking() {
      const number = crypto.randomUUID();
      const { promise: awakeable, resolve } = Promise.withResolvers<string>();
      waiting.set(number, resolve);
      const done = call('asking', number);
      const id = await awakeable;
      waiting.delete(number);
      return {
        done,
        approve: async () => {
          await post(`${ingress}/restate/awakeables/${id}/resolve`, 'yes');
        },
      };
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
};

const post = async (url: string, body?: unknown): Promise<void> => {
  const response = await fetch(url, {
    method: 'POST',
    ...(body === undefined
      ? {}
      : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text}`);
};

const startTimeoutMs = 30_000;

const startServer = async (stack: AsyncDisposableStack): Promise<{ ingress: string; admin: string }> => {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-bench-restate-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const ports = { fabric: await freePort(), ingress: await freePort(), admin: await freePort() };
  const config = join(folder, 'restate.toml');
  await writeFile(
    config,
    `base-dir = "${folder}/data"
listen-mode = "tcp"
bind-address = "127.0.0.1:${ports.fabric}"
disable-telemetry = true
log-filter = "error"
[ingress]
bind-address = "127.0.0.1:${ports.ingress}"
[admin]
bind-address = "127.0.0.1:${ports.admin}"
`,
  );
  const child = spawnGuarded({
    words: [await locateProgram(), '--config-file', config, '--no-logo'],
    stopSignal: 'TERM',
  });
  stack.defer(async () => {
    child.stdin?.destroy();
    if (child.exitCode === null) await once(child, 'exit');
  });
  const [ingress, admin] = [`http://127.0.0.1:${ports.ingress}`, `http://127.0.0.1:${ports.admin}`];
  const deadline = performance.now() + startTimeoutMs;
  for (const url of [`${admin}/health`, `${ingress}/restate/health`])
    while (
      !(await fetch(url).then(
        ({ ok }) => ok,
        () => false,
      ))
    ) {
      if (child.exitCode !== null || performance.now() > deadline)
        throw new Error('restate-server did not start.');
      await sleep(50);
    }
  return { ingress, admin };
};

const version = '1.7.12';
const fetched = join(import.meta.dirname, '../node_modules/.cache', `restate-${version}`);

/** 200 MB that only the bench has a use for, so npm fetches them when it is run for the first time. */
const locateProgram = async (): Promise<string> => {
  const name = `@restatedev/restate-server-${process.platform}-${process.arch}`;
  const program = join(fetched, 'node_modules', name, 'bin/restate-server');
  if (!existsSync(program)) {
    await mkdir(fetched, { recursive: true });
    const words = ['install', '--prefix', fetched, '--no-save', '--ignore-scripts', `${name}@${version}`];
    await promisify(execFile)('npm', words);
  }
  return program;
};

const serveHandlers = async (stack: AsyncDisposableStack): Promise<string> => {
  const server = createServer(createEndpointHandler({ services: [bench], logger: () => undefined }));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stack.defer(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};
