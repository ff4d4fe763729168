import { describe, test } from 'vitest';
import {
  fallingSilent,
  lying,
  platformFailures,
  readingLate,
  unreachable,
} from '../../../testing/platform-world.ts';
import { startSlack, type SlackState } from '../../../testing/platforms/slack.ts';
import type { Emulator } from '../../../testing/platforms/emulator.ts';
import type { Json } from '../../domain/json.ts';
import { createEgress } from '../../infra/egress.ts';
import { conformanceCases, type ConformanceFailure } from '../contract/executor-conformance.ts';
import type { ActionExecutor } from '../contract/executor.ts';
import { createSecrets } from '../kit/secrets.ts';
import { createMessageDelete } from './message-delete.ts';
import { createMessagePost } from './message-post.ts';
import { createMessageUpdate } from './message-update.ts';
import { createAllowedChannels, type AllowedChannels } from './workspace.ts';

const token = 'xoxb-of-the-test';
const own = '1764000001.000100';
type Slack = Emulator<SlackState>;

type Make<Input, Output extends Json> = (
  places: AllowedChannels,
  settleMs: number,
) => ActionExecutor<Input, Output>;

const createWorld = async <Input, Output extends Json>(
  make: Make<Input, Output>,
  params: Json,
  countEffects: (slack: Slack) => number,
) => {
  const platform = await startSlack({ token });
  platform.state().messages.push({
    channel: 'C0OPS',
    ts: own,
    threadTs: null,
    ...platform.state().bot,
    text: 'Deploy begins.',
    blocks: [],
    metadata: { event_type: 'deploy', event_payload: { id: 7 } },
    editedAt: null,
  });
  const egress = createEgress({ allowedInternalHosts: ['127.0.0.1'] });
  const secrets = createSecrets({ slack: { value: token, origins: [] } });
  const workspace = { apiUrl: `${platform.url}/api`, tokenSecret: 'slack', channels: ['C0OPS'] };
  const withoutTime = () =>
    platform.state().messages.map(({ text, ts, metadata }) => ({ text, ts, metadata }));
  return {
    platform,
    egress,
    executor: make(createAllowedChannels(workspace, secrets), 1),
    params,
    fingerprint: async () => platform.fingerprint(),
    restorable: async () => JSON.stringify(withoutTime()),
    countEffects: async () => countEffects(platform),
    received: () => platform.received,
    [Symbol.asyncDispose]: async () => {
      await egress[Symbol.asyncDispose]();
      await platform[Symbol.asyncDispose]();
    },
  };
};

interface OnSlack {
  readonly platform: Slack;
}

const subject = <Input, Output extends Json>(
  make: Make<Input, Output>,
  params: Json,
  countEffects: (slack: Slack) => number,
  drift: ((world: OnSlack) => Promise<void>) | null,
  failure: ConformanceFailure<OnSlack>,
) =>
  conformanceCases({
    createWorld: () => createWorld(make, params, countEffects),
    effectsPerApply: 1,
    drift,
    lie: { when: 'BEFORE_APPLY', arrange: lying },
    lateRead: readingLate,
    stall: fallingSilent,
    failures: [...platformFailures, unreachable, failure],
  });

const messages = (slack: Slack) => slack.state().messages;
const edited = async ({ platform }: OnSlack): Promise<void> => {
  for (const message of messages(platform))
    if (message.ts === own) Object.assign(message, { text: 'Changed.', editedAt: '1764000002.000100' });
};
const deleted: ConformanceFailure<OnSlack> = {
  name: 'a message that is gone',
  arrange: async ({ platform }) => {
    platform.state().messages = [];
  },
  code: 'PRECONDITION_FAILED',
  effect: 'NONE',
  retriable: false,
};
const archived: ConformanceFailure<OnSlack> = {
  name: 'an archived channel',
  arrange: async ({ platform }) => {
    Object.assign(platform.state().channels.C0OPS ?? {}, { isArchived: true });
  },
  code: 'PLATFORM_REJECTED',
  effect: 'NONE',
  retriable: false,
};

describe.each([
  ['a message', {}],
  ['a reply', { thread_ts: own }],
  ['blocks', { blocks: [{ type: 'divider' }] }],
])('slack.message.post of %s', (_title, more) => {
  const params = { channel: 'C0OPS', text: 'Deploy of <web> & <db> is done.', ...more };
  const count = (slack: Slack) => messages(slack).filter(({ text }) => text.startsWith('Deploy of')).length;
  for (const { name, run } of subject(createMessagePost, params, count, null, archived)) test(name, run);
});

describe('slack.message.update', () => {
  const params = { channel: 'C0OPS', ts: own, text: 'Deploy is done: https://example.com/7?a=1&b=2' };
  const count = (slack: Slack) => messages(slack).filter(({ text }) => text.includes('is done')).length;
  for (const { name, run } of subject(createMessageUpdate, params, count, edited, deleted)) test(name, run);
});

describe('slack.message.delete', () => {
  const params = { channel: 'C0OPS', ts: own };
  const count = (slack: Slack) => (messages(slack).some(({ ts }) => ts === own) ? 0 : 1);
  for (const { name, run } of subject(createMessageDelete, params, count, edited, deleted)) test(name, run);
});
