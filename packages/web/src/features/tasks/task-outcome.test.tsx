import { cleanup, render } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import type { TaskDetail } from './task-detail.ts';
import { TaskOutcome } from './task-outcome.tsx';

const task = (more: Partial<TaskDetail>): TaskDetail =>
  ({
    approval: null,
    error: null,
    status: 'RUNNING',
    cancelRequestedAt: null,
    hold: null,
    ...more,
  }) as TaskDetail;

const since = '2026-07-01T10:00:00.000Z';
const shown = (more: Partial<TaskDetail>) => render(<TaskOutcome task={task(more)} />).container;

describe('TaskOutcome', () => {
  afterEach(cleanup);

  it('says since when a running task is being cancelled', () => {
    const container = shown({ cancelRequestedAt: since });
    expect(container.textContent).toMatch(/^Cancelling since .+; what is in flight ends first\.$/u);
    expect(container.querySelector('time')?.dateTime).toBe(since);
  });

  it('says until when something is held, and why', () => {
    const reason = 'No change of production on Fridays.';
    const until = new Date(Date.now() + 3 * 86_400_000).toISOString();
    const held = (hold: TaskDetail['hold']) => shown({ status: 'QUEUED', hold }).textContent;
    expect(held({ rule: 'freeze', reason, until, taskId: null })).toMatch(
      /^Held until (?:Sun|Mon|Tue|Wed|Thu|Fri|Sat) \d\d:\d\d: No change of production on Fridays\.$/u,
    );
    expect(held({ rule: 'freeze', reason, until: null, taskId: null })).toBe(
      `Held until further notice: ${reason}`,
    );
  });

  it('does not while nobody asked, nor once it has ended', () => {
    expect(shown({}).textContent).toBe('');
    expect(shown({ status: 'CANCELLED', cancelRequestedAt: since }).textContent).toBe('');
  });

  it('says all that is wrong with a task that could not be planned', () => {
    const faults = [
      { __typename: 'InputFault' as const, path: 'actions[0].params.branch', message: 'is not there' },
      { __typename: 'InputFault' as const, path: 'actions[1].params.url', message: 'is not allowed' },
    ];
    const error = {
      __typename: 'TaskError' as const,
      code: 'SCHEMA_VALIDATION_FAILED' as const,
      message: 'Two things are wrong.',
      retriable: false,
      stepName: null,
      faults,
    };
    const items = [...shown({ status: 'FAILED', error }).querySelectorAll('li')];
    expect(items.map(({ textContent }) => textContent)).toEqual(
      faults.map(({ path, message }) => `${path} ${message}`),
    );
  });
});
