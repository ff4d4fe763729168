import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import { createEgress, type Egress } from '../src/infra/egress.ts';
import type { ActionExecutor } from '../src/platforms/contract/executor.ts';
import type { Settings } from '../src/platforms/contract/platform.ts';
import { createPrograms } from '../src/platforms/kit/programs.ts';
import { createSecrets } from '../src/platforms/kit/secrets.ts';
import { terraform } from '../src/platforms/terraform/platform.ts';
import type { TerraformOutput } from '../src/platforms/terraform/terraform-apply.ts';
import type { TerraformBehaviour, TerraformConfiguration, TerraformState } from './platforms/terraform.ts';

const emulatedTerraform = fileURLToPath(new URL('./platforms/terraform', import.meta.url));

/** terraform as a program, and a working directory of its own. */
export interface TerraformWorld extends AsyncDisposable {
  readonly executor: ActionExecutor<{ directory: string; variables: never }, TerraformOutput>;
  readonly egress: Egress;
  /** The working directory. */
  readonly path: string;
  readonly home: string;
  readonly want: (wanted: TerraformConfiguration) => Promise<void>;
  readonly behave: (behaviour: TerraformBehaviour) => Promise<void>;
  /** Null where nothing was applied yet. */
  readonly state: () => Promise<TerraformState | null>;
  /** Somebody else applies. */
  readonly become: (state: TerraformState) => Promise<void>;
}

export const createTerraformWorld = async (): Promise<TerraformWorld> => {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'countersign-terraform-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'network');
  const home = join(folder, 'home');
  await mkdir(path);
  const stateFile = join(path, 'terraform.tfstate');
  const environment = { PATH: process.env['PATH'] ?? '' };
  const settings: Settings<{ terraform: z.ZodType }> = {
    terraform: {
      binary: emulatedTerraform,
      directories: {
        network: {
          path,
          environment: { NODE: process.execPath },
          secrets: {},
          reads: [dirname(process.execPath)],
          network: false,
          memoryMb: 2_048,
          planTimeoutMs: 30_000,
          applyTimeoutMs: 30_000,
        },
      },
    },
  };
  const [executor] = terraform.actions(settings as never, {
    home,
    secrets: createSecrets({}),
    programEnvironment: environment,
    programs: createPrograms({ environment, sandbox: 'PREFERRED' }),
    stack,
  });
  const egress = stack.use(createEgress({}));
  const write = (file: string, value: object) => writeFile(join(path, file), JSON.stringify(value));
  const ending = stack.move();
  return {
    executor: executor as never,
    egress,
    path,
    home,
    want: (wanted) => write('main.tf.json', wanted),
    behave: (behaviour) => write('behaviour.json', behaviour),
    state: async () => {
      const text = await readFile(stateFile, 'utf8').catch(() => null);
      return text === null ? null : (JSON.parse(text) as TerraformState);
    },
    become: (state) => write('terraform.tfstate', state),
    [Symbol.asyncDispose]: () => ending.disposeAsync(),
  };
};

/** What the state says before anything was applied by us. */
export const firstState = (): TerraformState => ({
  version: 4,
  serial: 1,
  lineage: 'a-lineage',
  outputs: {},
  resources: { 'cloud_disk.old': { size: 10, id: 'disk-1' }, 'cloud_vm.web': { size: 2, id: 'vm-1' } },
});

/** One to add, one to change, one to destroy. */
export const wanted: TerraformConfiguration = {
  resource: {
    cloud_dns: { web: { name: 'web.example.com', password: 'hunter2hunter2' } },
    cloud_vm: { web: { size: 4 } },
  },
  output: { size: { value: 4 } },
};
