import type { z } from 'zod';
import { accessEvents } from './events/access-events.ts';
import { approvalEvents } from './events/approval-events.ts';
import { platformEvents } from './events/platform-events.ts';
import { policyEvents } from './events/policy-events.ts';
import { recordEvents } from './events/record-events.ts';
import { runEvents } from './events/run-events.ts';
import { stopEvents } from './events/stop-events.ts';
import { taskEvents } from './events/task-events.ts';
import { webhookEvents } from './events/webhook-events.ts';

/**
 * Every kind of event that the log can hold, what it means, and what its `data` carries. The server records
 * by it, everybody reads by it, and docs/reference/events.md is printed from it.
 */
export const eventPayloads = {
  ...taskEvents,
  ...approvalEvents,
  ...runEvents,
  ...policyEvents,
  ...stopEvents,
  ...platformEvents,
  ...recordEvents,
  ...accessEvents,
  ...webhookEvents,
} as const;

export type EventType = keyof typeof eventPayloads;

/** What the `data` of an event of this type carries. */
export type EventPayload<Type extends EventType> = Readonly<z.output<(typeof eventPayloads)[Type]>>;

/** A monitor filters by these words. */
export const eventTypes = Object.keys(eventPayloads) as EventType[];
