import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { MasterKey } from '../../infra/master-key.ts';

/** What a button of a message stands for. */
const decisionSchema = z.strictObject({
  kind: z.literal('decide'),
  tenantId: z.uuid(),
  approvalId: z.uuid(),
  revision: z.int(),
  planHash: z.string().max(200),
  verdict: z.enum(['APPROVE', 'REJECT']),
});
/** That whoever has it came from this Slack user. */
const linkSchema = z.strictObject({
  kind: z.literal('link'),
  slackUserId: z.string().max(50),
  until: z.int(),
});

export type SlackDecision = z.output<typeof decisionSchema>;
export type SlackLink = z.output<typeof linkSchema>;

const tagOf = (key: MasterKey, text: string): Buffer =>
  createHmac('sha256', key.derive('slack')).update(text).digest();

/** Text that nobody else can make. */
export const seal = (key: MasterKey, value: SlackDecision | SlackLink): string => {
  const text = Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${text}.${tagOf(key, text).toString('base64url')}`;
};

const opened = (key: MasterKey, sealed: string): unknown => {
  const [text = '', tag = ''] = sealed.split('.');
  const given = Buffer.from(tag, 'base64url');
  const right = tagOf(key, text);
  if (given.length !== right.length || !timingSafeEqual(given, right)) return null;
  return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
};

/** Null for what we did not make. */
export const openDecision = (key: MasterKey, sealed: string): SlackDecision | null =>
  decisionSchema.safeParse(opened(key, sealed)).data ?? null;

export const openLink = (key: MasterKey, sealed: string, now: Date): SlackLink | null => {
  const link = linkSchema.safeParse(opened(key, sealed)).data;
  return link && link.until > now.getTime() ? link : null;
};

const longestAgeMs = 5 * 60_000;

/** Whether Slack signed these bytes, lately (v0: HMAC-SHA256 of version, moment and body). */
export const isFromSlack = (
  signingSecret: string,
  given: { readonly signature: string; readonly timestamp: string; readonly body: string },
  now: Date,
): boolean => {
  if (!/^\d{1,12}$/.test(given.timestamp)) return false;
  if (Math.abs(now.getTime() - Number(given.timestamp) * 1000) > longestAgeMs) return false;
  const mac = createHmac('sha256', signingSecret).update(`v0:${given.timestamp}:${given.body}`);
  const right = Buffer.from(`v0=${mac.digest('hex')}`);
  const signature = Buffer.from(given.signature);
  return signature.length === right.length && timingSafeEqual(signature, right);
};
