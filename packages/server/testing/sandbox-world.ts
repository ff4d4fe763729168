import { join } from 'node:path';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { sandboxSettings } from '../src/platforms/index.ts';
import { readLedger } from './ledger-file.ts';
import { startDrive } from './platforms/drive.ts';
import { startSandboxFleet } from './platforms/fleet-directory.ts';
import type { LedgeredRequest } from './platforms/emulator.ts';
import { sandboxKubernetesState, startKubernetes } from './platforms/kubernetes.ts';
import { sandboxNotionState, startNotion } from './platforms/notion.ts';
import { startSheets } from './platforms/sheets.ts';
import { startSlack } from './platforms/slack.ts';
import { startSandboxTerraform } from './platforms/terraform-directory.ts';
import { sandboxTrelloState, startTrello } from './platforms/trello.ts';
import { testConfig } from './test-config.ts';
import { createWorld, type World, type WorldOptions } from './world.ts';

/** The platforms of the sandbox in this process, each at hand for the story, and a world that acts on them. */
export interface SandboxWorld extends AsyncDisposable {
  readonly world: World;
  readonly platforms: Awaited<ReturnType<typeof startPlatforms>>;
  /** What all platforms wrote, in the order in which it was written: `card/65a…`. */
  readonly written: () => readonly string[];
}

const startPlatforms = async (stack: AsyncDisposableStack, folder: string, ledgerFile: string) => ({
  drive: stack.use(await startDrive({ ledgerFile })),
  fleet: await startSandboxFleet({ stateFile: join(folder, 'fleet.json') }),
  kubernetes: stack.use(
    await startKubernetes({ token: 'a-token-of-the-sandbox', state: sandboxKubernetesState(), ledgerFile }),
  ),
  notion: stack.use(await startNotion({ state: sandboxNotionState(), ledgerFile })),
  sheets: stack.use(await startSheets({ ledgerFile })),
  slack: stack.use(await startSlack({ ledgerFile })),
  terraform: await startSandboxTerraform({ stateFile: join(folder, 'terraform.json') }),
  trello: stack.use(await startTrello({ state: sandboxTrelloState(), ledgerFile })),
});

export const createSandboxWorld = async (options: WorldOptions = {}): Promise<SandboxWorld> => {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'countersign-sandbox-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  // One for all: the order of writes at different platforms is what stories ask about.
  const ledgerFile = join(folder, 'ledger.jsonl');
  const platforms = await startPlatforms(stack, folder, ledgerFile);
  const urls = Object.fromEntries(Object.entries(platforms).map(([name, { url }]) => [name, url]));
  const { settings, secrets } = sandboxSettings(testConfig('', folder).executors, {
    ...urls,
    porch: platforms.kubernetes.url,
  });
  const { fleet } = platforms;
  const held = {
    platforms: new Set(['fleet']),
    readObjects: () => Promise.resolve({ fleet: fleet.objects() }),
  };
  const world = stack.use(await createWorld({ ...options, sandbox: held, settings, secrets }));
  const running = stack.move();
  return {
    world,
    platforms,
    written: () => readLedger<LedgeredRequest>(ledgerFile).flatMap(({ wrote }) => wrote ?? []),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
};
