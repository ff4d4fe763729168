// @vitest-environment node
import { QueryClient } from '@tanstack/react-query';
import type { FragmentOf } from 'gql.tada';
import { beforeEach, describe, expect, it } from 'vitest';
import type { TaskNewsFields } from '../graphql/fragments.ts';
import { applyEvents, watchAnswersUnderWay, type LiveEvent, type LiveRules } from './updates.ts';

const at = (second: number): string => new Date(Date.UTC(2026, 10, 21, 10, 0, second)).toISOString();

const approvalOf = (status: 'PENDING' | 'APPROVED') => ({
  __typename: 'ApprovalRequest' as const,
  id: 'a1',
  status,
  required: 1,
  given: status === 'APPROVED' ? 1 : 0,
  stages: [],
  effectiveAt: null,
  resolvedAt: null,
  staleSince: null,
  decoy: null,
  viewerCanApprove: status === 'PENDING',
  viewerCanReject: status === 'PENDING',
  viewerCanWithdraw: false,
  reviews: [],
});

const event = (
  type: string,
  updatedSecond: number,
  task: Partial<FragmentOf<typeof TaskNewsFields>> = {},
): LiveEvent & { readonly task: FragmentOf<typeof TaskNewsFields> } => ({
  seq: String(updatedSecond),
  type,
  task: {
    __typename: 'Task',
    id: 't1',
    status: 'RUNNING',
    goal: 'goal',
    priority: 'NORMAL',
    environment: 'STAGING',
    revision: 1,
    risk: 'LOW',
    updatedAt: at(updatedSecond),
    startedAt: null,
    finishedAt: null,
    queuePosition: null,
    estimatedWaitMs: null,
    viewerCanCancel: true,
    cancelRequestedAt: null,
    approval: null,
    ...task,
  },
});

describe('applyEvents', () => {
  let client: QueryClient;
  beforeEach(() => {
    client = new QueryClient();
  });

  const put = async (key: string, data: unknown, live: LiveRules): Promise<void> => {
    await client.query({ queryKey: [key], queryFn: () => data, meta: { live } });
  };
  const row = (status: string, second: number) => ({
    __typename: 'Task',
    id: 't1',
    status,
    updatedAt: at(second),
  });

  it('changes a row in place and adds no field to it', async () => {
    await put(
      'list',
      { pages: [{ nodes: [row('QUEUED', 1), { ...row('QUEUED', 1), id: 't2' }] }] },
      { isPatched: true },
    );
    applyEvents(client, [event('task.started', 2)]);
    expect(client.getQueryData(['list'])).toEqual({
      pages: [{ nodes: [row('RUNNING', 2), { ...row('QUEUED', 1), id: 't2' }] }],
    });
  });

  it('lets nothing older win, within a batch and against the cache', async () => {
    await put('list', [row('QUEUED', 5)], { isPatched: true });
    applyEvents(client, [event('task.started', 4, { status: 'RUNNING' })]);
    expect(client.getQueryData(['list'])).toEqual([row('QUEUED', 5)]);
    applyEvents(client, [event('task.succeeded', 9, { status: 'SUCCEEDED' }), event('task.started', 8)]);
    expect(client.getQueryData(['list'])).toEqual([row('SUCCEEDED', 9)]);
  });

  it('keeps the identity of answers that nothing changed', async () => {
    await put('other', [{ ...row('QUEUED', 1), id: 't9' }], { isPatched: true });
    const before = client.getQueryData(['other']);
    applyEvents(client, [event('task.started', 2)]);
    expect(client.getQueryData(['other'])).toBe(before);
  });

  it('carries a decision into the request whose task it is about, and into no other', async () => {
    const shown = {
      __typename: 'ApprovalRequest',
      id: 'a1',
      status: 'PENDING',
      given: 0,
      task: row('AWAITING_APPROVAL', 1),
    };
    const earlier = { ...shown, id: 'a0' };
    await put('approvals', [shown, earlier], { isPatched: true });
    applyEvents(client, [
      event('approval.resolved', 2, { status: 'HELD', approval: approvalOf('APPROVED') }),
    ]);
    expect(client.getQueryData(['approvals'])).toEqual([
      { ...shown, status: 'APPROVED', given: 1, task: row('HELD', 2) },
      { ...earlier, task: row('HELD', 2) },
    ]);
  });

  it('names the queries to ask again: by kind of fact, and by task', async () => {
    await put('count', { n: 1 }, { refetchOn: ['approval.'] });
    await put('detail', { task: row('QUEUED', 1) }, { isRefetchedWhenMentioned: true });
    await put('elsewhere', { task: { ...row('QUEUED', 1), id: 't2' } }, { isRefetchedWhenMentioned: true });
    const hash = (key: string): string => JSON.stringify([key]);
    expect(applyEvents(client, [event('approval.requested', 2)])).toEqual([hash('count'), hash('detail')]);
    expect(applyEvents(client, [event('task.started', 3)])).toEqual([hash('detail')]);
  });

  it('leaves queries without rules alone', async () => {
    await client.query({ queryKey: ['plain'], queryFn: () => row('QUEUED', 1) });
    expect(applyEvents(client, [event('task.started', 2)])).toEqual([]);
    expect(client.getQueryData(['plain'])).toEqual(row('QUEUED', 1));
  });
});

describe('watchAnswersUnderWay', () => {
  const shown = (status: string, second: number) => ({
    __typename: 'Task',
    id: 't1',
    status,
    updatedAt: at(second),
  });

  /** A question that is on its way until it is answered. */
  const ask = (client: QueryClient, live: LiveRules) => {
    const answer = Promise.withResolvers<unknown>();
    const done = client.query({ queryKey: ['asked'], queryFn: () => answer.promise, meta: { live } });
    return async (value: unknown): Promise<void> => {
      answer.resolve(value);
      await done;
    };
  };

  it('asks again what was asked first before an event and answered after it', async () => {
    const client = new QueryClient();
    const stale: string[] = [];
    const underWay = watchAnswersUnderWay(client, (hashes) => stale.push(...hashes));
    const answers = ask(client, { isRefetchedWhenMentioned: true });
    underWay.keep([event('task.failed', 2)]);
    await answers({ task: shown('PLANNING', 1) });
    expect(stale).toEqual(['["asked"]']);
    underWay.stop();
  });

  it('asks nothing again that the events are not about', async () => {
    const client = new QueryClient();
    const stale: string[] = [];
    const underWay = watchAnswersUnderWay(client, (hashes) => stale.push(...hashes));
    const answers = ask(client, { isRefetchedWhenMentioned: true });
    underWay.keep([event('task.failed', 2)]);
    await answers({ task: { ...shown('PLANNING', 1), id: 't2' } });
    expect(stale).toEqual([]);
    underWay.stop();
  });

  it('lets no older answer lay itself over a patch', async () => {
    const client = new QueryClient();
    const live = { isPatched: true };
    await ask(client, live)({ task: shown('QUEUED', 1) });
    const underWay = watchAnswersUnderWay(client, () => undefined);
    const answers = ask(client, live);
    const events = [event('task.started', 2)];
    underWay.keep(events);
    applyEvents(client, events);
    await answers({ task: shown('QUEUED', 1) });
    expect(client.getQueryData(['asked'])).toEqual({ task: shown('RUNNING', 2) });
    underWay.stop();
  });

  it('asks nothing a second time that was asked anew after the event', async () => {
    const client = new QueryClient();
    const stale: string[] = [];
    await ask(client, { isRefetchedWhenMentioned: true })({ task: shown('QUEUED', 1) });
    const underWay = watchAnswersUnderWay(client, (hashes) => stale.push(...hashes));
    const answers = ask(client, { isRefetchedWhenMentioned: true });
    underWay.keep([event('task.started', 2)]);
    underWay.askedAnew(new Set(['["asked"]']));
    await answers({ task: shown('RUNNING', 2) });
    expect(stale).toEqual([]);
    underWay.stop();
  });
});
