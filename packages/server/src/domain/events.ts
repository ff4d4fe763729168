import type { EventPayload, EventType } from '@countersign/shared/event-payloads';
import type { Task } from './task.ts';

export { eventTypes, type EventType } from '@countersign/shared/event-payloads';

/** The type and the data of an event that is read later: what it said may have been erased since. */
export type ReadEvent<Type extends EventType = EventType> = {
  readonly [Each in Type]: { readonly type: Each; readonly data: Partial<EventPayload<Each>> };
}[Type];

interface NewEventOf<Type extends EventType> {
  readonly tenantId: string;
  readonly type: Type;
  readonly at: Date;
  readonly taskId: string | null;
  readonly actorId: string | null;
  /** One sentence for people. */
  readonly summary: string;
  readonly data: EventPayload<Type>;
  readonly traceparent?: string | null;
  /** Of what is no real work: figures leave it out. Not kept. */
  readonly isUncounted?: boolean;
}

/** What happened, appended in the transaction that made it true. Its type tells what its data carries. */
export type NewEvent = { readonly [Type in EventType]: NewEventOf<Type> }[EventType];

export type Event = NewEvent & {
  /** The order in which every reader meets the events. */
  readonly seq: bigint;
  readonly digest: string;
};

/** Given where the type demands some. */
type DataOf<Type extends EventType> =
  Partial<EventPayload<Type>> extends EventPayload<Type>
    ? [data?: EventPayload<Type>]
    : [data: EventPayload<Type>];

/** Makes events about one task. The actor is who caused it; nobody means the server itself. */
export const eventOf =
  (task: Pick<Task, 'id' | 'tenantId' | 'traceparent'>, now: Date, actorId: string | null = null) =>
  <Type extends EventType>(type: Type, summary: string, ...[data]: DataOf<Type>): NewEvent =>
    ({
      tenantId: task.tenantId,
      type,
      at: now,
      taskId: task.id,
      actorId,
      summary,
      data: data ?? {},
      traceparent: task.traceparent,
    }) as NewEventOf<Type> as NewEvent;
