import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import type { DeadLetter, Redriven } from './dead-letters-data.ts';
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

const show = async (results: readonly Redriven[]): Promise<HTMLElement> => {
  const router = createRouter({
    routeTree: createRootRoute({ component: () => <RedriveResults results={results} /> }),
    history: createMemoryHistory(),
  });
  render(<RouterProvider router={router} />);
  return screen.findByRole('status');
};
const listed = (): (string | null)[] => screen.getAllByRole('listitem').map(({ textContent }) => textContent);

describe('RedriveResults', () => {
  afterEach(cleanup);

  it('says what became of each, and first why some were refused', async () => {
    const status = await show([
      { letter: letter('one'), complaint: null },
      { letter: letter('two'), complaint: 'Its task is running.' },
    ]);
    expect(status.textContent).toMatch(/^1 step tried anew, 1 not\./u);
    expect(listed()).toEqual([
      'two of task 21202fb3: Its task is running.',
      'one of task 21202fb3: tried anew',
    ]);
  });

  it('speaks of none that was refused where all are tried', async () => {
    const status = await show([{ letter: letter('one'), complaint: null }]);
    expect(status.textContent).toMatch(/^1 step tried anew\./u);
  });
});
