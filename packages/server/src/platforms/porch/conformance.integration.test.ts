import { describe, test } from 'vitest';
import { readingLate } from '../../../testing/platform-world.ts';
import { deploy } from '../../../testing/platforms/kubernetes.ts';
import { createPorchWorld, type PorchWorld, type PorchWorldOptions } from '../../../testing/porch-world.ts';
import { conformanceCases } from '../contract/executor-conformance.ts';
import type { PorchBehaviour } from '../../../testing/platforms/porch.ts';

const behaving =
  (behaviour: PorchBehaviour) =>
  ({ porch }: { readonly porch: PorchWorld }): Promise<void> =>
    porch.behave(behaviour);

const cases = (options: PorchWorldOptions) =>
  conformanceCases({
    createWorld: async () => {
      const porch = await createPorchWorld(options);
      const { cluster, egress, executor } = porch;
      const replicas = () => cluster.state().deployments['shop/web']?.replicas;
      return {
        porch,
        egress,
        executor,
        params: { target: 'web', namespace: 'shop', replicas: 5 },
        fingerprint: async () => cluster.fingerprint(),
        restorable: async () => String(replicas()),
        countEffects: async () => cluster.writes(),
        // The program's own requests are not ours.
        received: null,
        [Symbol.asyncDispose]: () => porch[Symbol.asyncDispose](),
      };
    },
    effectsPerApply: 1,
    drift:
      options.hasSight === false
        ? null
        : async ({ porch }) => deploy(porch.cluster.state(), 'shop/web', { replicas: 4 }),
    lie: options.hasSight === false ? null : { when: 'BEFORE_APPLY', arrange: behaving({ isLying: true }) },
    lateRead: options.hasSight === false ? null : ({ porch }) => readingLate({ platform: porch.cluster }),
    stall: behaving({ waitMs: 60_000 }),
    failures: [
      {
        name: 'a wrong intent',
        arrange: behaving({ exitCode: 1 }),
        code: 'PLATFORM_REJECTED',
        effect: 'NONE',
        retriable: false,
      },
      {
        name: 'missing rights',
        arrange: behaving({ exitCode: 3 }),
        code: 'PLATFORM_PERMISSION_DENIED',
        effect: 'NONE',
        retriable: true,
        // Ours: porch names no time.
        retryAfterMs: 30_000,
      },
      {
        name: 'a timeout of porch that came after its effect',
        arrange: behaving({ exitCode: 124, hasActed: true }),
        code: 'EXECUTION_TIMEOUT',
        effect: 'UNKNOWN',
        retriable: true,
      },
      {
        name: 'an exit code that nobody documents',
        arrange: behaving({ exitCode: 77 }),
        code: 'DEPENDENCY_FAILED',
        effect: 'UNKNOWN',
        retriable: false,
      },
    ],
  });

describe.each([
  ['structured, with sight of the cluster', { mode: 'structured' }],
  ['direct, without it', { mode: 'direct', hasSight: false }],
] as const)('scaling.apply, %s', (_title, options) => {
  for (const { name, run } of cases(options)) test(name, run);
});
