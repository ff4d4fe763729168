import { mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { freePort } from '@countersign/postgres/free-port';
import { startDrive } from './drive.ts';
import { startDemoRepository } from './demo-repository.ts';
import type { EmulatedObject, EmulatorOptions } from './emulator.ts';
import { startSandboxFleet } from './fleet-directory.ts';
import { sandboxKubernetesState, startKubernetes } from './kubernetes.ts';
import { startMcpNotes } from './mcp.ts';
import { sandboxNotionState, startNotion } from './notion.ts';
import { startSandboxRobot } from './robot.ts';
import { startSheets } from './sheets.ts';
import { startSlack } from './slack.ts';
import { startSandboxTerraform } from './terraform-directory.ts';
import { sandboxTrelloState, startTrello } from './trello.ts';

/** An emulator as the sandbox runs it: where its platform's settings point to, and what it holds. */
export interface SandboxPart extends AsyncDisposable {
  readonly url: string;
  readonly objects: () => readonly EmulatedObject[] | Promise<readonly EmulatedObject[]>;
}

type StartPart = (options: Pick<EmulatorOptions, 'port' | 'stateFile'>) => Promise<SandboxPart>;

/** By the name of the platform. */
const parts: Readonly<Record<string, StartPart>> = {
  kubernetes: (options) =>
    startKubernetes({ token: 'a-token-of-the-sandbox', state: sandboxKubernetesState(), ...options }),
  drive: startDrive,
  fleet: startSandboxFleet,
  git: startDemoRepository,
  mcp: startMcpNotes,
  notion: (options) => startNotion({ state: sandboxNotionState(), ...options }),
  robot: startSandboxRobot,
  sheets: startSheets,
  slack: startSlack,
  terraform: startSandboxTerraform,
  trello: (options) => startTrello({ state: sandboxTrelloState(), ...options }),
};

/** Platforms that have no emulator of their own: a program that changes what another one's emulator holds. */
const actingOn: Readonly<Record<string, string>> = { porch: 'kubernetes' };

/** Where the parts were the last time: whoever points to them still finds them there after a restart. */
export type SandboxPorts = Readonly<Record<string, number>>;

export interface Sandbox extends AsyncDisposable {
  /** `GET /objects` gives what each platform holds. */
  readonly url: string;
  /** By the name of the platform. */
  readonly platforms: Readonly<Record<string, string>>;
}

/** All emulators together, with what they hold kept in a folder. */
export const startSandbox = async (
  folder: string,
  port?: number,
  ports: SandboxPorts = {},
): Promise<Sandbox> => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  await using stack = new AsyncDisposableStack();
  const started = await Promise.all(
    Object.entries(parts).map(async ([name, start]) => {
      const stateFile = join(folder, `${name}.json`);
      return [name, stack.use(await start({ port: ports[name] ?? (await freePort()), stateFile }))] as const;
    }),
  );
  const held = async (): Promise<Readonly<Record<string, readonly EmulatedObject[]>>> =>
    Object.fromEntries(
      await Promise.all(started.map(async ([name, part]) => [name, await part.objects()] as const)),
    );
  const server = createServer((_request, response) => {
    held().then(
      (objects) =>
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(objects)),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  server.listen(port ?? (await freePort()), '127.0.0.1');
  await once(server, 'listening');
  stack.defer(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const running = stack.move();
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    platforms: Object.fromEntries([
      ...started.map(([name, { url }]) => [name, url]),
      ...Object.entries(actingOn).flatMap(([name, other]) =>
        started.filter(([at]) => at === other).map(([, { url }]) => [name, url]),
      ),
    ]),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
};

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      folder: { type: 'string' },
      port: { type: 'string' },
      ports: { type: 'string', default: '{}' },
    },
  });
  if (values.folder === undefined) throw new Error('--folder is needed');
  const ports = JSON.parse(values.ports) as SandboxPorts;
  const { url, platforms } = await startSandbox(
    values.folder,
    values.port ? Number(values.port) : undefined,
    ports,
  );
  process.stdout.write(`${JSON.stringify({ url, platforms })}\n`);
  // It ends with whoever started it, at the end of this pipe.
  process.stdin.on('end', () => process.exit(0)).resume();
}
