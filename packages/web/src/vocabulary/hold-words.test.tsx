import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { HoldWords } from './hold-words.tsx';

const holder = '01a219be-ea9d-70c3-a3df-2dbb21202fb3';
const reason = `Another task has git:demo/main for itself until it ends, or asked for it before.`;

const show = async (
  rule: string,
  words: string,
  taskId: string | null,
  isPlain = false,
): Promise<string | null> => {
  const shown = <HoldWords hold={{ rule, reason: words, until: null, taskId }} isPlain={isPlain} />;
  const router = createRouter({
    routeTree: createRootRoute({ component: () => <p data-testid="words">{shown}</p> }),
    history: createMemoryHistory(),
  });
  render(<RouterProvider router={router} />);
  return (await screen.findByTestId('words')).textContent;
};

describe('HoldWords', () => {
  afterEach(cleanup);

  it('leads from a lock to the task that has it', async () => {
    expect(await show('lock', reason, holder)).toBe(
      'Held until further notice: Task 21202fb3 has git:demo/main for itself until it ends, or asked for it before.',
    );
    expect(screen.getByRole('link').getAttribute('href')).toBe(`/tasks/${holder}`);
  });

  it.each([
    ['lock', 'Another task has what this one changes for itself until it ends.', null, false],
    ['lock', reason, holder, true],
    ['freeze', reason, null, false],
  ])('leads nowhere of rule %s by “%s” for %s (plain: %s)', async (rule, words, taskId, isPlain) => {
    expect(await show(rule, words, taskId, isPlain)).toBe(`Held until further notice: ${words}`);
    expect(screen.queryByRole('link')).toBeNull();
  });
});
