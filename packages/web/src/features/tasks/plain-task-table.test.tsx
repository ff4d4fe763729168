import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { PlainTaskTable, plainRows } from './plain-task-table.tsx';
import type { TaskRow } from './task-list.ts';

const at = '2026-11-21T10:00:00.000Z';
const tasks = (count: number): TaskRow[] =>
  Array.from({ length: count }, (_, index) => ({
    __typename: 'Task',
    id: `task-${index}`,
    goal: `Goal ${index}`,
    status: 'SUCCEEDED',
    mode: 'APPLY',
    risk: 'LOW',
    priority: 'NORMAL',
    environment: 'DEVELOPMENT',
    createdAt: at,
    updatedAt: at,
    startedAt: at,
    finishedAt: at,
    cancelRequestedAt: null,
    hold: null,
    submittedBy: { id: 'p1', type: 'AGENT', name: 'demo-agent' },
  }));

const show = async (
  loaded: number,
  totalCount: number,
  more: Partial<TaskRow> = {},
  hasMore = loaded < totalCount,
) => {
  const onReachEnd = vi.fn();
  const shown = tasks(loaded).map((task) => ({ ...task, ...more }));
  const table = (
    <PlainTaskTable tasks={shown} totalCount={totalCount} hasMore={hasMore} onReachEnd={onReachEnd} />
  );
  const router = createRouter({
    routeTree: createRootRoute({ component: () => table }),
    history: createMemoryHistory(),
  });
  render(<RouterProvider router={router} />);
  await screen.findByRole('table');
  return onReachEnd;
};

const rowCount = (): number => screen.getAllByRole('row').length - 1;

describe('PlainTaskTable', () => {
  afterEach(cleanup);

  it('holds every row that there is', async () => {
    const onReachEnd = await show(12, 12);
    expect(rowCount()).toBe(12);
    expect(screen.getByText('All 12 tasks')).toBeTruthy();
    expect(screen.queryByRole('button')).toBeNull();
    expect(onReachEnd).not.toHaveBeenCalled();
  });

  it('says of a task without a plan that it is being planned and for how long, and no risk', async () => {
    const since = new Date(Date.now() - 75_000).toISOString();
    await show(1, 1, { status: 'PLANNING', risk: null, updatedAt: since, startedAt: null, finishedAt: null });
    const [, status, risk, , , , , duration] =
      screen.getAllByRole('row')[1]?.querySelectorAll('th, td').values() ?? [];
    expect(status?.textContent).toBe('Planning…');
    expect(risk?.textContent).toBe('–');
    expect(duration?.textContent).toMatch(/^1 ?m/);
  });

  it('asks for what is missing until it is full', async () => {
    const onReachEnd = await show(100, 500);
    expect(rowCount()).toBe(100);
    expect(onReachEnd).toHaveBeenCalledOnce();
  });

  it('stops at its limit and goes on when it is told to', async () => {
    const onReachEnd = await show(300, 300);
    expect(rowCount()).toBe(plainRows);
    expect(screen.getByText('The newest 200 of 300 tasks')).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Show 200 more' }));
    expect(rowCount()).toBe(300);
    expect(onReachEnd).not.toHaveBeenCalled();
  });

  it('goes on behind the last task that is counted', async () => {
    const onReachEnd = await show(plainRows, plainRows, {}, true);
    fireEvent.click(screen.getByRole('button', { name: 'Show 200 more' }));
    expect(onReachEnd).toHaveBeenCalledOnce();
  });
});
