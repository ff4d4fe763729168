import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, cleanup, renderHook } from '@testing-library/react';
import type { ReactNode } from 'react';
import { afterEach, expect, it, vi } from 'vitest';
import { notSentCode, SentDecisionsProvider, unknownCode, useSentDecisions } from './sent-decisions.tsx';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const subject = {
  approvalId: 'a1',
  title: 'Commit a file',
  on: { taskId: 't1', revision: 1, planHash: 'hash' },
  considered: { consideredMs: 1, hasViewed: true },
};

/** A server that is away until it `answers` how the request stands. */
const startDeciding = () => {
  let approval: object | null = null;
  vi.stubGlobal('fetch', () =>
    approval === null
      ? Promise.reject(new TypeError('Failed to fetch'))
      : Promise.resolve(Response.json({ data: { approval } })),
  );
  const client = new QueryClient();
  const { result } = renderHook(() => useSentDecisions(), {
    wrapper: ({ children }: { children: ReactNode }) => (
      <QueryClientProvider client={client}>
        <SentDecisionsProvider>{children}</SentDecisionsProvider>
      </QueryClientProvider>
    ),
  });
  return {
    answers: (now: object) => (approval = now),
    approves: async (terms = {}) => {
      await act(() => result.current.decide('approve', subject, terms));
      return result.current.refusalOf(subject.approvalId);
    },
  };
};

it('never says that nothing was decided while a press before may have arrived', async () => {
  const { approves } = startDeciding();
  const lost = await approves();
  expect(lost).toMatchObject({ code: unknownCode, sinceMs: expect.any(Number) });
  const again = await approves();
  expect(again).toMatchObject({ code: unknownCode, sinceMs: lost?.sinceMs });
  expect(again?.message).toContain('was not sent');
  expect(again?.message).not.toContain('Nothing was decided');
});

it('says so where nothing was sent before', async () => {
  const { approves } = startDeciding();
  const refusal = await approves({ isUncertain: true });
  expect(refusal).toMatchObject({ code: notSentCode });
  expect(refusal?.message).toContain('Nothing was decided');
});

it('does not say that the plan changed where the press before was taken', async () => {
  const { approves, answers } = startDeciding();
  await approves();
  answers({ __typename: 'ApprovalRequest', id: 'a1', status: 'APPROVED', planHash: 'hash' });
  expect(await approves()).toEqual({
    code: notSentCode,
    message: 'It stands differently now; look again before you decide.',
  });
});
