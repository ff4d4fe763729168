import { addAbortListener } from 'node:events';
import { z } from 'zod';
import { accepted } from '../../src/domain/errors.ts';
import type { ActionExecutor } from '../../src/platforms/index.ts';
import { ExecutorError } from '../../src/platforms/kit/executor-error.ts';

export const poisons = ['REFUSES', 'THROWS', 'HANGS', 'BREAKS_ITS_WORD'] as const;

const poisonInput = z.strictObject({ poison: z.enum(poisons) });

/** Can never succeed, each in its way, until it is cured. */
export const createPoisonExecutor = (): ActionExecutor<z.infer<typeof poisonInput>, null> & {
  cure(): void;
} => {
  let isCured = false;
  return {
    cure: () => {
      isCured = true;
    },
    traits: {
      name: 'poison.run',
      version: 1,
      platform: 'poison',
      category: 'READ',
      idempotency: 'NONE',
      reversible: true,
      budget: { timeMs: 60_000, network: 'NONE' },
    },
    description: 'Never succeeds.',
    input: poisonInput,
    plan: async ({ poison }) =>
      accepted({ summary: poison, targets: [], precondition: null, diffs: [], findings: [] }),
    async apply({ poison }, { signal }) {
      if (isCured) return null;
      switch (poison) {
        case 'REFUSES':
          throw new ExecutorError('SERVICE_DOWN', 'It is down.', { effect: 'NONE' });
        case 'THROWS':
          throw new TypeError('undefined is not a function');
        case 'HANGS':
          await new Promise<void>((resolve) => {
            addAbortListener(signal, () => resolve());
          });
          throw signal.reason;
        case 'BREAKS_ITS_WORD':
          return null;
      }
    },
    async verify({ poison }) {
      if (poison === 'BREAKS_ITS_WORD' && !isCured)
        throw new ExecutorError('SERVICE_DOWN', 'It is not there.', { effect: 'UNKNOWN' });
    },
  };
};
