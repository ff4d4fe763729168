import { quoted } from '@countersign/shared';
import { z } from 'zod';
import { accepted, refusalAt, refused, type Outcome } from '../../domain/errors.ts';
import { nearestNames } from '../../domain/nearest.ts';
import { hasOnly, urlSchema } from '../../infra/url-schema.ts';
import { stillThere } from '../kit/executor-error.ts';
import type { Secrets } from '../kit/secrets.ts';

/** In configuration: all channels that the bot is in. */
export const everyChannel = '*';
/** A public or private channel, or a direct message. */
export const channelId = /^[CGD][A-Z0-9]{2,20}$/;

/** The workspace, as `slack` of `config.json` says it. */
export const workspaceSchema = z.strictObject({
  /** Where the Web API is. */
  apiUrl: urlSchema('http:', 'https:')
    .refine((text) => hasOnly(text, 'path'), 'must have no query, no fragment and no user')
    .default('https://slack.com/api'),
  /** Name of the secret that is sent as bearer token. */
  tokenSecret: z.string().min(1),
  channels: z
    .array(
      z
        .string()
        .refine((id) => id === everyChannel || channelId.test(id), 'must be the id of a channel, or "*"'),
    )
    .min(1)
    .describe('Channels that may be named.'),
});
export type Workspace = z.output<typeof workspaceSchema>;

/** Where one channel is, and what opens it. */
export interface AllowedChannel {
  /** Without a slash at the end. */
  readonly apiUrl: string;
  readonly channel: string;
  readonly token: string;
}

/** The channels that configuration lets callers name. */
export interface AllowedChannels {
  readonly placeOf: (channel: string) => Outcome<AllowedChannel>;
  /** As `placeOf`, of what was allowed when it was planned: throws POLICY_DENIED where it is not any more. */
  readonly openPlace: (channel: string) => AllowedChannel;
  readonly apiUrl: string;
}

export const createAllowedChannels = (
  { apiUrl: given, channels, tokenSecret }: Workspace,
  secrets: Secrets,
): AllowedChannels => {
  const apiUrl = given.replace(/\/+$/, '');
  const placeOf: AllowedChannels['placeOf'] = (channel) => {
    if (channels.includes(everyChannel) || channels.includes(channel))
      return accepted({ apiUrl, channel, token: secrets.reveal(tokenSecret) });
    const nearest = nearestNames(channel, channels);
    return refused(
      refusalAt(
        'channel',
        'POLICY_DENIED',
        `Configuration does not allow the channel ${quoted(channel)}: it is named by its id.`,
        { setting: 'slack.channels', suggestions: nearest.length > 0 ? nearest : channels.slice(0, 10) },
      ),
    );
  };
  return {
    placeOf,
    openPlace: (channel) => stillThere(placeOf(channel)),
    apiUrl,
  };
};
