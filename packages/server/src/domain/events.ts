import type { JsonObject } from './json.ts';

/** Every kind of fact the log can hold. A monitor filters by these words. */
export const eventTypes = [
  'task.submitted',
  'task.planned',
  'policy.decided',
  'approval.requested',
  'approval.reviewed',
  'approval.withdrawn',
  'approval.resolved',
  'task.held',
  'task.queued',
  'task.started',
  'task.cancelling',
  'task.succeeded',
  'task.failed',
  'task.denied',
  'task.rejected',
  'task.expired',
  'task.cancelled',
  'task.needs_attention',
  'plan.superseded',
  'step.started',
  'step.retrying',
  'step.succeeded',
  'step.failed',
  'step.needs_attention',
  'step.refused',
  'tenant.created',
  'sign_in_link.created',
  'session.started',
  'session.ended',
  'principal.created',
  'principal.roles_changed',
  'principal.disabled',
  'principal.enabled',
  'api_key.created',
  'api_key.revoked',
] as const;
export type EventType = (typeof eventTypes)[number];

/** One fact, appended in the transaction that made it true. */
export interface NewEvent {
  readonly tenantId: string;
  readonly type: EventType;
  readonly at: Date;
  readonly taskId: string | null;
  readonly actorId: string | null;
  /** One sentence for people. */
  readonly summary: string;
  readonly data: JsonObject;
  readonly traceparent?: string | null;
}

export interface Event extends NewEvent {
  /** The order in which every reader meets the facts. */
  readonly seq: bigint;
  readonly digest: string;
}
