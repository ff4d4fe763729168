import { z } from 'zod';
import type { Diff } from '../../domain/diff.ts';
import type { Json } from '../../domain/json.ts';
import type { Finding } from '../../domain/planned-action.ts';
import type { Channel, Message, MessageMetadata } from './slack-api.ts';
import { channelId } from './workspace.ts';

export const channelParam = z
  .string()
  .regex(channelId, 'Must be the id of a channel: C0123456789.')
  .describe('The id of a channel that configuration allows, as its details in Slack show it')
  .meta({ examples: ['C0OPS'] });

export const tsParam = z
  .string()
  .regex(/^\d{1,12}\.\d{6}$/, "Must be a message's time as Slack gives it: 1764000000.000100.")
  .meta({ examples: ['1764000000.000100'] });

/** Slack cuts what is longer, and a person reads no more. */
const longestText = 12_000;
const mostBlocks = 50;
const mostBlockBytes = 50_000;

const textParam = z
  .string()
  .min(1)
  .max(longestText)
  .refine((text) => text.trim() !== '', 'Must not be blank.')
  .describe("In Slack's mrkdwn; what notifications show where there are blocks")
  .meta({ examples: ['Deploy of *web* 1.4.2 is done.'] });

const blocksParam = z
  .array(
    z
      .record(z.string(), z.json())
      .refine(({ type }) => typeof type === 'string' && type !== '', 'Must have a "type".'),
  )
  .max(mostBlocks)
  .refine(
    (blocks) => Buffer.byteLength(JSON.stringify(blocks)) <= mostBlockBytes,
    `Must not be larger than ${mostBlockBytes} bytes.`,
  )
  .default([])
  .describe('Block Kit blocks, shown instead of the text')
  .meta({ examples: [[{ type: 'section', text: { type: 'mrkdwn', text: 'Deploy is *done*.' } }]] });

export const contentParams = { text: textParam, blocks: blocksParam };

/** A message that is there with what was asked for. */
export type MessageOutput = {
  readonly channel: string;
  readonly ts: string;
  /** As Slack keeps it. */
  readonly text: string;
  /** What the message carries as long as nobody has changed it since. */
  readonly mark: string;
};

/** What our own messages carry, so that an earlier attempt's can be told from every other. */
const eventType = 'countersign_effect';

/** Adds our mark to what a message carries already. */
export const markedBy = (key: string, previous: MessageMetadata | null): MessageMetadata => ({
  event_type: previous?.event_type ?? eventType,
  event_payload: { ...previous?.event_payload, effect: key },
});

export const isMarkedBy = ({ metadata }: Message, key: string): boolean =>
  metadata?.event_payload.effect === key;

/** As it was left: nobody has changed it since. */
export const isAsLeft = (message: Message, { text, mark }: MessageOutput): boolean =>
  message.text === text && isMarkedBy(message, mark);

/** As a plan found it. Every change has a time of its own; blocks do not count, since Slack completes them by itself. */
export const isUnchanged = (
  now: Message,
  found: { readonly text: string; readonly editedAt: string | null },
): boolean => now.text === found.text && (now.edited?.ts ?? null) === found.editedAt;

/** `#ops`; of a direct message, its id. */
export const shownChannel = ({ name }: Channel, id: string): string =>
  name === undefined || name === '' ? id : `#${name}`;

export interface ShownContent {
  readonly text: string;
  readonly blocks: readonly Json[];
}

/** What people will read, and what stood there before. */
export const diffsOf = (to: string, after: ShownContent, before: ShownContent | null): Diff[] => [
  { type: 'MESSAGE', to, text: after.text, previousText: before?.text ?? null },
  ...(after.blocks.length > 0
    ? [
        {
          type: 'FIELD',
          path: '/blocks',
          before: [...(before?.blocks ?? [])],
          after: [...after.blocks],
        } as const,
      ]
    : []),
];

/** `<!channel>` in mrkdwn, or as an element of rich text. */
const broadcast = /<!(channel|here|everyone)\b|"broadcast"/;
const group = /<!subteam\^|"usergroup"/;

export const findingsOf = ({ text, blocks }: ShownContent, to: string, channel: Channel): Finding[] => {
  const all = `${text}${JSON.stringify(blocks)}`;
  const findings: Finding[] = [];
  if (broadcast.test(all)) {
    const whom = channel.num_members === undefined ? 'everybody' : `up to ${channel.num_members} people`;
    findings.push({ severity: 'MEDIUM', message: `It notifies ${whom} in ${to} at once.` });
  }
  if (group.test(all))
    findings.push({ severity: 'MEDIUM', message: 'It notifies everybody of a user group at once.' });
  if (blocks.length > 0)
    findings.push({ severity: 'LOW', message: 'People read the blocks; the text is for notifications.' });
  return findings;
};
