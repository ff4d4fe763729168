import { describe, test } from 'vitest';
import {
  createTerraformWorld,
  firstState,
  wanted,
  type TerraformWorld,
} from '../../../testing/terraform-world.ts';
import type { TerraformBehaviour } from '../../../testing/platforms/terraform.ts';
import { conformanceCases } from '../contract/executor-conformance.ts';

interface World {
  readonly terraform: TerraformWorld;
}
const behaving =
  (behaviour: TerraformBehaviour) =>
  ({ terraform }: World): Promise<void> =>
    terraform.behave(behaviour);

const cases = conformanceCases({
  createWorld: async () => {
    const terraform = await createTerraformWorld();
    await terraform.become(firstState());
    await terraform.want(wanted);
    const { executor, egress } = terraform;
    return {
      terraform,
      egress,
      executor,
      params: { directory: 'network' },
      fingerprint: async () => JSON.stringify(await terraform.state()),
      countEffects: async () => ((await terraform.state())?.resources['cloud_dns.web'] ? 1 : 0),
      received: null,
      [Symbol.asyncDispose]: () => terraform[Symbol.asyncDispose](),
    };
  },
  effectsPerApply: 1,
  drift: ({ terraform }) => terraform.become({ ...firstState(), serial: 2 }),
  lie: { when: 'BEFORE_APPLY', arrange: behaving({ isLying: true }) },
  // What there is, terraform finds out by itself.
  lateRead: null,
  stall: behaving({ hangs: 'BEFORE' }),
  failures: [
    {
      name: 'a lock that somebody else holds',
      arrange: behaving({ isLocked: true }),
      code: 'PLATFORM_CONFLICT',
      effect: 'NONE',
      retriable: true,
    },
    {
      name: 'a failure on its way',
      arrange: behaving({ failsAt: 'cloud_vm.web' }),
      code: 'DEPENDENCY_FAILED',
      effect: 'UNKNOWN',
      retriable: false,
    },
  ],
});

describe('terraform.apply', () => {
  for (const { name, run } of cases) test(name, run);
});
