import { act, cleanup, renderHook } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { LiveEvent } from '../../graphql/live-updates.ts';
import type { ApprovalRow } from './approval-list.ts';
import { useInbox } from './use-inbox.ts';

const live = vi.hoisted(() => ({ tell: (_: readonly LiveEvent[]): void => undefined }));
vi.mock('../../graphql/live-context.tsx', () => ({
  useLiveEvents: (listener: typeof live.tell) => {
    live.tell = listener;
  },
}));

const row = {
  __typename: 'ApprovalRequest',
  id: 'a1',
  status: 'PENDING',
  given: 1,
  required: 2,
  createdAt: '2026-11-21T10:00:00Z',
  expiresAt: '2026-11-21T11:00:00Z',
  task: { __typename: 'Task', id: 't1', risk: 'LOW', updatedAt: '2026-11-21T10:00:00Z', plan: null },
} as unknown as ApprovalRow;

const event = {
  task: {
    __typename: 'Task',
    id: 't1',
    updatedAt: '2026-11-21T10:00:05Z',
    approval: { __typename: 'ApprovalRequest', id: 'a1', status: 'APPROVED', given: 2 },
  },
} as unknown as LiveEvent;

describe('useInbox', () => {
  afterEach(cleanup);

  it('brings news of a row that lingers after it left the list', () => {
    const { result, rerender } = renderHook(({ fresh }) => useInbox(fresh, 'MINE', false), {
      initialProps: { fresh: [row] },
    });
    rerender({ fresh: [] });
    expect(result.current.leavingUntilMs.has('a1')).toBe(true);
    act(() => live.tell([event]));
    expect(result.current.rows).toMatchObject([{ id: 'a1', status: 'APPROVED', given: 2 }]);
  });
});
