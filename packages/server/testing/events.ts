import { eventPayloads } from '@countersign/shared/event-payloads';
import type { Event, EventType, NewEvent } from '../src/domain/events.ts';

/** An event as the log gives it to a story. */
export type Recorded = Event extends infer Each
  ? Each extends Event
    ? Pick<Each, 'seq' | 'type' | 'summary' | 'data'>
    : never
  : never;

/** Those of one type, whose data is known by it. */
export const ofType = <Each extends { readonly type: EventType }, Type extends EventType>(
  events: readonly Each[],
  type: Type,
): Extract<Each, { readonly type: Type }>[] =>
  events.filter((event): event is Extract<Each, { readonly type: Type }> => event.type === type);

/** For tests that look at the log and not at what an event carries. */
export const anEvent = (tenantId: string, more: Partial<Omit<NewEvent, 'data'>> & { data?: object } = {}) =>
  ({
    tenantId,
    type: 'task.submitted',
    at: new Date(),
    taskId: null,
    actorId: null,
    summary: 'Something happened',
    data: {},
    ...more,
  }) as NewEvent;

/** Throws where an event carries what the page about events does not tell of, or lacks what it promises. */
export const asDescribed = <Each extends Pick<NewEvent, 'type' | 'data'>>(
  events: readonly Each[],
): readonly Each[] => {
  for (const { type, data } of events) {
    const read = eventPayloads[type].safeParse(data);
    if (!read.success)
      throw new Error(`docs/reference/events.md is wrong about ${type}: ${read.error.message}`);
  }
  return events;
};
