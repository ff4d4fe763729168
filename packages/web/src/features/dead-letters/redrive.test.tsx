import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import type { DeadLetter } from './dead-letters-data.ts';
import { RedriveResults } from './redrive.tsx';

const letter = (step: string): DeadLetter => ({
  taskId: '01a219be-ea9d-70c3-a3df-2dbb21202fb3',
  step,
  platform: 'http',
  actionType: 'http.request@1',
  attempts: 4,
  code: 'RATE_LIMIT_EXCEEDED',
  message: 'Too many.',
  failedAt: '2026-07-01T10:00:00.000Z',
});

describe('RedriveResults', () => {
  afterEach(cleanup);

  it('says how many are tried, and of each other one why not', () => {
    const complaint = 'Its task is running.';
    render(
      <RedriveResults
        results={[
          { letter: letter('one'), complaint: null },
          { letter: letter('two'), complaint },
          { letter: letter('three'), complaint: null },
        ]}
      />,
    );
    expect(screen.getByRole('status').textContent).toMatch(/^2 steps tried anew, 1 not:/u);
    expect(screen.getAllByRole('listitem').map(({ textContent }) => textContent)).toEqual([
      `two ${complaint}`,
    ]);
  });

  it('lists nothing where all are tried', () => {
    render(<RedriveResults results={[{ letter: letter('one'), complaint: null }]} />);
    expect(screen.getByRole('status').textContent).toBe('1 step tried anew.');
  });
});
