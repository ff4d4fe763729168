import { describe, expect, it } from 'vitest';
import { laneJobSchema } from './queue-job.ts';

const job = (changes: object): unknown => ({
  id: 'step_1-0',
  lane: 'NORMAL',
  data: { stepId: 'step_1', epoch: 0 },
  ...changes,
});

describe('a job for a lane', () => {
  it.each([job({}), job({ data: { stepId: 's', epoch: 3, traceparent: '00-ab-cd-01' } })])(
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
    ['a negative epoch', job({ data: { stepId: 's', epoch: -1 } })],
    ['an epoch as text', job({ data: { stepId: 's', epoch: '1' } })],
    ['no step', job({ data: { epoch: 1 } })],
    ['parameters that do not belong here', job({ data: { stepId: 's', epoch: 1, params: { force: true } } })],
  ])('is refused with %s', (_, value) => {
    expect(laneJobSchema.safeParse(value).success).toBe(false);
  });
});
