import { createHmac } from 'node:crypto';
import type { Webhook } from '../../domain/webhook.ts';
import type { MasterKey } from '../../infra/master-key.ts';

type Signed = Pick<Webhook, 'id' | 'secretVersion' | 'bothUntil'>;

const keyOf = (key: MasterKey, id: string, version: number): Buffer =>
  key.derive('webhook', id, String(version)).subarray(0, 32);

/** As Standard Webhooks write a secret. Whoever made the webhook is told it, once. */
export const secretOf = (key: MasterKey, { id, secretVersion }: Signed): string =>
  `whsec_${keyOf(key, id, secretVersion).toString('base64')}`;

/** The headers of a delivery as Standard Webhooks say: after a rotation, both secrets sign for a while. */
export const signedHeaders = (
  key: MasterKey,
  webhook: Signed,
  { eventId, body }: { readonly eventId: string; readonly body: string },
  now: Date,
): Readonly<Record<string, string>> => {
  const timestamp = String(Math.floor(now.getTime() / 1000));
  const { id, secretVersion, bothUntil } = webhook;
  const versions =
    bothUntil !== null && bothUntil > now ? [secretVersion, secretVersion - 1] : [secretVersion];
  const signatures = versions.map((version) => {
    const signature = createHmac('sha256', keyOf(key, id, version)).update(`${eventId}.${timestamp}.${body}`);
    return `v1,${signature.digest('base64')}`;
  });
  return {
    'webhook-id': eventId,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  };
};
