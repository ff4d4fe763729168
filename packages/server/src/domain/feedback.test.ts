import { describe, expect, it, test } from 'vitest';
import { aPerson, anAgent, aTask, at } from '../../testing/domain-samples.ts';
import { feedbackFault, isOwnWork, movesOf } from './feedback.ts';

const said = (
  executionQuality: number,
  isOwn = false,
  outcome: 'SUCCESS' | 'FAILURE' | 'MODIFIED' = 'SUCCESS',
) => ({
  executionQuality,
  isOwn,
  outcome,
});

describe('feedback', () => {
  test.each<
    [title: string, now: ReturnType<typeof said>, before: ReturnType<typeof said> | null, moves: number[]]
  >([
    ['counts once', said(4), null, [1, 4, 0]],
    ['finds fault from 2 down', said(2), null, [1, 2, 1]],
    ['finds fault where it came to nothing', said(5, false, 'FAILURE'), null, [1, 5, 1]],
    ['takes the place of what was said before', said(5), said(1), [0, 4, -1]],
    ["is no praise of one's own work", said(5, true), null, [0, 0, 0]],
    ["counts against one's own work", said(1, true), null, [1, 1, 1]],
    ["is no praise of one's own work beside a fault", said(5, true, 'FAILURE'), null, [1, 1, 1]],
    ["of one's own work is taken back", said(5, true), said(1, true), [-1, -1, -1]],
  ])('%s', (_title, now, before, [rated, stars, faults]) => {
    expect(movesOf(now, before)).toEqual({ rated, stars, faults });
  });

  const ran = aTask({ status: 'SUCCEEDED', startedAt: at(1), finishedAt: at(2) });

  test.each([
    ['people who decide', aPerson('Ann'), ran, 0, null],
    ['who submitted it', anAgent(), ran, 0, null],
    ['another agent', anAgent({ id: 'other' }), ran, 0, 'AUTHORIZATION_FAILED'],
    ['people who only read', aPerson('Vic', { roles: ['VIEWER'] }), ran, 0, 'AUTHORIZATION_FAILED'],
    [
      'anybody before it has run',
      aPerson('Ann'),
      aTask({ status: 'AWAITING_APPROVAL' }),
      0,
      'NOT_IN_THIS_STATE',
    ],
    ['anybody of a rehearsal', aPerson('Ann'), { ...ran, mode: 'NOOP' as const }, 0, 'NOT_IN_THIS_STATE'],
    ['anybody for the 21st time', aPerson('Ann'), ran, 20, 'NOT_IN_THIS_STATE'],
  ])('is for %s', (_title, viewer, task, times, code) => {
    expect(feedbackFault(task, viewer, times)?.code ?? null).toBe(code);
  });

  it('of the owner, and of whoever had a hand in it, is of their own work', () => {
    const task = aTask({ handIds: ['helper'] });
    const own = ['agent', 'owner', 'helper', 'Ann'].filter((id) => isOwnWork(task, anAgent(), aPerson(id)));
    expect(own).toEqual(['agent', 'owner', 'helper']);
  });

  it('with a key that the owner made for somebody is of their own work, and through a link is not', () => {
    const [byKey, byLink] = (['API_KEY', 'SESSION'] as const).map((kind) =>
      isOwnWork(aTask(), anAgent(), {
        id: 'Ann',
        credential: { id: 'one', kind, handIds: ['owner'], decidesIn: [] },
      }),
    );
    expect([byKey, byLink]).toEqual([true, false]);
  });
});
