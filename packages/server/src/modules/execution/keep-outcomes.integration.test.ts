import { afterEach, expect, test, vi } from 'vitest';
import { createWorld } from '../../../testing/world.ts';
import { newId } from '../../infra/ids.ts';
import { createLogger } from '../../infra/logger.ts';
import { createOutcomeKeeper } from './keep-outcomes.ts';
import type { FinishedAttempt } from './settle-attempts.ts';

afterEach(() => {
  vi.useRealTimers();
});

test('what a worker learns after it was told to stop is written down at once, where the database hangs', async () => {
  await using world = await createWorld({ background: 'NONE' });
  // The time after which a slow database is given up never comes.
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  const written = Promise.withResolvers<FinishedAttempt>();
  const keeper = createOutcomeKeeper({
    ...world.services.stores,
    journal: { transaction: () => new Promise<never>(() => undefined), onCommitted: () => undefined },
    askForPlan: () => undefined,
    newId,
    restoredAt: null,
    outcomes: {
      write: (attempt) => {
        written.resolve(attempt);
        return Promise.resolve();
      },
      remove: () => Promise.resolve(),
      read: () => Promise.resolve({ attempts: [], unreadable: [] }),
    },
    patienceMs: 60_000,
    logger: createLogger({ level: 'silent' }),
  });
  const attempt: FinishedAttempt = {
    stepId: newId(),
    fence: 1,
    worker: 'w',
    result: { kind: 'SUCCEEDED', output: { charge: 'c-1' } },
  };
  void keeper.save(attempt, AbortSignal.abort());
  expect(await written.promise).toBe(attempt);
});
