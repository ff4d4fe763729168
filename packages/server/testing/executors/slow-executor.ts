import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { invalidInput, accepted, refused } from '../../src/domain/errors.ts';
import { ExecutorError, type ActionExecutor } from '../../src/platforms/index.ts';

const slowInput = z.strictObject({
  /** Where it leaves a line for each planning that it begins, and looks for an answer. */
  folder: z.string(),
  /** FAST says that it plans fast, and does not. */
  says: z.enum(['FAST', 'SLOW']).default('SLOW'),
});

/** The file that lets the planning in a folder end: empty, or with what is wrong. */
export const answerFile = 'answer';
/** What is wrong, where that passes. */
export const notNow = 'not now';
/** The file with a line for each planning that began: the process that was at it. */
export const begunFile = 'begun';

/** Plans for as long as the test wants, in whatever process. */
export const createSlowExecutor = (): ActionExecutor<z.output<typeof slowInput>, null> => ({
  traits: {
    name: 'slow.run',
    version: 1,
    platform: 'noop',
    category: 'READ',
    idempotency: 'NONE',
    reversible: true,
    budget: { timeMs: 60_000, network: 'NONE' },
    planning: 'SLOW',
  },
  traitsFor: ({ says }) => ({ planning: says }),
  description: 'Takes its time to plan.',
  input: slowInput,
  async plan({ folder }, { signal }) {
    await appendFile(join(folder, begunFile), `${process.pid}\n`);
    for (;;) {
      const fault = await readFile(join(folder, answerFile), 'utf8').catch(() => null);
      if (fault === notNow) throw new ExecutorError('NETWORK_ERROR', 'Nobody answers.', { effect: 'NONE' });
      if (fault) return refused(invalidInput([{ path: 'folder', message: fault }]));
      if (fault !== null) break;
      await sleep(10, undefined, { signal });
    }
    return accepted({ summary: 'Planned at last', targets: [], precondition: null, diffs: [], findings: [] });
  },
  apply: () => Promise.resolve(null),
  verify: () => Promise.resolve(),
});
