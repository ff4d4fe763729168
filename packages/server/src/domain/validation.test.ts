import { expect, it } from 'vitest';
import { stagesOf, type Validated } from './validation.ts';

const task: Validated = { status: 'FAILED', revision: 1, hasActions: true, error: null, decision: null };

it.each(['PRECONDITION_FAILED', 'NOTHING_TO_CHANGE'])(
  'a task that ended by what its targets are, %s, did not pass the look at them',
  (code) => {
    for (const revision of [0, 1]) {
      const stages = stagesOf({ ...task, revision, error: { code, message: 'It is so already.' } });
      expect(stages.find(({ stage }) => stage === 'DRIFT_SAFETY')).toMatchObject({
        status: 'FAILED',
        message: 'It is so already.',
      });
    }
  },
);
