import { describe, expect, it } from 'vitest';
import { parseQueued, type QueuedJob } from '../../../infra/queue/job.ts';
import { stepJob, type StepPayload } from './step.ts';

const data = { stepId: 's', epoch: 3, platform: 'http' };

const job = (changes: object) => ({
  id: 'step_1-0',
  lane: 'NORMAL',
  payload: { stepId: 'step_1', epoch: 0, platform: 'http' },
  ...changes,
});

/** A form may be wrong: that is what is tried. */
const parse = (value: unknown) => parseQueued(stepJob, value as QueuedJob<StepPayload>);

describe('a step for a lane', () => {
  it.each([job({}), job({ payload: { ...data, traceparent: '00-ab-cd-01', isCalledBack: true } })])(
    'is taken: %j',
    (value) => {
      expect(parse(value)).toEqual(value);
    },
  );

  it.each([
    ['an id with a colon', job({ id: 'a:1' })],
    ['an id of digits', job({ id: '42' })],
    ['an empty id', job({ id: '' })],
    ['an unknown lane', job({ lane: 'URGENT' })],
    ['a negative epoch', job({ payload: { ...data, epoch: -1 } })],
    ['an epoch as text', job({ payload: { ...data, epoch: '1' } })],
    ['no step', job({ payload: { ...data, stepId: undefined } })],
    ['no platform', job({ payload: { ...data, platform: undefined } })],
    ['parameters that do not belong here', job({ payload: { ...data, params: { force: true } } })],
  ])('is refused with %s', (_, value) => {
    expect(() => parse(value)).toThrow();
  });
});
