import { z } from 'zod';
import { accepted } from '../../domain/errors.ts';
import { defineQuery } from '../operation.ts';
import type { QueueService } from './queue-service.ts';

export const createQueueQueries = (service: Pick<QueueService, 'state' | 'follow'>) => ({
  queue: defineQuery({
    name: 'queue',
    description: 'What waits and what runs now, lane by lane. At most a quarter of a second old.',
    input: z.strictObject({}),
    view: async () => accepted(await service.state()),
  }),
  queueUpdated: defineQuery({
    name: 'queueUpdated',
    description: 'The state of the queue now, and again whenever it has changed, at most twice a second.',
    input: z.strictObject({}),
    view: async () => accepted(service.follow()),
  }),
});

export type QueueQueries = ReturnType<typeof createQueueQueries>;
