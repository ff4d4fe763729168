import type { IdempotencyCapability } from '@countersign/shared';
import { describe, expect, test } from 'vitest';
import { createEgress } from '../../src/infra/egress.ts';
import { conformanceCases } from '../../src/platforms/contract/executor-conformance.ts';
import { createPlatformWorld, fallingSilent, lying, platformFailures } from '../platform-world.ts';
import { createLedgerExecutor } from './ledger-executor.ts';
import { createNoopExecutor } from './noop-executor.ts';

const ledgerCases = (idempotency: IdempotencyCapability) =>
  conformanceCases({
    createWorld: async () => {
      const world = await createPlatformWorld();
      world.platform.behaviour.honoursKeys = idempotency === 'NATIVE_KEY';
      const executor = createLedgerExecutor({ baseUrl: world.platform.url, idempotency });
      return { ...world, executor, params: { resource: 'invoice', value: 7 } };
    },
    effectsPerApply: 1,
    drift: async ({ platform }) => {
      const body = JSON.stringify({ resource: 'invoice', value: 'theirs' });
      const { status } = await fetch(`${platform.url}/effects`, { method: 'POST', body });
      expect(status).toBe(201);
    },
    lie: { when: 'BEFORE_APPLY', arrange: lying },
    // The ledger shows at once what it took.
    lateRead: null,
    stall: fallingSilent,
    failures: platformFailures,
  });

describe.each(['NATIVE_KEY', 'LOOKUP', 'CONDITIONAL'] as const)('ledger.append with %s', (idempotency) => {
  for (const { name, run } of ledgerCases(idempotency)) test(name, run);
});

describe('noop.run', () => {
  const cases = conformanceCases({
    createWorld: async () => {
      const egress = createEgress({});
      return {
        executor: createNoopExecutor(),
        egress,
        params: { label: 'conformance' },
        fingerprint: async () => '',
        received: null,
        countEffects: async () => 0,
        [Symbol.asyncDispose]: () => egress[Symbol.asyncDispose](),
      };
    },
    effectsPerApply: 0,
    // There is no platform that could move, lie, stall or fail.
    drift: null,
    lie: null,
    lateRead: null,
    stall: null,
    failures: [],
  });
  for (const { name, run } of cases) test(name, run);
});
