/** Shows the lanes: what waits, what runs, how long it will take, and where one task stands. */
export type { QueuePosition, QueueService } from './queue-service.ts';
export { createQueueService } from './queue-service.ts';
export { createQueueQueries, type QueueQueries } from './queries.ts';
