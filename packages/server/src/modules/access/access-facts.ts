import type { NewEvent } from '../../domain/events.ts';

/** Makes a fact about who may do what. The actor is who caused it; nobody means the server itself. */
export const accessFact = (
  tenantId: string,
  at: Date,
  actorId: string | null,
  { type, summary, data }: Pick<NewEvent, 'type' | 'summary' | 'data'>,
): NewEvent => ({ tenantId, type, at, taskId: null, actorId, summary, data });
