import { z } from 'zod';
import { accepted } from '../../domain/errors.ts';
import type { ActionTraits } from '../../domain/planned-action.ts';
import type { ActionExecutor, ApplyContext, Reconciliation } from '../contract/executor.ts';
import { makeOnce, settled } from '../kit/earlier-attempt.ts';
import { moved, notHeld } from '../kit/executor-error.ts';
import { channelParam, isUnchanged, shownChannel, tsParam } from './message-content.ts';
import { leftOf, planMessage } from './planned-channel.ts';
import { deleteMessage, readMessage, slackReads, type Message } from './slack-api.ts';
import type { AllowedChannel, AllowedChannels } from './workspace.ts';

const input = z
  .strictObject({ channel: channelParam, ts: tsParam.describe('Which message of the channel') })
  .meta({ examples: [{ channel: 'C0OPS', ts: '1764000000.000100' }] });
export type DeleteInput = z.infer<typeof input>;
export type DeleteOutput = { readonly channel: string; readonly ts: string };

const traits: ActionTraits = {
  name: 'slack.message.delete',
  version: 1,
  platform: 'slack',
  category: 'WRITE',
  idempotency: 'LOOKUP',
  reversible: false,
  budget: { timeMs: 30_000, network: 'INTERNET' },
};

const foundSchema = z.object({ text: z.string(), editedAt: z.string().nullable() });

const isAsFound = (now: Message | null, found: z.output<typeof foundSchema>): boolean =>
  now !== null && isUnchanged(now, found);

const deleteAsFound = async (
  place: AllowedChannel,
  ts: string,
  context: ApplyContext,
): Promise<DeleteOutput> => {
  const found = foundSchema.parse(context.precondition);
  const now = await readMessage(place, ts, context);
  if (!isAsFound(now, found))
    throw moved(now ? 'The message was changed since the plan was made.' : 'The message is gone already.');
  await deleteMessage(place, ts, context);
  return { channel: place.channel, ts };
};

/** Deletes a message of the bot's own. It does not come back: what is gone later was deleted. */
export const createMessageDelete = (
  places: AllowedChannels,
  settleMs?: number,
): ActionExecutor<DeleteInput, DeleteOutput> => {
  const { openPlace, apiUrl } = places;
  const look = async (
    { channel, ts }: DeleteInput,
    context: ApplyContext,
  ): Promise<Reconciliation<DeleteOutput>> => {
    const isThere = await readMessage(openPlace(channel), ts, context);
    return isThere ? { kind: 'ABSENT' } : { kind: 'FOUND', output: { channel, ts } };
  };
  const reconcile = settled(look, settleMs);
  return {
    traits,
    description: 'Deletes a message that the bot posted in a Slack channel. Nobody can bring it back.',
    input,
    // Which message, with all its words.
    showsWholeEffect: true,
    isAsForeseen: () => true,
    endpointOf: () => apiUrl,
    reads: slackReads,
    plan: async (given, context) => {
      const planned = await planMessage(places, given, context);
      if (!planned.ok) return planned;
      const { channel, message } = planned.value;
      const to = shownChannel(channel, given.channel);
      return accepted({
        summary: `Delete a message in ${to}`,
        targets: [{ kind: 'message', name: `${given.channel}/${given.ts}` }],
        precondition: { text: message.text, editedAt: message.edited?.ts ?? null },
        diffs: [{ type: 'MESSAGE', to, text: null, previousText: message.text }],
        leaves: leftOf(given, null),
        findings: [{ severity: 'MEDIUM', message: `The message in ${to} is gone for good.` }],
      });
    },
    watch: async ({ channel, ts }, context) =>
      isAsFound(await readMessage(openPlace(channel), ts, context), foundSchema.parse(context.precondition)),
    apply: makeOnce(reconcile, ({ channel, ts }, context) => deleteAsFound(openPlace(channel), ts, context)),
    verify: async (_given, { channel, ts }, context) => {
      if (await readMessage(openPlace(channel), ts, context))
        throw notHeld(`The message ${ts} is still in the channel.`);
    },
    reconcile,
  };
};
