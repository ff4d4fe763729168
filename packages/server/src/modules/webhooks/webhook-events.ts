import type { EventPayload } from '@countersign/shared/event-payloads';
import type { NewEvent } from '../../domain/events.ts';
import type { Webhook } from '../../domain/webhook.ts';

type WebhookEventType =
  | 'webhook.created'
  | 'webhook.updated'
  | 'webhook.secret_rotated'
  | 'webhook.deleted'
  | 'webhook.disabled'
  | 'webhook.redriven';
type Shown = 'webhookId' | 'name' | 'origin';

type WebhookChange = {
  readonly [Type in WebhookEventType]: {
    readonly type: Type;
    readonly summary: string;
    readonly data: Omit<EventPayload<Type>, Shown>;
  };
}[WebhookEventType];

/** A path may be as good as a password, so the record has the origin alone. */
export const webhookEvent = (
  { id, tenantId, name, url }: Webhook,
  at: Date,
  actorId: string | null,
  { type, summary, data }: WebhookChange,
): NewEvent =>
  ({
    tenantId,
    type,
    at,
    taskId: null,
    actorId,
    summary,
    data: { webhookId: id, name, origin: new URL(url).origin, ...data },
  }) as NewEvent;
