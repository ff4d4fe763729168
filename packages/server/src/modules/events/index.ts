/** Keeps the log: facts are appended with the change that made them true, and read without loss. */
export type { Journal, JournalTransaction } from './journal.ts';
export type { EventReader } from './event-reader.ts';
export type { EventService } from './event-service.ts';
export { createJournal } from './journal.ts';
export { createEventReader } from './event-reader.ts';
export { createEventService } from './event-service.ts';
export { addEventSchema } from './event-schema.ts';
export { takeUpLog } from './event-store.ts';
