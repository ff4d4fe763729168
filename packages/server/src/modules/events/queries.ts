import { z } from 'zod';
import { accepted, type Outcome } from '../../domain/errors.ts';
import type { Event } from '../../domain/events.ts';
import { id, pageInput, pageOf, type Page } from '../inputs.ts';
import { defineQuery } from '../operation.ts';
import type { EventService } from './event-service.ts';

export const createEventQueries = (service: EventService) => ({
  eventCursor: defineQuery({
    name: 'eventCursor',
    description:
      'Where the log ends now. Ask for it before you read what the events change, and give it as `after`: nothing falls between.',
    input: z.strictObject({}),
    view: async () => accepted(await service.end()),
  }),
  taskEvents: defineQuery({
    name: 'taskEvents',
    description: 'What happened to a task, oldest first.',
    input: z.strictObject({
      taskId: id.describe('Its UUID.'),
      ...pageInput(z.string()),
    }),
    async view({ viewer: { tenantId } }, { taskId, first, after }): Promise<Outcome<Page<Event>>> {
      const place = after === undefined ? accepted(undefined) : await service.place(after);
      if (!place.ok) return place;
      const query = { tenantId, taskId, after: place.value, newestFirst: false, limit: first + 1 };
      return accepted(pageOf(await service.page(query), first, service.cursorOf));
    },
  }),
});

export type EventQueries = ReturnType<typeof createEventQueries>;
