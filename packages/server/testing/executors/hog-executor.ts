import { z } from 'zod';
import { accepted } from '../../src/domain/errors.ts';
import type { AnyExecutor } from '../../src/platforms/index.ts';

const hogInput = z.strictObject({ forMs: z.int() });

/** Keeps the whole process from anything else, as a bad pattern or a huge diff would, without the heat of it. */
export const createHogExecutor = (): AnyExecutor => ({
  traits: {
    name: 'hog.run',
    version: 1,
    platform: 'hog',
    category: 'READ',
    idempotency: 'NONE',
    reversible: true,
    budget: { timeMs: 60_000, network: 'NONE' },
  },
  description: 'Keeps the process busy.',
  input: hogInput,
  plan: async () =>
    accepted({ summary: 'Be busy', targets: [], precondition: null, diffs: [], findings: [] }),
  apply: async (input) => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, hogInput.parse(input).forMs);
    return null;
  },
  verify: async () => {},
});
