import { isFinalStatus, taskStatuses, type TaskStatus } from '@countersign/shared';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anAgent, aPerson, aTask } from '../../testing/domain-samples.ts';
import type { Principal } from './principal.ts';
import type { RunEnd } from './run.ts';
import { become, canBecome, isCancellable, mayCancel, type Task } from './task.ts';

/** Every transition there is; a pair that is not here is none. */
const allowed: Record<TaskStatus, string> = {
  PLANNING: 'AWAITING_APPROVAL QUEUED SUCCEEDED DENIED FAILED CANCELLED',
  AWAITING_APPROVAL: 'HELD QUEUED REJECTED EXPIRED CANCELLED',
  HELD: 'AWAITING_APPROVAL QUEUED REJECTED EXPIRED CANCELLED',
  QUEUED: 'RUNNING PAUSED PLANNING NEEDS_ATTENTION FAILED DENIED EXPIRED CANCELLED',
  RUNNING: 'PAUSED PLANNING SUCCEEDED FAILED ROLLED_BACK NEEDS_ATTENTION DENIED EXPIRED CANCELLED',
  PAUSED: 'RUNNING QUEUED PLANNING SUCCEEDED FAILED ROLLED_BACK NEEDS_ATTENTION DENIED EXPIRED CANCELLED',
  NEEDS_ATTENTION: 'RUNNING SUCCEEDED FAILED ROLLED_BACK CANCELLED',
  SUCCEEDED: '',
  FAILED: '',
  ROLLED_BACK: '',
  DENIED: '',
  REJECTED: '',
  EXPIRED: '',
  CANCELLED: '',
};

const ends = taskStatuses.filter((status) => allowed[status] === '');
const pairs = taskStatuses.flatMap((from) => taskStatuses.map((to) => [from, to] as const));
const isAllowed = (from: TaskStatus, to: TaskStatus): boolean => allowed[from].split(' ').includes(to);

describe('a task', () => {
  it.each(pairs.filter(([from, to]) => isAllowed(from, to)))('may go from %s to %s', (from, to) => {
    expect(canBecome(from, to)).toBe(true);
    expect(become(from, to)).toBe(to);
  });

  it.each(pairs.filter(([from, to]) => !isAllowed(from, to)))('never goes from %s to %s', (from, to) => {
    expect(canBecome(from, to)).toBe(false);
    expect(() => become(from, to)).toThrow(`A task cannot go from ${from} to ${to}.`);
  });

  it('has seven ends, and nothing leads on from one', () => {
    expect(ends).toEqual([
      'SUCCEEDED',
      'FAILED',
      'ROLLED_BACK',
      'DENIED',
      'REJECTED',
      'EXPIRED',
      'CANCELLED',
    ]);
    expect(taskStatuses.filter(isFinalStatus)).toEqual(ends);
  });

  it('can be cancelled until it ends', () => {
    expect(taskStatuses.filter(isCancellable)).toEqual(
      taskStatuses.filter((status) => !ends.includes(status)),
    );
  });

  it.each<RunEnd>(['SUCCEEDED', 'FAILED', 'NEEDS_ATTENTION', 'CANCELLED', 'DENIED', 'EXPIRED', 'PLANNING'])(
    'takes the end %s of a run that is moving, paused or not',
    (end) => {
      expect(become('RUNNING', end)).toBe(end);
      expect(become('PAUSED', end)).toBe(end);
    },
  );

  it('gets from PLANNING to every status, and from every status to an end', () => {
    const reachable = (from: TaskStatus): Set<TaskStatus> => {
      const found = new Set([from]);
      for (const at of found) taskStatuses.filter((to) => canBecome(at, to)).forEach((to) => found.add(to));
      return found;
    };
    expect(reachable('PLANNING')).toEqual(new Set(taskStatuses));
    for (const status of taskStatuses) expect(ends.some((end) => reachable(status).has(end))).toBe(true);
  });

  it('never starts without having been queued', () => {
    const anyWishes = fc.array(fc.constantFrom(...taskStatuses), { maxLength: 40 });
    const property = fc.property(anyWishes, (wishes) => {
      const path: TaskStatus[] = ['PLANNING'];
      for (const wish of wishes) {
        const at = path.at(-1) ?? 'PLANNING';
        if (canBecome(at, wish)) path.push(wish);
      }
      const started = path.indexOf('RUNNING');
      if (started >= 0) expect(path.slice(0, started)).toContain('QUEUED');
    });
    fc.assert(property, { numRuns: 500 });
  });
});

describe('cancelling a task', () => {
  const task = aTask({ submittedById: 'agent', status: 'RUNNING' });
  const inDoubt = { ...task, status: 'NEEDS_ATTENTION' as const };
  const operator = { roles: ['OPERATOR' as const] };

  it.each<[title: string, viewer: Principal, of: Task, may: boolean]>([
    ['its submitter', anAgent(), task, true],
    ['an operator', aPerson('ole', operator), task, true],
    ['a service that operates', aPerson('bot', { type: 'SERVICE', ...operator }), task, true],
    ['an approver', aPerson('ann'), task, false],
    ['an administrator', aPerson('ada', { roles: ['ADMIN'] }), task, false],
    ['a submitter of other tasks', anAgent({ id: 'agent-2' }), task, false],
    ['an operator of another tenant', aPerson('ole', { ...operator, tenantId: 'elsewhere' }), task, false],
    ['its submitter in another tenant', anAgent({ tenantId: 'elsewhere' }), task, false],
    ['the agent whose effect nobody knows', anAgent(), inDoubt, false],
    [
      'a service, where nobody knows what happened',
      aPerson('bot', { type: 'SERVICE', ...operator }),
      inDoubt,
      false,
    ],
    ['a person who operates, where nobody knows what happened', aPerson('ole', operator), inDoubt, true],
    [
      'the person who submitted it, where nobody knows what happened',
      aPerson('agent', { roles: ['SUBMITTER'] }),
      inDoubt,
      true,
    ],
  ])('%s', (_title, viewer, of, may) => {
    expect(mayCancel(viewer, of)).toBe(may);
  });
});
