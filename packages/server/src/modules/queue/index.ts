/** Shows the lanes: what waits, what runs, how long it will take, and where one task stands. */
export type { QueuePlace, QueueService } from './queue-service.ts';
export type { QueueTypes } from './queue-schema.ts';
export { createQueueService } from './queue-service.ts';
export { createQueueStore } from './queue-store.ts';
export { addQueueSchema } from './queue-schema.ts';
