import { handsOfMaker } from '../../domain/hands.ts';
import type { Caller } from '../../domain/principal.ts';
import type { NewEvent } from '../../domain/events.ts';

type WhatOf<Event> = Event extends NewEvent ? Pick<Event, 'type' | 'summary' | 'data'> : never;

/** Makes an event about who may do what. The actor is who caused it; nobody means the server itself. */
export const accessEvent = (
  tenantId: string,
  at: Date,
  actorId: string | null,
  event: WhatOf<NewEvent>,
): NewEvent => ({ tenantId, at, taskId: null, actorId, ...event });

/** On whose behalf something is made in a tenant. */
export interface Maker {
  readonly tenantId: string;
  /** Null for the operator of the machine. */
  readonly id: string | null;
  readonly handIds: readonly string[];
}

export const makerOf = (caller: Caller): Maker => ({
  tenantId: caller.tenantId,
  id: caller.id,
  handIds: handsOfMaker(caller),
});

/** Whoever may start programs on the machine can do everything, so no hand of theirs is told apart. */
export const operatorOf = (tenantId: string): Maker => ({ tenantId, id: null, handIds: [] });
