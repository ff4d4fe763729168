import { addAbortListener } from 'node:events';
import { z } from 'zod';
import { accepted, refused } from '../../domain/errors.ts';
import { noSuchTask } from './find-task-route.ts';
import type { RestDeps } from './rest-deps.ts';
import type { RestRoute } from './rest-route.ts';
import { followTask } from './task-stream.ts';
import { tooManyWait } from '../shared/waiting.ts';

/** A cursor that the stream itself gave: a browser sends it by itself when it comes back. */
const lastEventId = 'Last-Event-ID';

const placeOf = (given: unknown): string | null => (typeof given === 'string' ? given : null);

export const taskEventsRoute = ({ operations, waiting }: RestDeps): RestRoute => {
  const { events, task: findTask } = operations;
  const cursor = z
    .string()
    .max(64)
    .optional()
    .describe(
      'The id of the last event that you have: what comes after it is told. From the first where left out.',
    );
  return {
    method: 'GET',
    path: '/tasks/{id}/events',
    id: 'taskEvents',
    description:
      'What happens to a task, as server-sent events: all that happened, then each as it becomes true. Each has the seq of its event as id, and an Event as data; a comment comes every 15 seconds. Ends with the event `end` once the task has ended, and without one where the server stops or your credentials end: come back with Last-Event-ID.',
    parameters: [
      { in: 'path', name: 'id', field: 'taskId', schema: findTask.input.shape.id },
      { in: 'query', name: 'after', schema: cursor },
      { in: 'header', name: lastEventId, field: 'lastEventId', schema: cursor },
    ],
    answers: {
      200: {
        description: 'The events.',
        schema: z.string(),
        contentType: 'text/event-stream',
      },
      204: {
        description: 'The task has ended, and you have all its events: do not come back.',
        schema: null,
      },
    },
    faultsOf: ({ after, lastEventId: last }) => events.faultsOf({ after: last ?? after }),
    async answer(call, { taskId, after, lastEventId: last }) {
      const found = await findTask.execute(call, { id: taskId });
      if (!found.ok) return found;
      if (!found.value) return noSuchTask;
      const place = waiting.enter(call.viewer);
      if (!place) return refused(tooManyWait);
      const stream = await followTask(operations, call, found.value, placeOf(last ?? after));
      if (!stream.ok || stream.value === null) place[Symbol.dispose]();
      if (!stream.ok) return stream;
      if (stream.value === null) return accepted({ status: 204 });
      addAbortListener(call.signal, () => place[Symbol.dispose]());
      return accepted({ status: 200, stream: stream.value });
    },
  };
};
