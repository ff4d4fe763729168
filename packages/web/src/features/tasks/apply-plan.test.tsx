import { cleanup, render, screen, within } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { NotApplied, type Refusal } from './apply-plan.tsx';

const refusal = (details: Refusal['details']): Refusal => ({
  code: 'CONFLICT',
  message: 'It would do something else now.',
  retriable: false,
  retryAfterMs: null,
  details,
});

describe('NotApplied', () => {
  afterEach(cleanup);

  it('shows step by step what would be done otherwise now', () => {
    const changes = [
      { step: 'commit', parts: ['diffs', 'targets'], before: 'Changes a.txt', now: 'Changes b.txt' },
      { step: 'tag', parts: [], before: 'Tags v1', now: null },
    ];
    render(<NotApplied refusal={refusal({ __typename: 'ChangedPlan', changes })} />);
    expect(screen.getByRole('alert').textContent).toContain('It would do something else now.');
    const [commit, tag] = within(screen.getByRole('list')).getAllByRole('listitem');
    expect(commit?.textContent).toBe('commit diffs, targets−before: Changes a.txt+after: Changes b.txt');
    expect(tag?.textContent).toBe('tag−before: Tags v1');
  });

  it('shows a summary once where only what lies behind it differs', () => {
    const changes = [{ step: 'commit', parts: ['diffs'], before: 'Changes a.txt', now: 'Changes a.txt' }];
    render(<NotApplied refusal={refusal({ __typename: 'ChangedPlan', changes })} />);
    expect(screen.getByRole('listitem').textContent).toBe('commit diffsChanges a.txt');
  });

  it('says no more than the message where nothing else is known', () => {
    render(<NotApplied refusal={refusal(null)} />);
    expect(screen.queryByRole('list')).toBeNull();
  });
});
