// @vitest-environment node
import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { describe, expect, it, vi } from 'vitest';
import { refetchUnheard, watchAskedTimes } from './live-start.ts';

const observe = (queryClient: QueryClient, name: string) => {
  const ask = vi.fn(() => Promise.resolve(name));
  new QueryObserver(queryClient, { queryKey: [name], queryFn: ask }).subscribe(() => undefined);
  return ask;
};

describe('once the page hears the server', () => {
  it('what was sent after its place in the log was known is not asked again', async () => {
    const queryClient = new QueryClient();
    let nowMs = 1_000;
    const asked = watchAskedTimes(queryClient, () => nowMs);
    const early = observe(queryClient, 'early');
    nowMs = 2_001;
    const late = observe(queryClient, 'late');
    await vi.waitFor(() => expect(queryClient.isFetching()).toBe(0));
    await refetchUnheard(queryClient, asked, { cursor: '7', answeredAtMs: 2_000 });
    expect([early.mock.calls.length, late.mock.calls.length]).toEqual([2, 1]);
    await refetchUnheard(queryClient, asked, null);
    expect([early.mock.calls.length, late.mock.calls.length]).toEqual([3, 2]);
    queryClient.clear();
  });
});
