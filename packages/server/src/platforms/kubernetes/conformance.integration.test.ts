import { describe, test } from 'vitest';
import { fallingSilent, lying, platformFailures, unreachable } from '../../../testing/platform-world.ts';
import { deploy, startKubernetes } from '../../../testing/platforms/kubernetes.ts';
import type { Json } from '../../domain/json.ts';
import { createEgress } from '../../infra/egress.ts';
import type { ActionExecutor } from '../contract/executor.ts';
import { conformanceCases } from '../contract/executor-conformance.ts';
import { createSecrets } from '../kit/secrets.ts';
import { createDeploymentImage } from './deployment-image.ts';
import { createAllowedDeployments, type AllowedDeployments } from './allowed-deployments.ts';
import { createDeploymentRestart } from './deployment-restart.ts';
import { createDeploymentScale } from './deployment-scale.ts';
import { createDeploymentStatus } from './deployment-status.ts';

const token = 'a-token-of-the-cluster';
const web = { cluster: 'test', namespace: 'shop', name: 'web' };

const createWorld = async <Input, Output extends Json>(
  create: (places: AllowedDeployments) => ActionExecutor<Input, Output>,
  params: object,
) => {
  const platform = await startKubernetes({ token });
  deploy(platform.state(), 'shop/web', { replicas: 3 });
  const egress = createEgress({ allowedInternalHosts: ['127.0.0.1'] });
  const clusters = { test: { server: platform.url, tokenSecret: 'cluster', namespaces: ['shop'] } };
  const secrets = createSecrets({ cluster: { value: token, origins: [] } });
  return {
    platform,
    egress,
    executor: create(createAllowedDeployments(clusters, secrets)),
    params: { ...web, ...params },
    fingerprint: async () => platform.fingerprint(),
    restorable: async () => {
      const { replicas, containers } = platform.state().deployments['shop/web'] ?? {};
      return JSON.stringify({ replicas, containers });
    },
    countEffects: async () => platform.writes(),
    received: () => platform.received,
    [Symbol.asyncDispose]: async () => {
      await egress[Symbol.asyncDispose]();
      await platform[Symbol.asyncDispose]();
    },
  };
};
type World = Awaited<ReturnType<typeof createWorld>>;

const gone = {
  name: 'a deployment that is gone',
  arrange: async ({ platform }: Pick<World, 'platform'>) => {
    delete platform.state().deployments['shop/web'];
  },
  code: 'RESOURCE_NOT_FOUND',
  effect: 'NONE',
  retriable: false,
} as const;

const changeCases = <Input, Output extends Json>(
  create: (places: AllowedDeployments) => ActionExecutor<Input, Output>,
  params: object,
) =>
  conformanceCases({
    createWorld: () => createWorld(create, params),
    effectsPerApply: 1,
    drift: async ({ platform }) => {
      deploy(platform.state(), 'shop/web', { replicas: 4, image: 'web:other' });
    },
    lie: { when: 'BEFORE_APPLY', arrange: lying },
    // What the API server answers, most of its copies have agreed upon.
    lateRead: null,
    stall: fallingSilent,
    failures: [...platformFailures, unreachable, gone],
  });

describe('kubernetes.deployment.scale to 5', () => {
  for (const { name, run } of changeCases(createDeploymentScale, { replicas: 5 })) test(name, run);
});
describe('kubernetes.deployment.scale to 0', () => {
  for (const { name, run } of changeCases(createDeploymentScale, { replicas: 0 })) test(name, run);
});
describe('kubernetes.deployment.image', () => {
  for (const { name, run } of changeCases(createDeploymentImage, { image: 'web:2' })) test(name, run);
});
describe('kubernetes.deployment.restart', () => {
  for (const { name, run } of changeCases(createDeploymentRestart, {})) test(name, run);
});
describe('kubernetes.deployment.status', () => {
  const cases = conformanceCases({
    createWorld: () => createWorld(createDeploymentStatus, {}),
    effectsPerApply: 0,
    // It only reads: there is nothing that must hold still, and nothing to be lied about.
    drift: null,
    lie: null,
    lateRead: null,
    stall: async ({ platform }) => {
      platform.behaviour.readFailures = [{ kind: 'HANG', when: 'BEFORE' }];
    },
    failures: [unreachable, gone],
  });
  for (const { name, run } of cases) test(name, run);
});
