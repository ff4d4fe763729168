import { QueryClient } from '@tanstack/react-query';
import { act, cleanup, renderHook } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { patchQueries } from '../live/updates.ts';
import { useSteadyRows } from './use-steady-rows.ts';

const row = {
  __typename: 'ApprovalRequest',
  id: 'a1',
  status: 'PENDING',
  given: 1,
  task: { __typename: 'Task', id: 't1', updatedAt: '2026-11-21T10:00:00Z' },
};
const decided = {
  __typename: 'Task',
  id: 't1',
  updatedAt: '2026-11-21T10:00:05Z',
  approval: { __typename: 'ApprovalRequest', id: 'a1', status: 'APPROVED', given: 2 },
};

describe('useSteadyRows', () => {
  afterEach(cleanup);

  it('brings news of a row that lingers after it left the list', () => {
    const { result, rerender } = renderHook(({ fresh }) => useSteadyRows(fresh, 'MINE', false), {
      initialProps: { fresh: [row] },
    });
    rerender({ fresh: [] });
    expect(result.current.leavingUntilMs.has('a1')).toBe(true);
    act(() => patchQueries(new QueryClient(), decided));
    expect(result.current.rows).toMatchObject([{ id: 'a1', status: 'APPROVED', given: 2 }]);
  });

  it('begins anew with another list', () => {
    const { result, rerender } = renderHook(({ key, fresh }) => useSteadyRows(fresh, key, true), {
      initialProps: { key: 'MINE', fresh: [row] },
    });
    rerender({ key: 'DECIDED', fresh: [{ ...row, id: 'a2' }] });
    expect(result.current.rows.map(({ id }) => id)).toEqual(['a2']);
    expect(result.current.waiting).toEqual([]);
  });
});
