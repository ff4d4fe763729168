import { MantineProvider } from '@mantine/core';
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Plan } from '../../graphql/fragments.ts';
import { PlanChanges } from './plan-changes.tsx';

vi.mock('./exact-plan.tsx', () => ({
  ExactPlan: ({ label, onShown }: { label: string; onShown: () => void }) => (
    <button onClick={onShown}>{label}</button>
  ),
}));

beforeAll(() => {
  window.matchMedia = (media) =>
    Object.assign(new EventTarget(), {
      matches: false,
      media,
      onchange: null,
      addListener: () => undefined,
      removeListener: () => undefined,
    });
});

const file = (more: object) => ({
  __typename: 'FileDiff',
  path: 'a.txt',
  change: 'UPDATE',
  additions: 5,
  deletions: 5,
  isBinary: false,
  isTruncated: false,
  hunks: [],
  ...more,
});

const show = (...diffs: object[]) => {
  const onWholeShown = vi.fn();
  const plan = { hash: 'h', steps: [{ name: 'commit', findings: [], diffs }] } as unknown as Plan;
  render(
    <MantineProvider env="test">
      <PlanChanges plan={plan} taskId="t1" onWholeShown={onWholeShown} />
    </MantineProvider>,
  );
  return onWholeShown;
};

describe('PlanChanges', () => {
  afterEach(cleanup);

  it('stops calling the change cut off once all of it is shown', async () => {
    const onWholeShown = show(file({ change: 'CREATE', isTruncated: true }));
    expect(await screen.findByText(/Load everything that will run/u)).toBeDefined();
    fireEvent.click(screen.getByRole('button', { name: 'Load all' }));
    expect(onWholeShown).toHaveBeenCalledTimes(1);
    expect(screen.queryByText(/Load everything that will run/u)).toBeNull();
    expect(screen.getByText(/Everything that will run is below/u)).toBeDefined();
  });

  it('takes the new text for no sight of the old: that must be looked at elsewhere', async () => {
    const onWholeShown = show(file({ isTruncated: true }), file({ path: 'whole.txt' }));
    fireEvent.click(await screen.findByRole('button', { name: 'Load all' }));
    expect(onWholeShown).not.toHaveBeenCalled();
    expect(screen.getByText(/Not all that goes can be shown/u)).toBeDefined();
    expect(screen.getAllByRole('listitem').map(({ textContent }) => textContent)).toEqual(['a.txt']);
    fireEvent.click(screen.getByRole('checkbox', { name: /old content of these files elsewhere/u }));
    expect(onWholeShown).toHaveBeenCalledTimes(1);
  });

  it('counts files that go apart from lines that go', () => {
    show(file({}), file({ path: 'b.txt', change: 'DELETE', isDestructive: true }));
    expect(screen.getByText('1 file deleted')).toBeDefined();
    expect(screen.queryByText(/deletion/u)).toBeNull();
  });

  it('counts what else ceases to exist', () => {
    show(file({}), {
      __typename: 'HttpRequestDiff',
      isDestructive: true,
      method: 'DELETE',
      url: 'https://a/b',
      headers: [],
      body: null,
    });
    expect(screen.getByText('0 files deleted')).toBeDefined();
    expect(screen.getByText('1 other deletion')).toBeDefined();
  });

  it('shows kinds that it knows of platforms that it does not', async () => {
    show({
      __typename: 'DeletionsDiff',
      isDestructive: true,
      title: 'Database users',
      names: ['reader', 'writer'],
    });
    expect(screen.getByText('1 change')).toBeDefined();
    expect(screen.getByText('2 deletions')).toBeDefined();
    expect(screen.getByText('Database users')).toBeDefined();
    expect(await screen.findByText('writer')).toBeDefined();
  });
});
