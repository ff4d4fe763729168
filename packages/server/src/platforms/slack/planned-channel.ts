import { quoted } from '@countersign/shared';
import { z } from 'zod';
import type { Json } from '../../domain/json.ts';
import { accepted, refusalAt, refused, type Outcome } from '../../domain/errors.ts';
import type { PlanContext } from '../contract/executor.ts';
import { ExecutorError } from '../kit/executor-error.ts';
import { isOwn, readChannel, readMessage, type Channel, type Message } from './slack-api.ts';
import type { AllowedChannel, AllowedChannels } from './workspace.ts';

export interface PlannedChannel {
  readonly place: AllowedChannel;
  readonly channel: Channel;
}

/** A channel that the bot reads and writes: there, not archived, and with the bot in it. */
export const planChannel = async (
  { placeOf }: AllowedChannels,
  id: string,
  context: PlanContext,
): Promise<Outcome<PlannedChannel>> => {
  const place = placeOf(id);
  if (!place.ok) return place;
  let channel: Channel;
  try {
    channel = await readChannel(place.value, context);
  } catch (error) {
    if (!(error instanceof ExecutorError) || error.code !== 'RESOURCE_NOT_FOUND') throw error;
    const message = `Slack knows no channel ${quoted(id)} that the bot may see.`;
    return refused(refusalAt('channel', 'RESOURCE_NOT_FOUND', message));
  }
  const name = quoted(channel.name ?? id);
  if (channel.is_archived)
    return refused(refusalAt('channel', 'PRECONDITION_FAILED', `The channel ${name} is archived.`));
  if (!channel.is_im && !channel.is_member) {
    const message = `The bot is not in the channel ${name}: somebody has to invite it.`;
    return refused(refusalAt('channel', 'PLATFORM_PERMISSION_DENIED', message));
  }
  return accepted({ place: place.value, channel });
};

/** What an action leaves of a message, for those that are planned upon it; no text where it deletes it. */
const leftSchema = z.object({ message: z.string(), text: z.string().nullable() });

export const leftOf = (
  { channel, ts }: { readonly channel: string; readonly ts: string },
  text: string | null,
): Json => ({ message: `${channel}/${ts}`, text });

/** Null where earlier steps will have deleted it. */
const asForeseen = (message: Message | null, channel: string, foreseen: readonly Json[]): Message | null =>
  foreseen.reduce<Message | null>((before, left) => {
    const { data } = leftSchema.safeParse(left);
    if (!before || data?.message !== `${channel}/${before.ts}`) return before;
    return data.text === null ? null : { ...before, text: data.text, blocks: [] };
  }, message);

/** A message of the bot's own, which it can change; as earlier steps will have left it. */
export const planMessage = async (
  places: AllowedChannels,
  { channel: id, ts }: { readonly channel: string; readonly ts: string },
  context: PlanContext,
): Promise<Outcome<PlannedChannel & { readonly message: Message }>> => {
  const planned = await planChannel(places, id, context);
  if (!planned.ok) return planned;
  const { place } = planned.value;
  const message = asForeseen(await readMessage(place, ts, context), id, context.foreseen ?? []);
  if (!message) {
    const said = `There is no message ${ts} in the channel ${quoted(planned.value.channel.name ?? id)}.`;
    return refused(refusalAt('ts', 'RESOURCE_NOT_FOUND', said));
  }
  if (await isOwn(message, place, context)) return accepted({ ...planned.value, message });
  const said = 'Somebody else wrote this message: the bot can change and delete its own alone.';
  return refused(refusalAt('ts', 'PLATFORM_PERMISSION_DENIED', said));
};
