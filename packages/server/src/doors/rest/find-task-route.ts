import { isFinalStatus } from '@countersign/shared';
import { z } from 'zod';
import { accepted, invalidInput, refusal, refused } from '../../domain/errors.ts';
import type { Fault } from '../../domain/refusal-details.ts';
import { pathOf, readInput } from '../../infra/input-words.ts';
import { mayBeHeld } from '../../modules/execution/index.ts';
import type { RestDeps } from './rest-deps.ts';
import type { RestRoute } from './rest-route.ts';
import { eventSchema, moment, taskShape, eventJson, taskJson } from '../shared/task-json.ts';
import { followTask, longestWaitSeconds } from '../shared/follow-task.ts';
import { tooManyWait } from '../shared/waiting.ts';

const taskWithEvents = z
  .strictObject({
    ...taskShape,
    hold: z
      .strictObject({
        rule: z.string().describe('Who says so: a rule of policy, the kill switch, or a guard.'),
        reason: z.string().describe('A sentence for an operator.'),
        until: moment.nullable().describe('When it ends; null until somebody or something lifts it.'),
      })
      .nullable()
      .describe('Why it waits although it may run, which costs no attempt; null where nothing holds it.'),
    events: z.array(eventSchema).describe('What happened to it, oldest first: 200 at most.'),
    moreEventsAfter: z
      .string()
      .nullable()
      .describe('Give it as `after` for those that follow; null where none do.'),
  })
  .meta({ id: 'TaskWithEvents', description: 'A task and what happened to it.' });

const wait = z
  .int()
  .min(0)
  .max(longestWaitSeconds)
  .nullish()
  .describe(
    `Seconds to wait for the task's end, at most ${longestWaitSeconds}: the answer comes as soon as it has ended, or as it is then.`,
  );
const waitInput = z.object({ wait });

const waitFaults = (given: unknown): Fault[] => {
  const read = readInput(waitInput, { wait: given });
  return read.ok ? [] : read.faults.map(({ keys, message }) => ({ path: pathOf(keys), message }));
};

export const noSuchTask = refused(refusal('RESOURCE_NOT_FOUND', 'There is no such task.'));

export const findTaskRoute = ({ operations, views, originOf, waiting }: RestDeps): RestRoute => {
  const { task: findTask, taskEvents } = operations;
  const faultsOf: RestRoute['faultsOf'] = ({ id, after, wait: seconds }) => [
    ...taskEvents.faultsOf({ taskId: id, after }),
    ...waitFaults(seconds),
  ];
  return {
    method: 'GET',
    path: '/tasks/{id}',
    id: findTask.name,
    description: findTask.description,
    parameters: [
      { in: 'path', name: 'id', schema: findTask.input.shape.id },
      { in: 'query', name: 'after', schema: taskEvents.input.shape.after },
      { in: 'query', name: 'wait', schema: wait },
    ],
    answers: { 200: { description: 'The task and its events.', schema: taskWithEvents } },
    faultsOf,
    async answer(call, { id, after, wait: seconds }) {
      const faults = waitFaults(seconds);
      if (faults.length > 0) return refused(invalidInput(faults));
      if (typeof seconds === 'number' && seconds > 0) {
        using place = waiting.enter(call.viewer);
        if (!place) return refused(tooManyWait);
        const waited = await followTask(operations, call, String(id), {
          seconds,
          isEnough: ({ status }) => isFinalStatus(status),
        });
        if (!waited.ok) return waited;
      }
      const found = await findTask.execute(call, { id });
      if (!found.ok) return found;
      if (!found.value) return noSuchTask;
      const page = await taskEvents.execute(call, { taskId: id, after, first: 200 });
      if (!page.ok) return page;
      const { nodes, hasNextPage, cursorOf } = page.value;
      const last = nodes.at(-1);
      const key = { taskId: found.value.id, revision: found.value.revision };
      const [held] = mayBeHeld(found.value) ? await views.runs.findHolds(call.viewer, [key]) : [];
      return accepted({
        status: 200,
        body: {
          ...taskJson(found.value, originOf()),
          hold: held?.hold
            ? { rule: held.hold.rule, reason: held.hold.reason, until: held.hold.until }
            : null,
          events: nodes.map((node) => eventJson(node, cursorOf(node))),
          moreEventsAfter: hasNextPage && last ? cursorOf(last) : null,
        } satisfies z.output<typeof taskWithEvents>,
      });
    },
  };
};
