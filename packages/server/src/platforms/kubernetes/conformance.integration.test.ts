import { describe, test } from 'vitest';
import { failing, lying, platformFailures, unreachable } from '../../../testing/platform-world.ts';
import { createKubernetes } from '../../../testing/platforms/kubernetes.ts';
import { createEgress } from '../../infra/egress.ts';
import { conformanceCases } from '../contract/executor-conformance.ts';
import { createSecrets } from '../kit/secrets.ts';
import { createDeploymentScale } from './deployment-scale.ts';

const token = 'a-token-of-the-cluster';

const scaleCases = (replicas: number) =>
  conformanceCases({
    createWorld: async () => {
      const platform = await createKubernetes({ token });
      platform.set('shop', 'web', 3);
      const egress = createEgress({ allowedInternalHosts: ['127.0.0.1'] });
      const clusters = { test: { server: platform.url, tokenSecret: 'cluster', namespaces: ['shop'] } };
      return {
        platform,
        egress,
        executor: createDeploymentScale(clusters, createSecrets({ cluster: { value: token, origins: [] } })),
        params: { cluster: 'test', namespace: 'shop', name: 'web', replicas },
        fingerprint: async () => platform.specs(),
        restorable: async () => String(platform.replicasOf('shop', 'web')),
        countEffects: async () => platform.writes(),
        received: () => platform.received,
        [Symbol.asyncDispose]: async () => {
          await egress[Symbol.asyncDispose]();
          await platform[Symbol.asyncDispose]();
        },
      };
    },
    effectsPerApply: 1,
    drift: async ({ platform }) => {
      platform.set('shop', 'web', 4);
    },
    lie: { when: 'BEFORE_APPLY', arrange: lying },
    stall: failing({ kind: 'HANG', when: 'BEFORE' }),
    failures: [
      ...platformFailures,
      unreachable,
      {
        name: 'a deployment that is gone',
        arrange: async ({ platform }) => {
          platform.remove('shop', 'web');
        },
        code: 'RESOURCE_NOT_FOUND',
        effect: 'NONE',
        retriable: false,
      },
    ],
  });

describe.each([5, 0])('kubernetes.deployment.scale to %i', (replicas) => {
  for (const { name, run } of scaleCases(replicas)) test(name, run);
});
