import { idempotencyCapabilities, type IdempotencyCapability } from '@countersign/shared';
import * as fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { z } from 'zod';
import {
  aDocument,
  aDocumentStep,
  anEffect,
  aRun,
  aStep,
  at,
  aTask,
} from '../../../testing/domain-samples.ts';
import { createTestExecutors } from '../../../testing/test-executors.ts';
import { accepted, isRetriable } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import { effectAfter } from '../../domain/recovery.ts';
import { settle } from '../../domain/settle.ts';
import { createLogger } from '../../infra/logger.ts';
import { failureOfStatus } from '../../platforms/kit/response-status.ts';
import { describeError, type ActionExecutor, type AnyExecutor } from '../../platforms/index.ts';
import { performStep } from './perform-step.ts';

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
type Method = (typeof methods)[number];
const isRead = (method: Method): boolean => method === 'GET' || method === 'HEAD';

/** Refusals by which a platform says that it did not do it; RFC 9110 and its kin say so of these alone. */
const saysNo = (status: number): boolean =>
  [300, 304, 305, 306, 307, 308, 421, 422, 423, 425, 426, 428, 429, 431, 451].includes(status) ||
  (status >= 400 && status <= 417 && status !== 406 && status !== 408);

const input = z.strictObject({
  status: z.int(),
  method: z.enum(methods),
  idempotency: z.enum(idempotencyCapabilities),
});

const answering: ActionExecutor<z.infer<typeof input>, Json> = {
  traits: {
    name: 'answer.get',
    version: 1,
    platform: 'answers',
    category: 'WRITE',
    idempotency: 'NONE',
    reversible: false,
    budget: { timeMs: 5_000, network: 'NONE' },
  },
  description: 'Gets the answer that it is asked to get.',
  input,
  traitsFor: ({ method, idempotency }) => ({ idempotency, ...(isRead(method) ? { category: 'READ' } : {}) }),
  plan: async () => accepted({ summary: 'Do it', targets: [], precondition: null, diffs: [], findings: [] }),
  apply: async ({ status, method }) => {
    const body = Buffer.from('');
    const failure = failureOfStatus({ status, headers: {}, body, isTruncated: false, url: '' }, method, 0);
    if (failure) throw failure;
    return { status };
  },
  verify: async () => {},
};

const stack = new AsyncDisposableStack();
afterAll(() => stack.disposeAsync());
const guards = {
  platforms: {
    answers: {
      rate: { limit: 1_000_000, windowMs: 60_000 },
      breaker: { opensAt: 1_000_000, probeAfterMs: 1_000 },
      retries: { share: 1, perSecond: 1_000_000 },
    },
  },
};
const { prepare } = stack.use(createTestExecutors({ moreExecutors: [answering as AnyExecutor], guards }));
const logger = createLogger({ level: 'silent' });

/** What the last attempt of a step leaves in the record where the platform answers so. */
const recordOf = async (status: number, method: Method, idempotency: IdempotencyCapability) => {
  const planned = aDocumentStep({ action: 'answer.get@1', params: { status, method, idempotency } });
  const run = aRun();
  const step = aStep('a', { state: 'RUNNING', attempt: 4, maxAttempts: 4 });
  const effect = anEffect('a');
  const claim = {
    task: aTask(),
    run,
    step,
    document: aDocument({ steps: [planned] }),
    planned,
    params: planned.params,
    effect,
    earlier: null,
    precondition: planned.precondition,
    undone: null,
    heldSinceMs: 0,
    remainingMs: null,
    startBy: null,
  };
  const lease = {
    signal: new AbortController().signal,
    isOverdue: false,
    halt: null,
    assertHeld: () => undefined,
    [Symbol.dispose]: () => undefined,
  };
  const result = await performStep(
    {
      prepare,
      describeError,
      isShownAsPlanned: () => false,
      keepFooting: async () => true,
      keepCalled: async () => true,
      random: () => 0,
      logger,
    },
    claim,
    lease,
    null,
  );
  const { changed, end, error } = settle(run, [step], step.id, result, new Set(), at(1));
  return { effect: effectAfter(effect, result, at(1)), step: changed[0], end, error };
};

const ends = {
  SUCCEEDED: 'SUCCEEDED',
  FAILED: 'FAILED',
  UNKNOWN: 'NEEDS_ATTENTION',
  INTENDED: undefined,
} as const;

it('whatever is answered to whatever, nothing that may have been done is put down as not done, and nothing that was not as done', async () => {
  const property = fc.asyncProperty(
    fc.integer({ min: 100, max: 999 }),
    fc.constantFrom(...methods),
    fc.constantFrom(...idempotencyCapabilities),
    async (status, method, idempotency) => {
      const { effect, step, end, error } = await recordOf(status, method, idempotency);
      const isRefused = saysNo(status) && !(isRead(method) && status === 304);
      if (isRefused) expect(effect.state).toBe('FAILED');
      else if (!isRead(method)) expect(effect.state).not.toBe('FAILED');
      if (effect.state === 'SUCCEEDED') expect(status === 304 ? 200 : status).toBeLessThan(300);
      // The target is ours to compare, and only what we compared is planned again.
      expect(end).toBe(ends[effect.state]);
      if (effect.state !== 'UNKNOWN') return;
      for (const failure of [effect.error, step?.error, error]) {
        expect(failure).toMatchObject({ code: 'OUTCOME_UNKNOWN' });
        expect(failure && isRetriable(failure)).toBe(false);
      }
    },
  );
  await fc.assert(property, { numRuns: 2_000 });
});
