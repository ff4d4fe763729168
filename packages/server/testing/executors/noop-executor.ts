import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { accepted } from '../../src/domain/errors.ts';
import type { ActionExecutor } from '../../src/platforms/index.ts';

const noopInput = z.strictObject({
  category: z.enum(['READ', 'WRITE']).default('WRITE'),
  label: z.string().max(200).default(''),
  delayMs: z.int().min(0).max(60_000).default(0),
  /** Said where a policy has people decide by what is given. */
  note: z.string().max(200).optional(),
});
export type NoopInput = z.infer<typeof noopInput>;
export type NoopOutput = { readonly label: string };

/** Does nothing, so that what remains to be measured is ours. */
export const createNoopExecutor = (): ActionExecutor<NoopInput, NoopOutput> => ({
  traits: {
    name: 'noop.run',
    version: 1,
    platform: 'noop',
    category: 'WRITE',
    idempotency: 'NATIVE_KEY',
    reversible: true,
    budget: { timeMs: 60_000, network: 'NONE' },
  },
  description: 'Does nothing, after a while if asked to.',
  input: noopInput,
  traitsFor: ({ category }) => ({ category }),
  plan: async ({ label }) =>
    accepted({
      summary: `Do nothing${label === '' ? '' : ` for ${label}`}`,
      targets: [{ kind: 'nothing', name: label }],
      precondition: null,
      diffs: [],
      findings: [],
    }),
  apply: async ({ label, delayMs }, { signal }) => {
    if (delayMs > 0) await delay(delayMs, undefined, { signal });
    return { label };
  },
  verify: async () => {},
});
