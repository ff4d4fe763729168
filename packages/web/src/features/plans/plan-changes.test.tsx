import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, cleanup, render, screen } from '@testing-library/react';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { PlanStep } from '../../graphql/plan-fragments.ts';
import { Findings } from './findings.tsx';
import { PlanChanges } from './plan-changes.tsx';
import { planSample, stepSample } from '../../../testing/plan-samples.ts';

/** Whose ends are on the page, until somebody scrolls to them. */
const ends = new Set<() => void>();
class Observer {
  readonly #tell: () => void;
  constructor(tell: (entries: { isIntersecting: boolean }[]) => void) {
    this.#tell = () => tell([{ isIntersecting: true }]);
  }
  observe = () => void ends.add(this.#tell);
  disconnect = () => void ends.delete(this.#tell);
}
const scrollToEnd = () => act(() => ends.forEach((tell) => tell()));

/** A server that has `total` lines of every file, and gives two at a time. */
const serveLines = (total: number, more: object = {}) => {
  vi.stubGlobal('fetch', (_url: string, { body }: { body: string }) => {
    const from = Number((JSON.parse(body) as { variables: { after: string | null } }).variables.after ?? 0);
    const lines = Array.from({ length: Math.min(2, total - from) }, (_, index) => ({
      kind: 'ADD',
      text: `line ${from + index + 1}`,
      oldNumber: null,
      newNumber: from + index + 1,
      isUnterminated: false,
    }));
    const part = {
      totalLines: total,
      endCursor: String(from + 2),
      hasNextPage: from + 2 < total,
      hasBothSides: true,
      hunks: [{ oldStart: 1, oldLines: 0, newStart: from + 1, newLines: lines.length, lines }],
      ...more,
    };
    return Promise.resolve(Response.json({ data: { task: { id: 't1', plan: { hash: 'h', lines: part } } } }));
  });
};

beforeAll(() => {
  vi.stubGlobal('IntersectionObserver', Observer);
  window.matchMedia = (media) =>
    Object.assign(new EventTarget(), {
      matches: false,
      media,
      onchange: null,
      addListener: () => undefined,
      removeListener: () => undefined,
    });
});

type Diff = PlanStep['diffs'][number];
type FileDiff = Extract<Diff, { __typename: 'FileDiff' }>;

const file = (more: Partial<FileDiff>): FileDiff => ({
  __typename: 'FileDiff',
  isDestructive: false,
  path: 'a.txt',
  change: 'UPDATE',
  additions: 5,
  deletions: 5,
  isBinary: false,
  isTruncated: false,
  hunks: [],
  ...more,
});

const show = (...diffs: Diff[]) => {
  const onWholeShown = vi.fn();
  const plan = planSample({ steps: [stepSample({ name: 'commit', diffs })] });
  render(
    <QueryClientProvider client={new QueryClient()}>
      <MantineProvider env="test">
        <PlanChanges plan={plan} taskId="t1" onWholeShown={onWholeShown} />
      </MantineProvider>
    </QueryClientProvider>,
  );
  return onWholeShown;
};

describe('PlanChanges', () => {
  afterEach(() => {
    cleanup();
    sessionStorage.clear();
  });

  it('has a long change read part by part, and says when all of it was on screen', async () => {
    serveLines(5);
    const onWholeShown = show(file({ isTruncated: true, additions: 5, deletions: 0 }));
    await screen.findByText('line 2');
    expect(screen.getByText(/0 of 5 lines viewed/u)).toBeDefined();
    expect(screen.queryByText('line 3')).toBeNull();
    scrollToEnd();
    await screen.findByText('line 4');
    expect(screen.getByText(/2 of 5 lines viewed/u)).toBeDefined();
    scrollToEnd();
    await screen.findByText('line 5');
    expect(screen.queryByText(/unchanged/u)).toBeNull();
    expect(onWholeShown).not.toHaveBeenCalled();
    scrollToEnd();
    expect(onWholeShown).toHaveBeenCalledTimes(1);
    expect(screen.getByText('All 5 lines were on screen.')).toBeDefined();
  });

  it('waits for every long file, also where only what comes can be shown', async () => {
    serveLines(2, { hasBothSides: false });
    const onWholeShown = show(file({ isTruncated: true }), file({ path: 'b.txt', isTruncated: true }));
    await vi.waitFor(() => expect(screen.getAllByText(/only what comes is/u)).toHaveLength(2), 30_000);
    const [first] = ends;
    act(() => first?.());
    expect(onWholeShown).not.toHaveBeenCalled();
    scrollToEnd();
    expect(onWholeShown).toHaveBeenCalledTimes(1);
  });

  it('counts files that go apart from lines that go', () => {
    show(file({}), file({ path: 'b.txt', change: 'DELETE', isDestructive: true }));
    expect(screen.getByText('1 file deleted')).toBeDefined();
    expect(screen.queryByText(/deletion/u)).toBeNull();
  });

  it('counts lines and files as people read numbers', () => {
    show(file({ additions: 2_200, deletions: 1_000 }));
    expect(screen.getAllByText('+2,200')).toHaveLength(2);
    expect(screen.getAllByText('−1,000')).toHaveLength(2);
  });

  it('breaks what was found behind the parts of a path, never within a name', () => {
    render(<Findings findings={[{ severity: 'HIGH', message: '".github/workflows/deploy.yml" decides' }]} />);
    const parts = [...screen.getByText(/decides/u).childNodes].map(({ textContent }) => textContent);
    expect(parts.filter((part) => part !== '')).toEqual(['".github/', 'workflows/', 'deploy.yml" decides']);
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
