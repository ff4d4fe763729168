import { quoted } from '@countersign/shared';
import { accepted, refusalAt, refused, type Outcome } from '../../domain/errors.ts';
import type { PlanContext } from '../contract/executor.ts';
import { ExecutorError } from '../kit/executor-error.ts';
import { isOwn, readChannel, readMessage, type Channel, type Message } from './slack-api.ts';
import type { ChannelPlace, ChannelPlaces } from './workspace.ts';

export interface PlannedChannel {
  readonly place: ChannelPlace;
  readonly channel: Channel;
}

/** A channel that the bot reads and writes: there, not archived, and with the bot in it. */
export const planChannel = async (
  { placeOf }: ChannelPlaces,
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

/** A message of the bot's own, which it can change. */
export const planMessage = async (
  places: ChannelPlaces,
  { channel: id, ts }: { readonly channel: string; readonly ts: string },
  context: PlanContext,
): Promise<Outcome<PlannedChannel & { readonly message: Message }>> => {
  const planned = await planChannel(places, id, context);
  if (!planned.ok) return planned;
  const { place } = planned.value;
  const message = await readMessage(place, ts, context);
  if (!message) {
    const said = `There is no message ${ts} in the channel ${quoted(planned.value.channel.name ?? id)}.`;
    return refused(refusalAt('ts', 'RESOURCE_NOT_FOUND', said));
  }
  if (await isOwn(message, place, context)) return accepted({ ...planned.value, message });
  const said = 'Somebody else wrote this message: the bot can change and delete its own alone.';
  return refused(refusalAt('ts', 'PLATFORM_PERMISSION_DENIED', said));
};
