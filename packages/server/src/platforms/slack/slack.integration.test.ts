import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startSlack, type SlackMessage, type SlackState } from '../../../testing/platforms/slack.ts';
import type { Emulator } from '../../../testing/platforms/emulator.ts';
import { createTestExecutors, planCall } from '../../../testing/test-executors.ts';
import type { ApplyCall, Executors, PreparedAction } from '../index.ts';
import { createSecrets } from '../kit/secrets.ts';
import { createMessageDelete } from './message-delete.ts';
import { createMessagePost } from './message-post.ts';
import { createMessageUpdate } from './message-update.ts';
import { createAllowedChannels } from './workspace.ts';

const token = 'xoxb-of-the-test';
let platform: Emulator<SlackState>;
let executors: Executors;

const executorsWith = (given: string): Executors => {
  const workspace = {
    apiUrl: `${platform.url}/api`,
    tokenSecret: 'slack',
    channels: ['C0OPS', 'C0OLD', 'C0FAR'],
  };
  const places = createAllowedChannels(workspace, createSecrets({ slack: { value: given, origins: [] } }));
  return createTestExecutors({
    egress: { allowedInternalHosts: ['127.0.0.1'] },
    guards: { readBackDelaysMs: [10] },
    moreExecutors: [
      createMessagePost(places, 1),
      createMessageUpdate(places, 1),
      createMessageDelete(places, 1),
    ],
  });
};

beforeEach(async () => {
  platform = await startSlack({ token });
  Object.assign(platform.state().channels, {
    C0OLD: { name: 'old', isMember: true, isArchived: true, members: 3 },
    C0FAR: { name: 'far', isMember: false, isArchived: false, members: 3 },
  });
  executors = executorsWith(token);
});
afterEach(async () => {
  await executors[Symbol.asyncDispose]();
  await platform[Symbol.asyncDispose]();
});

const prepare = (action: string, params: object): PreparedAction => {
  const prepared = executors.prepare(`slack.message.${action}`, params, 'a');
  if (!prepared.ok) throw new Error(JSON.stringify(prepared.faults));
  return prepared.action;
};
const post = (params: object = {}) =>
  prepare('post', { channel: 'C0OPS', text: 'Deploy is done.', ...params });
const callOf = async (action: PreparedAction, key = 'c0de'): Promise<ApplyCall> => {
  const planned = await action.plan(planCall());
  if (!planned.ok) throw new Error(JSON.stringify(planned.refusal));
  const { precondition } = planned.value;
  return {
    ...planCall(),
    precondition,
    idempotencyKey: key.repeat(16),
    taskId: 't',
    stepId: 's',
    attempt: 1,
  };
};
const perform = async (action: PreparedAction, key?: string) => {
  const call = await callOf(action, key);
  return { action, call, output: (await action.apply(call)) as { readonly ts: string } };
};
const said = (ts: string, text: string): SlackMessage => ({
  channel: 'C0OPS',
  ts,
  threadTs: null,
  botId: null,
  userId: 'U0BEN',
  text,
  blocks: [],
  metadata: null,
  editedAt: null,
});
const anna = '1764000000.000100';

describe('a plan', () => {
  test('says where, and shows every word', async () => {
    expect(await post({ text: 'Done & <done>' }).plan(planCall())).toMatchObject({
      value: {
        summary: 'Post a message in #ops',
        targets: [{ kind: 'channel', name: 'C0OPS' }],
        diffs: [{ type: 'MESSAGE', to: '#ops', text: 'Done & <done>', previousText: null }],
        findings: [],
        claims: [],
      },
    });
  });

  test('of a reply says in which thread, and what it answers', async () => {
    const other = '1764000001.000100';
    platform.state().messages.push(said(other, 'Shall we\nship it?'));
    const [first, second] = await Promise.all(
      [anna, other].map((thread_ts) => post({ text: 'Yes.', thread_ts }).plan(planCall())),
    );
    expect(second).toMatchObject({
      value: {
        summary: `Post a reply in the thread ${other} of #ops, "Shall we\\nship it?"`,
        diffs: [{ to: expect.stringContaining(other), text: 'Yes.' }],
      },
    });
    expect(first).not.toMatchObject({ value: { diffs: second?.ok ? second.value.diffs : [] } });
  });

  test.each([
    [{ text: '<!channel> look' }, 'It notifies up to 12 people in #ops at once.'],
    [{ text: 'pay \u202e1000' }, 'The text has characters that hide, or that show others in another order.'],
    [
      { blocks: [{ type: 'rich_text', elements: [{ type: 'broadcast', range: 'here' }] }] },
      'It notifies up to 12 people in #ops at once.',
    ],
    [{ text: '<!subteam^S012345> look' }, 'It notifies everybody of a user group at once.'],
    [
      { blocks: [{ type: 'section', text: { type: 'plain_text', text: 'pay \u202e1000' } }] },
      'The text has characters that hide, or that show others in another order.',
    ],
    [{ blocks: [{ type: 'divider' }] }, 'People read the blocks; the text is for notifications.'],
  ])('of %j warns', async (params, message) => {
    expect(await post(params).plan(planCall())).toMatchObject({
      value: { findings: expect.arrayContaining([expect.objectContaining({ message })]) },
    });
  });

  test.each([
    ['post', { channel: 'C0OPT' }, 'channel', 'POLICY_DENIED'],
    ['post', { channel: 'C0OLD' }, 'channel', 'PRECONDITION_FAILED'],
    ['post', { channel: 'C0FAR' }, 'channel', 'PLATFORM_PERMISSION_DENIED'],
    ['post', { thread_ts: '1764000009.000100' }, 'thread_ts', 'RESOURCE_NOT_FOUND'],
    ['update', { ts: anna }, 'ts', 'PLATFORM_PERMISSION_DENIED'],
    ['delete', { ts: '1764000009.000100', text: undefined }, 'ts', 'RESOURCE_NOT_FOUND'],
  ])('to %s %j is refused at its place', async (action, params, path, code) => {
    const given = Object.entries({ channel: 'C0OPS', text: 'Hi', ...params }).filter(([, value]) => value);
    expect(await prepare(action, Object.fromEntries(given)).plan(planCall())).toMatchObject({
      ok: false,
      refusal: { code, details: { faults: [{ path }] } },
    });
  });

  test.each([
    ['channel', '#ops'],
    ['channel', '../C0OPS'],
    ['channel', '__proto__'],
    ['channel', 'C0OPS/..'],
    ['channel', 'Ｃ0OPS'],
    ['thread_ts', '1764000000'],
    ['thread_ts', '1764000000.000100&channel=C0FAR'],
    ['text', ' \n'],
    ['text', 'a'.repeat(12_001)],
    ['blocks', [{}]],
    ['blocks', Array.from({ length: 51 }, () => ({ type: 'divider' }))],
    ['blocks', [{ type: 'section', text: 'a'.repeat(50_000) }]],
  ])('is not even tried for a %s of %j', (param, value) => {
    const params = { channel: 'C0OPS', text: 'Hi', [param]: value };
    const prepared = executors.prepare('slack.message.post', params, 'a');
    expect(prepared.ok ? [] : prepared.faults.map(({ path }) => path.split('[')[0])).toEqual([
      `a.params.${param}`,
    ]);
  });

  test('with a token that Slack does not know is refused without saying it', async () => {
    await using strangers = executorsWith('xoxb-of-a-stranger');
    const prepared = strangers.prepare('slack.message.post', { channel: 'C0OPS', text: 'Hi' }, 'a');
    const outcome = prepared.ok ? await prepared.action.plan(planCall()) : null;
    expect(outcome).toMatchObject({ ok: false, refusal: { code: 'PLATFORM_AUTHENTICATION_FAILED' } });
    expect(JSON.stringify(outcome)).not.toContain('stranger');
  });
});

describe('what came of a post whose answer was lost', () => {
  const lose = async () => {
    const action = post();
    const call = await callOf(action);
    platform.behaviour.failures = [{ kind: 'RESET', when: 'AFTER' }];
    await expect(action.apply(call)).rejects.toMatchObject({ code: 'NETWORK_ERROR', effect: 'UNKNOWN' });
    const newest = platform.state().messages.at(-1)?.ts ?? '';
    const later = (index: number): string =>
      `${Number(newest.split('.')[0]) + 1}.${String(index).padStart(6, '0')}`;
    return { action, call, newest, later };
  };

  test('is found behind all that was said since', async () => {
    const { action, call, newest, later } = await lose();
    for (let index = 0; index < 250; index += 1)
      platform.state().messages.push(said(later(index), 'Deploy is done.'));
    expect(await action.reconcile(call)).toMatchObject({ kind: 'FOUND', output: { ts: newest } });
  });

  test('is found where the list lags behind', async () => {
    const { action, call } = await lose();
    platform.behaviour.staleReads = 1;
    expect(await action.reconcile(call)).toMatchObject({ kind: 'FOUND' });
  });

  test('is for a person where more was said than a look holds', async () => {
    const { action, call, later } = await lose();
    for (let index = 0; index < 1_001; index += 1) platform.state().messages.push(said(later(index), 'Hm.'));
    expect(await action.reconcile(call)).toEqual({ kind: 'UNKNOWN' });
  });
});

test('Slack is asked again when it says', async () => {
  platform.behaviour.hasRateLimits = true;
  await perform(post());
  const action = post({ text: 'And another.' });
  const error: unknown = await callOf(action)
    .then(action.apply, (thrown: unknown) => thrown)
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'RATE_LIMIT_EXCEEDED', effect: 'NONE', retryAfterMs: 1_000 });
});

test('what Slack finds wrong is said in its words', async () => {
  const action = post({ blocks: [{ type: 'no_such_block' }] });
  const call = await callOf(action);
  await expect(action.apply(call)).rejects.toMatchObject({
    code: 'PLATFORM_REJECTED',
    effect: 'NONE',
    message: 'Slack answered "invalid_blocks".',
  });
});

describe('undoing', () => {
  test('a post is refused where the message was changed since', async () => {
    const { action, call, output } = await perform(post());
    await perform(
      prepare('update', { channel: 'C0OPS', ts: output.ts, text: 'Deploy is not done.' }),
      'd00d',
    );
    await expect(action.compensate(output, call)).rejects.toMatchObject({ code: 'PRECONDITION_FAILED' });
  });

  test('a post goes once a later change of it was undone', async () => {
    const { action, call, output } = await perform(post());
    const changed = await perform(
      prepare('update', { channel: 'C0OPS', ts: output.ts, text: 'Two' }),
      'd00d',
    );
    await changed.action.compensate(changed.output, changed.call);
    await action.compensate(output, call);
    expect(platform.state().messages.map(({ ts }) => ts)).toEqual([anna]);
  });

  test('a change brings back the words, the blocks and what programs put there', async () => {
    const { output } = await perform(post({ text: 'One & two', blocks: [{ type: 'divider' }] }));
    const [before] = platform
      .state()
      .messages.slice(-1)
      .map(({ text, blocks, metadata }) => ({ text, blocks, metadata }));
    const changed = await perform(prepare('update', { channel: 'C0OPS', ts: output.ts, text: 'Three' }));
    expect(platform.state().messages.at(-1)).toMatchObject({
      text: 'Three',
      blocks: [{ type: 'rich_text' }],
    });
    await changed.action.compensate(changed.output, changed.call);
    expect(platform.state().messages.at(-1)).toMatchObject(before ?? {});
  });

  test('a change is refused where there are other words by now', async () => {
    const { output } = await perform(post());
    const changed = await perform(prepare('update', { channel: 'C0OPS', ts: output.ts, text: 'Two' }));
    const message = platform.state().messages.at(-1);
    if (message) Object.assign(message, { text: 'Three', editedAt: '1999999999.000100' });
    await expect(changed.action.compensate(changed.output, changed.call)).rejects.toMatchObject({
      code: 'PRECONDITION_FAILED',
      effect: 'NONE',
    });
    expect(platform.state().messages.at(-1)?.text).toBe('Three');
  });
});
