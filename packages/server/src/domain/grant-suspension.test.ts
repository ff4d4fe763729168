import { expect, it } from 'vitest';
import { aTask, at } from '../../testing/domain-samples.ts';
import { eventOf, type NewEvent } from './events.ts';
import { blowsOf } from './grant-suspension.ts';

const event = eventOf(aTask(), at(0));
const feedback = (executionQuality: number, outcome: 'SUCCESS' | 'FAILURE' | 'MODIFIED'): NewEvent =>
  event('feedback.given', 'said', {
    feedbackId: '0190c0de-0000-7000-8000-000000000000',
    outcome,
    executionQuality,
    isOwn: false,
    notes: null,
    before: null,
    moves: { rated: 1, stars: executionQuality, faults: 0 },
  });

it.each<[NewEvent, boolean]>([
  [event('task.failed', 'failed', {}), true],
  [event('task.rolled_back', 'undone', {}), true],
  [event('task.needs_attention', 'unknown', {}), true],
  [feedback(2, 'SUCCESS'), true],
  [feedback(5, 'FAILURE'), true],
  [feedback(3, 'MODIFIED'), false],
  [event('task.succeeded', 'done', {}), false],
  [event('task.cancelled', 'ended', {}), false],
  [event('task.denied', 'stopped', {}), false],
])('a grant is suspended by what goes wrong under it, and by nothing else: %j', (happened, isSuspended) => {
  expect(blowsOf([happened]).map(({ taskId }) => taskId)).toEqual(isSuspended ? ['task'] : []);
});
