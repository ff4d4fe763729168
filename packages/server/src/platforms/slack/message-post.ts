import { quoted } from '@countersign/shared';
import { z } from 'zod';
import { accepted, refusalAt, refused, type Outcome } from '../../domain/errors.ts';
import { toShortText } from '../../domain/json.ts';
import type { ActionTraits, PlannedAction } from '../../domain/planned-action.ts';
import type { ActionExecutor, ApplyContext, PlanContext, Reconciliation } from '../contract/executor.ts';
import { makeOnce, settled } from '../kit/earlier-attempt.ts';
import { moved, notHeld } from '../kit/executor-error.ts';
import {
  channelParam,
  contentParams,
  diffsOf,
  findingsOf,
  isAsLeft,
  isMarkedBy,
  markedBy,
  shownChannel,
  tsParam,
  type MessageOutput,
} from './message-content.ts';
import { planChannel } from './planned-channel.ts';
import {
  deleteMessage,
  findMessage,
  newestTs,
  postMessage,
  readMessage,
  slackReads,
  type Message,
} from './slack-api.ts';
import type { AllowedChannel, AllowedChannels } from './workspace.ts';

const input = z
  .strictObject({
    channel: channelParam,
    ...contentParams,
    thread_ts: tsParam.optional().describe('The message whose thread this goes to'),
  })
  .meta({ examples: [{ channel: 'C0OPS', text: 'Deploy of *web* 1.4.2 is done.' }] });
type PostInput = z.infer<typeof input>;

const traits: ActionTraits = {
  name: 'slack.message.post',
  version: 1,
  platform: 'slack',
  category: 'WRITE',
  idempotency: 'LOOKUP',
  reversible: true,
  budget: { timeMs: 30_000, network: 'INTERNET' },
};

/** The newest message of the channel when it was planned: ours comes after it. */
const foundSchema = z.object({ newestTs: z.string() });

/** As an UUID: the same for every attempt. */
const clientIdOf = (key: string): string =>
  key.slice(0, 32).replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-4$3-8$4-$5');

/** What carries our mark among all that was posted since the plan. */
const findPosted = async (
  place: AllowedChannel,
  thread: string | undefined,
  context: ApplyContext,
): Promise<Reconciliation<MessageOutput>> => {
  const { newestTs: oldest } = foundSchema.parse(context.precondition);
  const mark = context.idempotencyKey;
  const isOurs = (message: Message): boolean => isMarkedBy(message, mark);
  const found = await findMessage(place, thread, oldest, isOurs, context);
  if (found === undefined) return { kind: 'UNKNOWN' };
  if (found === null) return { kind: 'ABSENT' };
  const { ts, text } = found;
  return { kind: 'FOUND', output: { channel: place.channel, ts, text, mark } };
};

/** Of the message that is replied to. */
const longestExcerpt = 60;

const planPost = async (
  places: AllowedChannels,
  given: PostInput,
  context: PlanContext,
): Promise<Outcome<PlannedAction>> => {
  const { channel: id, thread_ts: thread } = given;
  const planned = await planChannel(places, id, context);
  if (!planned.ok) return planned;
  const { place, channel } = planned.value;
  let to = shownChannel(channel, id);
  if (thread !== undefined) {
    const parent = await readMessage(place, thread, context);
    if (!parent) {
      const message = `There is no message ${thread} in ${to}.`;
      return refused(refusalAt('thread_ts', 'RESOURCE_NOT_FOUND', message));
    }
    if (parent.thread_ts !== undefined && parent.thread_ts !== parent.ts) {
      const message = `This message is a reply itself: its thread is ${parent.thread_ts}.`;
      return refused(refusalAt('thread_ts', 'PRECONDITION_FAILED', message));
    }
    to = `the thread ${thread} of ${to}, ${quoted(toShortText(parent.text, longestExcerpt))}`;
  }
  return accepted({
    summary: `Post a ${thread === undefined ? 'message' : 'reply'} in ${to}`,
    targets: [{ kind: 'channel', name: id }],
    precondition: { newestTs: await newestTs(place, context) },
    diffs: diffsOf(to, given, null),
    findings: findingsOf(given, to, channel),
    // Any number of messages have room beside each other.
    claims: [],
  });
};

const deletePosted = async (
  place: AllowedChannel,
  output: MessageOutput,
  context: ApplyContext,
): Promise<MessageOutput> => {
  const message = await readMessage(place, output.ts, context);
  if (!message) return output;
  if (!isAsLeft(message, output)) throw moved('The message was changed since; deleting it would lose that.');
  await deleteMessage(place, output.ts, context);
  return output;
};

/**
 * Posts a message, or a reply in a thread. It carries the effect's key as metadata, which nobody sees in the channel:
 * by it a later look finds the message that an earlier attempt left.
 */
export const createMessagePost = (
  places: AllowedChannels,
  settleMs?: number,
): ActionExecutor<PostInput, MessageOutput> => {
  const { openPlace, apiUrl } = places;
  const reconcile = settled(
    ({ channel, thread_ts }: PostInput, context: ApplyContext) =>
      findPosted(openPlace(channel), thread_ts, context),
    settleMs,
  );
  return {
    traits,
    description: 'Posts a message in a Slack channel that configuration names, or a reply in a thread of it.',
    input,
    // Where to, and every word of it; what else stands in the channel does not matter to it.
    showsWholeEffect: true,
    endpointOf: () => apiUrl,
    reads: slackReads,
    plan: (given, context) => planPost(places, given, context),
    apply: makeOnce(reconcile, async ({ channel, text, blocks, thread_ts: threadTs }, context) => {
      const mark = context.idempotencyKey;
      const content = { text, blocks, metadata: markedBy(mark, null) };
      const thread = { threadTs, clientId: clientIdOf(mark) };
      const posted = await postMessage(openPlace(channel), content, thread, context);
      return { channel, ...posted, mark };
    }),
    verify: async (_given, { channel, ts, mark }, context) => {
      const message = await readMessage(openPlace(channel), ts, context);
      if (!message || !isMarkedBy(message, mark)) throw notHeld(`The message ${ts} is not in the channel.`);
    },
    compensate: (_given, output, context) => deletePosted(openPlace(output.channel), output, context),
    reconcile,
  };
};
