import { z } from 'zod';
import { accepted } from '../../src/domain/errors.ts';
import type { AnyExecutor } from '../../src/platforms/index.ts';

const hogInput = z.strictObject({ forMs: z.int() });

/** Keeps the whole process busy, as a bad pattern or a huge diff would. */
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
    const endsAt = performance.now() + hogInput.parse(input).forMs;
    while (performance.now() < endsAt);
    return null;
  },
  verify: async () => {},
});
