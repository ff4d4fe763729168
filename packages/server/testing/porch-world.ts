import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createEgress, type Egress } from '../src/infra/egress.ts';
import type { ActionExecutor } from '../src/platforms/contract/executor.ts';
import { createPrograms } from '../src/platforms/kit/programs.ts';
import { createSecrets } from '../src/platforms/kit/secrets.ts';
import { porch } from '../src/platforms/porch/platform.ts';
import type { ScalingInput } from '../src/platforms/porch/scaling-input.ts';
import type { ScalingOutput } from '../src/platforms/porch/scaling-apply.ts';
import { deploy, startKubernetes, type Kubernetes } from './platforms/kubernetes.ts';
import type { PorchBehaviour } from './platforms/porch.ts';

const token = 'a-token-of-the-cluster';

/** porch as a program, beside a cluster that it changes. */
export interface PorchWorld extends AsyncDisposable {
  readonly cluster: Kubernetes;
  readonly egress: Egress;
  readonly executor: ActionExecutor<ScalingInput, ScalingOutput>;
  readonly folder: string;
  readonly behave: (behaviour: PorchBehaviour) => Promise<void>;
}

export interface PorchWorldOptions {
  readonly mode?: 'direct' | 'structured';
  readonly hasSight?: boolean;
  readonly binary?: string;
  readonly executionTimeoutMs?: number;
}

export const createPorchWorld = async (options: PorchWorldOptions = {}): Promise<PorchWorld> => {
  const { mode = 'structured', hasSight = true, executionTimeoutMs = 20_000 } = options;
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'countersign-porch-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const cluster = stack.use(await startKubernetes({ token }));
  deploy(cluster.state(), 'shop/web', { replicas: 3 });
  const egress = stack.use(createEgress({ allowedInternalHosts: ['127.0.0.1'] }));
  const environment = { PATH: process.env['PATH'] ?? '' };
  const sample = porch.sandbox?.settings(cluster.url).settings.porch;
  if (!sample) throw new Error('porch has no sandbox.');
  const behaviourFile = join(folder, 'behaviour.json');
  await writeFile(behaviourFile, '{}');
  const { cluster: sight, ...rest } = sample;
  const settings = {
    ...rest,
    mode,
    binary: options.binary ?? rest.binary,
    executionTimeoutMs,
    environment: { ...rest.environment, PORCH_BEHAVIOUR: behaviourFile },
    reads: [...rest.reads, dirname(behaviourFile)],
    ...(hasSight && sight ? { cluster: sight } : {}),
  };
  const tools = {
    home: join(folder, 'home'),
    secrets: createSecrets({ 'sandbox-cluster': { value: token, origins: [] } }),
    programEnvironment: environment,
    programs: createPrograms({ environment, sandbox: 'PREFERRED' }),
    stack,
  };
  const [executor] = porch.actions({ porch: settings }, tools);
  const ending = stack.move();
  return {
    cluster,
    egress,
    folder,
    executor: executor as PorchWorld['executor'],
    behave: (behaviour) => writeFile(behaviourFile, JSON.stringify(behaviour)),
    [Symbol.asyncDispose]: () => ending.disposeAsync(),
  };
};
