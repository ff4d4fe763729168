import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { accepted } from '../../domain/errors.ts';
import { createEgress } from '../../infra/egress.ts';
import { conformanceCases, type ReceivedRequest } from './executor-conformance.ts';
import { ExecutorError } from '../kit/executor-error.ts';
import type { ActionExecutor } from './executor.ts';

type Defect =
  | 'none'
  | 'loose schema'
  | 'writes while planning'
  | 'looks elsewhere'
  | 'forgets keys'
  | 'ignores drift'
  | 'believes everything'
  | 'takes a late look for a proof'
  | 'cannot stop'
  | 'misnames failures';

interface Shelf {
  items: string[];
  received: ReceivedRequest[];
  version: number;
  isLying: boolean;
  isSlow: boolean;
  isSeenLate: boolean;
  isDown: boolean;
}
type Input = { readonly item: string };

/** Whether the shelf is seen as it is: once, where that was arranged, it is not. */
const seenAt = (shelf: Shelf) => (): boolean => {
  const isLate = shelf.isSeenLate;
  shelf.isSeenLate = false;
  return !isLate;
};

const createShelfExecutor = (
  shelf: Shelf,
  defect: Defect,
  look = seenAt(shelf),
): ActionExecutor<Input, string> => ({
  traits: {
    name: 'shelf.put',
    version: 1,
    platform: 'shelf',
    category: 'WRITE',
    idempotency: 'LOOKUP',
    reversible: false,
    budget: { timeMs: 5_000, network: 'NONE' },
  },
  description: 'Puts something on a shelf.',
  input:
    defect === 'loose schema' ? z.looseObject({ item: z.string() }) : z.strictObject({ item: z.string() }),
  plan: async ({ item }) => {
    if (defect === 'looks elsewhere') shelf.received.push({ method: 'GET', url: 'http://shelf/drawer' });
    if (defect === 'writes while planning') shelf.items.push(`planned ${item}`);
    return accepted({
      summary: `Put ${item} on the shelf`,
      targets: [],
      precondition: shelf.version,
      diffs: [],
      findings: [],
    });
  },
  apply: async ({ item }, { idempotencyKey, precondition, signal }) => {
    if (shelf.isSlow)
      await delay(60_000, undefined, { ref: false, ...(defect === 'cannot stop' ? {} : { signal }) });
    if (shelf.isDown) {
      const code = defect === 'misnames failures' ? 'PLATFORM_REJECTED' : 'SERVICE_DOWN';
      throw new ExecutorError(code, 'down', { effect: 'NONE' });
    }
    const label = `${item} ${idempotencyKey}`;
    if (shelf.items.includes(label) && defect !== 'forgets keys') return label;
    if (precondition !== shelf.version && defect !== 'ignores drift') {
      throw new ExecutorError('PRECONDITION_FAILED', 'moved', { effect: 'NONE' });
    }
    if (!shelf.isLying) shelf.items.push(label);
    return label;
  },
  verify: async (_, label) => {
    const isSeen = look();
    if ((isSeen && shelf.items.includes(label)) || defect === 'believes everything') return;
    throw new ExecutorError('DEPENDENCY_FAILED', 'not there', { effect: 'UNKNOWN' });
  },
  reconcile: async (_, { idempotencyKey }) => {
    if (!look() && defect === 'takes a late look for a proof') return { kind: 'ABSENT' };
    const output = shelf.items.find((item) => item.endsWith(idempotencyKey));
    return output === undefined ? { kind: 'ABSENT' } : { kind: 'FOUND', output };
  },
});

const failedCases = async (defect: Defect): Promise<string[]> => {
  const cases = conformanceCases({
    createWorld: async () => {
      const shelf: Shelf = {
        items: [],
        received: [],
        version: 1,
        isLying: false,
        isSlow: false,
        isSeenLate: false,
        isDown: false,
      };
      const egress = createEgress({});
      return {
        shelf,
        egress,
        executor: createShelfExecutor(shelf, defect),
        params: { item: 'book' },
        fingerprint: async () => JSON.stringify(shelf.items),
        received: () => shelf.received,
        countEffects: async () => shelf.items.length,
        [Symbol.asyncDispose]: () => egress[Symbol.asyncDispose](),
      };
    },
    effectsPerApply: 1,
    drift: async ({ shelf }) => void (shelf.version += 1),
    lie: { when: 'BEFORE_APPLY', arrange: async ({ shelf }) => void (shelf.isLying = true) },
    lateRead: async ({ shelf }) => void (shelf.isSeenLate = true),
    stall: async ({ shelf }) => void (shelf.isSlow = true),
    failures: [
      {
        name: 'a shelf that fell down',
        arrange: async ({ shelf }) => void (shelf.isDown = true),
        code: 'SERVICE_DOWN',
        effect: 'NONE',
        retriable: true,
      },
    ],
  });
  const results = await Promise.allSettled(cases.map(({ run }) => run()));
  return cases.filter((_, index) => results[index]?.status === 'rejected').map(({ name }) => name);
};

test('an executor that does all of it passes', async () => {
  expect(await failedCases('none')).toEqual([]);
});

test.each<[Defect, string]>([
  ['loose schema', 'refuses params that it does not know, with their path'],
  ['writes while planning', 'plans without writing anything'],
  ['looks elsewhere', 'looks only where it says that it looks'],
  ['forgets keys', 'makes one effect of two calls with the same key'],
  ['ignores drift', 'refuses to write where the target moved'],
  ['believes everything', 'notices a platform that lies'],
  ['takes a late look for a proof', 'believes no look that comes late'],
  ['cannot stop', 'ends soon after its signal fired, and finds out what came of it'],
  ['misnames failures', 'classifies a shelf that fell down'],
])('one with "%s" is caught', async (defect, name) => {
  expect(await failedCases(defect)).toContain(name);
});
