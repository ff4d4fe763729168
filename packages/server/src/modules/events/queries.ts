import { z } from 'zod';
import { accepted, invalidInput, refused, type Outcome } from '../../domain/errors.ts';
import { eventTypeFaults } from '../../domain/event-filter.ts';
import type { Event } from '../../domain/events.ts';
import type { Principal } from '../../domain/principal.ts';
import { sightOf } from '../../domain/sight.ts';
import type { Task } from '../../domain/task.ts';
import { filterId, id, optional, pageInput, pageOf, type Page } from '../inputs.ts';
import { namedAt, refusalOfNames } from '../named-ids.ts';
import { defineQuery } from '../operation.ts';
import type { EventService } from './event-service.ts';
import { updatesAt } from './task-updates.ts';

type FindTasks = (viewer: Principal, ids: readonly string[]) => Promise<readonly Task[]>;

const cursor = z.string().meta({ format: 'cursor' });

const typesInput = optional(z.array(z.string())).describe(
  'Of one of these types; one that does not exist is refused.',
);

const filterInput = z
  .strictObject({
    taskId: optional(filterId).describe('About this task.'),
    types: typesInput,
  })
  .meta({ id: 'EventFilter', description: 'Which events. Every field narrows.' });

export const createEventQueries = (service: EventService, findTasks: FindTasks) => ({
  events: defineQuery({
    name: 'events',
    description:
      'Every event after a position exactly once and in order, then live. A position too far back, or of a log that was set back to an earlier copy since, ends with RESYNC_REQUIRED.',
    input: z.strictObject({
      after: optional(cursor).describe(
        'The seq of the last event that you have; only what comes next where left out.',
      ),
      filter: optional(filterInput).describe('Which events; all where left out.'),
    }),
    async view({ viewer }, { after, filter = {} as Partial<z.output<typeof filterInput>> }) {
      const faults = eventTypeFaults(filter.types);
      if (faults.length > 0) return refused(invalidInput(faults));
      const named = namedAt('filter.taskId', filter.taskId);
      // One that can match nothing would be silent for ever.
      const no = await refusalOfNames(viewer, [{ what: 'task', named, find: findTasks }]);
      return no ? refused(no) : service.follow(sightOf(viewer), after ?? null, filter);
    },
  }),
  taskUpdated: defineQuery({
    name: 'taskUpdated',
    description: 'A task as it is now, and again at every change. Ends at once where there is no such task.',
    input: z.strictObject({ id: id.describe('Its UUID.') }),
    async view({ viewer }, { id: taskId }): Promise<Outcome<AsyncIterableIterator<Task>>> {
      const events = await service.follow(sightOf(viewer), null, { taskId });
      if (!events.ok) return events;
      const load = async () => (await findTasks(viewer, [taskId]))[0] ?? null;
      return accepted(updatesAt(events.value, load));
    },
  }),
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
      types: typesInput,
      ...pageInput(cursor),
    }),
    async view({ viewer }, { taskId, types, first, after }): Promise<Outcome<Page<Event>>> {
      const faults = eventTypeFaults(types, 'types');
      if (faults.length > 0) return refused(invalidInput(faults));
      const sight = sightOf(viewer);
      const place = after === undefined ? accepted(undefined) : await service.place(sight.tenantId, after);
      if (!place.ok) return place;
      const query = { sight, taskId, types, after: place.value, newestFirst: false, limit: first + 1 };
      return accepted(pageOf(await service.page(query), first, service.cursorOf));
    },
  }),
});

export type EventQueries = ReturnType<typeof createEventQueries>;
