import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { accepted, refusalAt, refused, type Outcome } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
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
  isUnchanged,
  markedBy,
  shownChannel,
  tsParam,
  type MessageOutput,
} from './message-content.ts';
import { leftOf, planMessage } from './planned-channel.ts';
import { messageSchema, readMessage, slackReads, updateMessage, type Message } from './slack-api.ts';
import type { AllowedChannel, AllowedChannels } from './workspace.ts';

const input = z
  .strictObject({
    channel: channelParam,
    ts: tsParam.describe('Which message of the channel'),
    ...contentParams,
  })
  .meta({
    examples: [{ channel: 'C0OPS', ts: '1764000000.000100', text: 'Deploy of *web* 1.4.3 is done.' }],
  });
type UpdateInput = z.infer<typeof input>;

const traits: ActionTraits = {
  name: 'slack.message.update',
  version: 1,
  platform: 'slack',
  category: 'WRITE',
  idempotency: 'LOOKUP',
  reversible: true,
  budget: { timeMs: 30_000, network: 'INTERNET' },
};

/** What the plan found: what is brought back, so it must not be longer than a plan may hold. */
const foundSchema = messageSchema.pick({ text: true }).extend({
  blocks: z.array(z.json()),
  metadata: messageSchema.shape.metadata.unwrap().nullable(),
  editedAt: z.string().nullable(),
});
type Found = z.output<typeof foundSchema>;
const mostFoundBytes = 200_000;

const foundOf = ({ text, blocks = [], metadata, edited }: Message): Found => ({
  text,
  blocks,
  metadata: metadata ?? null,
  editedAt: edited?.ts ?? null,
});

const findUpdated = async (
  place: AllowedChannel,
  ts: string,
  context: ApplyContext,
): Promise<Reconciliation<MessageOutput>> => {
  const found = foundSchema.parse(context.precondition);
  const mark = context.idempotencyKey;
  const now = await readMessage(place, ts, context);
  if (now && isMarkedBy(now, mark))
    return { kind: 'FOUND', output: { channel: place.channel, ts, text: now.text, mark } };
  return { kind: now && isUnchanged(now, found) ? 'ABSENT' : 'UNKNOWN' };
};

/** Slack spells the marks of mrkdwn in its own way, and completes blocks. */
const isKeptAsGiven = ({ text, blocks }: UpdateInput): boolean => blocks.length === 0 && !/[&<>]/.test(text);

/** Of two looks: whether the message reads the same. */
const readsTheSame = (foreseen: Json, found: Json): boolean => {
  const [one, other] = [foundSchema.parse(foreseen), foundSchema.parse(found)];
  return one.text === other.text && (one.blocks.length > 0 || other.blocks.every(isOfText));
};

/** Slack may answer a text alone as one block of rich text. */
const isOfText = (block: Json): boolean =>
  typeof block === 'object' && block !== null && 'type' in block && block.type === 'rich_text';

const planUpdate = async (
  places: AllowedChannels,
  given: UpdateInput,
  context: PlanContext,
): Promise<Outcome<PlannedAction>> => {
  const planned = await planMessage(places, given, context);
  if (!planned.ok) return planned;
  const { channel, message } = planned.value;
  const found = foundOf(message);
  if (Buffer.byteLength(JSON.stringify(found)) > mostFoundBytes) {
    const said = 'What stands there now is too long to be kept, so that it could be brought back.';
    return refused(refusalAt('ts', 'PLATFORM_REJECTED', said));
  }
  const to = shownChannel(channel, given.channel);
  return accepted({
    summary: `Change a message in ${to}`,
    targets: [{ kind: 'message', name: `${given.channel}/${given.ts}` }],
    precondition: found,
    output: { channel: given.channel, ts: given.ts },
    ...(isKeptAsGiven(given) ? { leaves: leftOf(given, given.text) } : {}),
    diffs: diffsOf(to, given, found),
    findings: findingsOf(given, to, channel),
  });
};

const writeUpdate = async (
  place: AllowedChannel,
  { ts, text, blocks }: UpdateInput,
  context: ApplyContext,
): Promise<MessageOutput> => {
  const found = foundSchema.parse(context.precondition);
  const now = await readMessage(place, ts, context);
  if (!now || !isUnchanged(now, found))
    throw moved(now ? 'The message was changed since the plan was made.' : 'The message is gone.');
  const mark = context.idempotencyKey;
  const content = { text, blocks, metadata: markedBy(mark, found.metadata) };
  return { channel: place.channel, ts, text: await updateMessage(place, ts, content, context), mark };
};

const bringBack = async (
  place: AllowedChannel,
  output: MessageOutput,
  context: ApplyContext,
): Promise<Json> => {
  const found = foundSchema.parse(context.precondition);
  const { ts } = output;
  const now = await readMessage(place, ts, context);
  const undone = { channel: place.channel, ts, text: found.text };
  if (now && isAsLeft(now, output)) {
    await updateMessage(place, ts, found, context);
    return undone;
  }
  if (now?.text === found.text && isDeepStrictEqual(now.metadata ?? null, found.metadata)) return undone;
  throw moved('The message was changed or deleted since; bringing back its words would lose that.');
};

/** Changes a message of the bot's own. What it carries afterwards tells our change from everybody else's. */
export const createMessageUpdate = (
  places: AllowedChannels,
  settleMs?: number,
): ActionExecutor<UpdateInput, MessageOutput> => {
  const { openPlace, apiUrl } = places;
  const reconcile = settled(
    ({ channel, ts }: UpdateInput, context: ApplyContext) => findUpdated(openPlace(channel), ts, context),
    settleMs,
  );
  return {
    traits,
    description: 'Changes the words of a message that the bot posted in a Slack channel.',
    input,
    isAsForeseen: readsTheSame,
    endpointOf: () => apiUrl,
    reads: slackReads,
    plan: (given, context) => planUpdate(places, given, context),
    watch: async ({ channel, ts }, context) => {
      const now = await readMessage(openPlace(channel), ts, context);
      return now !== null && isUnchanged(now, foundSchema.parse(context.precondition));
    },
    apply: makeOnce(reconcile, (given, context) => writeUpdate(openPlace(given.channel), given, context)),
    verify: async (_given, output, context) => {
      const now = await readMessage(openPlace(output.channel), output.ts, context);
      if (!now || !isAsLeft(now, output))
        throw notHeld(`The message ${output.ts} does not read as it was to.`);
    },
    compensate: (_given, output, context) => bringBack(openPlace(output.channel), output, context),
    reconcile,
  };
};
