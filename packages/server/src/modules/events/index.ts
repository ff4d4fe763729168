/** Keeps the log: events are appended with the change that made them true, and read without loss. */
export type { EventService } from './event-service.ts';
export { createEventService } from './event-service.ts';
export { createEventQueries, type EventQueries } from './queries.ts';
