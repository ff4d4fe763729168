import { describe, expect, it } from 'vitest';
import { laneJobSchema } from './queue-job.ts';

const data = { stepId: 's', epoch: 3, platform: 'http' };

const job = (changes: object): unknown => ({
  id: 'step_1-0',
  lane: 'NORMAL',
  data: { stepId: 'step_1', epoch: 0, platform: 'http' },
  ...changes,
});

describe('a job for a lane', () => {
  it.each([job({}), job({ data: { ...data, traceparent: '00-ab-cd-01', isCalledBack: true } })])(
    'is taken: %j',
    (value) => {
      expect(laneJobSchema.safeParse(value).success).toBe(true);
    },
  );

  it.each([
    ['an id with a colon', job({ id: 'a:1' })],
    ['an id of digits', job({ id: '42' })],
    ['an empty id', job({ id: '' })],
    ['an unknown lane', job({ lane: 'URGENT' })],
    ['a negative epoch', job({ data: { ...data, epoch: -1 } })],
    ['an epoch as text', job({ data: { ...data, epoch: '1' } })],
    ['no step', job({ data: { ...data, stepId: undefined } })],
    ['no platform', job({ data: { ...data, platform: undefined } })],
    ['parameters that do not belong here', job({ data: { ...data, params: { force: true } } })],
  ])('is refused with %s', (_, value) => {
    expect(laneJobSchema.safeParse(value).success).toBe(false);
  });
});
